"""The public Python API: open a registry, read it, write to it, load any version."""

import hashlib
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelref.api.compose import RepositoryWorld
from modelref.api.markdown import diff_markdown
from modelref.api.shapes.diff import diff_shape
from modelref.domain.event import Event
from modelref.domain.names import Artifact, parse_stage
from modelref.domain.ref import Ref
from modelref.domain.version import Bump, Version
from modelref.errors import BadInput
from modelref.ports import World
from modelref.usecases import promote as promoting
from modelref.usecases import register as registering
from modelref.usecases import restore as restoring
from modelref.usecases import rollback as rolling
from modelref.usecases.compare import DiffKind, ModelDiff, compare
from modelref.usecases.get import get
from modelref.usecases.reading import read_registry
from modelref.usecases.resolve import Resolved, resolve
from modelref.usecases.restore import Restored
from modelref.usecases.writing import Options


@dataclass(frozen=True, slots=True)
class ModelState:
    """A model and where its versions are.

    Attributes:
        name: ``name`` or ``dir:name``.
        latest: its highest active version, None without one.
        stages: by stage, the version that it holds; empty stages are left out.
        deprecated: whether the model is retired.
    """

    name: str
    latest: str | None
    stages: Mapping[str, str]
    deprecated: bool


class Files(Mapping[str, Path]):
    """Files of a version: by repository path, where each lies; read only.

    Attributes:
        folder: the folder that holds them.
    """

    def __init__(self, folder: Path, files: Mapping[str, Path]) -> None:
        self.folder = folder
        self._files = dict(files)

    def __getitem__(self, path: str) -> Path:
        return self._files[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


@dataclass(frozen=True, slots=True)
class Diff:
    """What differs between two versions of a model.

    Attributes:
        value: the typed differences.
    """

    value: ModelDiff

    def to_dict(self) -> dict[str, Any]:
        """The shape of ``modelref diff --json``."""
        return diff_shape(self.value)

    def to_markdown(self) -> str:
        """Markdown tables, for a review comment."""
        return diff_markdown(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)


class ModelRegistry:
    """The registry of one repository. Nothing is kept between calls: each reads the tags anew."""

    def __init__(self, world: World, cache: Path) -> None:
        """Bind a registry; use :func:`modelref.open`.

        Args:
            world: the ports.
            cache: folder for the files that :meth:`get` hands out.
        """
        self._world = world
        self._cache = cache

    def models(self) -> tuple[ModelState, ...]:
        """All models that have at least one event, by name."""
        registry = read_registry(self._world)
        return tuple(
            ModelState(
                str(model.artifact),
                str(model.latest.version) if model.latest else None,
                {
                    name: model.name_at(held.current.commit)
                    for name, held in sorted(model.stages.items())
                    if held.current is not None
                },
                model.deprecated,
            )
            for model in registry.models.values()
        )

    def resolve(self, ref: str) -> Resolved:
        """Resolve ``model``, ``model@v1.2.3``, ``model@latest`` or ``model#stage``.

        Returns:
            A value with ``name``, ``version``, ``commit``, ``tag`` and ``outs``.

        Raises:
            UnknownRef: it is not there.
            BadInput: it is no ref.
        """
        return resolve(self._world, Ref.parse(ref))

    def get(self, ref: str) -> Files:
        """Bring a version's files to the user's cache, verified, and say where they lie.

        A second call for the same version brings nothing again.

        Raises:
            UnknownRef: the version is not there.
            OutOfReach: bytes are missing or damaged.
        """
        resolved = self.resolve(ref)
        key = registering.outs_digest(resolved.outs) + resolved.path
        folder = self._cache / hashlib.sha256(key.encode()).hexdigest()
        if not folder.is_dir():
            get(self._world, resolved, folder)
        places = {
            file.path: folder / Path(file.path).relative_to(resolved.path)
            if file.path != resolved.path
            else folder / Path(file.path).name
            for out in resolved.outs
            for file in self._world.outputs.files(out)
        }
        return Files(folder, places)

    def register(
        self,
        model: str,
        *,
        rev: str | None = None,
        version: str | None = None,
        bump: str = "patch",
        base: str | None = None,
        message: str = "",
    ) -> Event:
        """Register a version of a model; see ``modelref register --help``.

        Raises:
            Refused: the model's pipeline is stale, or the commit carries another version.
            BadInput: the version is taken or malformed.
        """
        asked = registering.Registration(
            Artifact.parse(model),
            rev,
            Version.parse(version) if version else None,
            _parse_bump(bump),
            Version.parse(base) if base else None,
        )
        written = registering.register(self._world, asked, Options(message))
        self._world.journal.acknowledge(written.command)
        return written.event

    def promote(
        self, version: str, stage: str, *, expect: str | None = None, message: str = ""
    ) -> Event:
        """Assign a version to a stage.

        Args:
            version: ``model@v1.2.3`` or ``model@latest``.
            stage: the stage's name.
            expect: the version that the stage must hold now.
            message: the person's own words.

        Raises:
            Conflict: the stage holds something else.
            Refused: the version may not be promoted.
        """
        asked = promoting.Promotion(
            Ref.parse_version(version),
            parse_stage(stage),
            Version.parse(expect) if expect else None,
        )
        written = promoting.promote(self._world, asked, Options(message))
        self._world.journal.acknowledge(written.command)
        return written.event

    def rollback(
        self,
        stage: str,
        *,
        to: str | None = None,
        expect: str | None = None,
        unchecked: bool = False,
        message: str = "",
    ) -> Event:
        """Assign the version that held ``model#stage`` before.

        Raises:
            Conflict: the stage holds something else than expected.
            Refused: nothing to go back to.
            OutOfReach: the target's bytes are not here.
        """
        asked = rolling.Rollback(
            Ref.parse_stage(stage),
            Version.parse(to) if to else None,
            Version.parse(expect) if expect else None,
            unchecked,
        )
        written = rolling.rollback(self._world, asked, Options(message))
        self._world.journal.acknowledge(written.command)
        return written.event

    def restore(
        self, ref: str, *, with_pipeline: bool = False, commit: bool = False, message: str = ""
    ) -> Restored:
        """Bring one model of the workspace back to a version; see ``modelref restore --help``.

        Raises:
            UnknownRef: the version is not there.
            Refused: uncommitted work would be lost, or the pipeline differs.
            OutOfReach: bytes are missing or damaged.
        """
        asked = restoring.Restoration(Ref.parse(ref), with_pipeline, commit, message)
        return restoring.restore(self._world, asked)

    def diff(
        self, a: str, b: str | None = None, *, only: Collection[str] = tuple(DiffKind)
    ) -> Diff:
        """Compare two refs of one model; ``b`` None is the workspace.

        Raises:
            UnknownRef: one is not there.
            BadInput: they are of different models, or a kind is unknown.
        """
        kinds = [parse_kind(kind) for kind in only]
        return Diff(compare(self._world, Ref.parse(a), Ref.parse(b) if b else None, kinds))


def open_registry(folder: str | os.PathLike[str] = ".") -> ModelRegistry:
    """Open the registry of the repository that a folder lies in.

    Raises:
        BadInput: it lies in none.
    """
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return ModelRegistry(RepositoryWorld(Path(folder)), base / "modelref" / "files")


def parse_kind(text: str) -> DiffKind:
    """Parse a kind of diff.

    Raises:
        BadInput: there is no such kind.
    """
    try:
        return DiffKind(text)
    except ValueError:
        known = ", ".join(DiffKind)
        raise BadInput(
            f"{text!r} is not a kind of diff", kind="usage", hint=f"kinds: {known}"
        ) from None


def _parse_bump(text: str) -> Bump:
    try:
        return Bump(text)
    except ValueError:
        raise BadInput(
            f"{text!r} is not a part of a version", kind="usage", hint="major, minor or patch"
        ) from None
