"""The files of one side of a diff: found by path, opened once, closed together."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from modelref.domain.names import Artifact
from modelref.domain.outs import Out, OutFile, outs_under
from modelref.domain.snapshot import Snapshot
from modelref.errors import OutOfReach

if TYPE_CHECKING:
    from modelref.ports import World


@dataclass(frozen=True)
class SideFiles:
    """Files of a model at one place, and of what its ``dvc.yaml`` says beside them.

    Attributes:
        world: the ports.
        artifact: the model.
        snapshot: its facts there.
        stack: closes what is opened.
    """

    world: "World"
    artifact: Artifact
    snapshot: Snapshot
    stack: ExitStack
    _opened: dict[str, BinaryIO] = field(default_factory=dict)
    _found: dict[str, OutFile] = field(default_factory=dict)

    def own(self) -> dict[str, OutFile]:
        """The model's files, by path below the model's path.

        Raises:
            OutOfReach: a folder's manifest is not here.
            BadInput: a manifest names a path that must not be written.
        """
        base = self.snapshot.annotation.path
        files = (file for out in self.snapshot.outs for file in self.world.outputs.files(out))
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
        commit = self.snapshot.commit
        outs = outs_under(self.snapshot.outs, path)
        for out in outs or self.world.pipeline.outs_at(self.artifact, commit, path):
            for file in self.world.outputs.files(out):
                if file.path == path:
                    return file
        where = f"commit {commit[:10]}" if commit else "the workspace"
        raise OutOfReach(
            f"{path} is not there in {where}",
            kind="missing-file",
            hint="see meta.modelref of the model in dvc.yaml",
        )

    def open(self, file: OutFile) -> BinaryIO:
        """Open a verified file.

        Raises:
            OutOfReach: its bytes are not here, or are not what their hash says.
        """
        key = f"{file.algorithm}:{file.hash}"
        if key not in self._opened:
            self._opened[key] = self.stack.enter_context(self.world.outputs.open(file))
        return self._opened[key]

    def size(self, file: OutFile) -> int | None:
        """Bytes of a file, where that is known without reading it."""
        for out in self.snapshot.outs:
            if out.path == file.path and out.size is not None:
                return out.size
        return self.world.outputs.measure(Out(file.path, file.algorithm, file.hash)).size


def _name(path: str) -> str:
    return path.rpartition("/")[2]
