"""The files of one side of a diff: found by path, opened once, closed together."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from modelref.domain.names import Artifact
from modelref.domain.outs import Out, OutFile, outs_under
from modelref.errors import OutOfReach
from modelref.usecases.comparing.sides import Side

if TYPE_CHECKING:
    from modelref.ports import World


@dataclass(frozen=True)
class SideFiles:
    """Files of a model at one place, and of what its ``dvc.yaml`` says beside them.

    Attributes:
        world: the ports.
        artifact: the model.
        side: where.
        stack: closes what is opened.
    """

    world: "World"
    artifact: Artifact
    side: Side
    stack: ExitStack
    _opened: dict[str, BinaryIO] = field(default_factory=dict)
    _found: dict[str, OutFile] = field(default_factory=dict)

    def own(self) -> dict[str, OutFile]:
        """The model's files, by path below the model's path.

        Raises:
            OutOfReach: a folder's manifest is not here.
            BadInput: a manifest names a path that must not be written.
        """
        base = self.side.snapshot.annotation.path
        files = (file for out in self.side.snapshot.outs for file in self.world.outputs.files(out))
        return {
            file.path.removeprefix(f"{base}/") if file.path != base else _name(base): file
            for file in files
        }

    def find(self, path: str) -> OutFile:
        """A file by its repository path: the model's, or another that the repository tracks.

        Raises:
            OutOfReach: there is none, or a folder's manifest is not here.
            BadInput: the path leaves the repository.
        """
        if path not in self._found:
            self._found[path] = self._look_for(path)
        return self._found[path]

    def _look_for(self, path: str) -> OutFile:
        commit = self.side.snapshot.commit
        outs = outs_under(self.side.snapshot.outs, path)
        for out in outs or self.world.pipeline.outs_at(self.artifact, commit, path):
            for file in self.world.outputs.files(out):
                if file.path == path:
                    return file
        meant = f"{self.artifact.dir}/{path}"
        top = "paths in meta.modelref of the model in dvc.yaml start at the repository's top"
        here = self.artifact.dir and self.world.pipeline.outs_at(self.artifact, commit, meant)
        raise OutOfReach(
            f"{self.side}: there is no file {path}",
            kind="missing-file",
            hint=f"did you mean {meant}? {top}" if here else top,
        )

    def open(self, file: OutFile) -> BinaryIO:
        """Open a verified file.

        Raises:
            OutOfReach: its bytes are not here, or are not what their hash says.
        """
        key = f"{file.algorithm}:{file.hash}"
        if key not in self._opened:
            path = self.stack.enter_context(
                self.world.outputs.reading(file, self.side.snapshot.commit)
            )
            self._opened[key] = self.stack.enter_context(path.open("rb"))
        return self._opened[key]

    def size(self, file: OutFile) -> int | None:
        """Bytes of a file, where that is known without reading it."""
        for out in self.side.snapshot.outs:
            if out.path == file.path and out.size is not None:
                return out.size
        return self.world.outputs.measure(Out(file.path, file.algorithm, file.hash)).size


def _name(path: str) -> str:
    return path.rpartition("/")[2]
