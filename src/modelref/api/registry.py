"""The public Python API: open a registry, read it, write to it, load any version."""

import hashlib
import os
from collections.abc import Collection, Iterator
from pathlib import Path
from types import MappingProxyType

from modelref.api.compose import RepositoryWorld, open_elsewhere, user_cache
from modelref.api.values import Diff, Files, ModelState
from modelref.domain.diff.kind import DiffKind
from modelref.domain.event import Event
from modelref.domain.names import Artifact, parse_stage
from modelref.domain.ref import Ref
from modelref.domain.target import Target
from modelref.domain.version import Bump, Version
from modelref.ports import World
from modelref.usecases import promote as promoting
from modelref.usecases import register as registering
from modelref.usecases import restore as restoring
from modelref.usecases import rollback as rolling
from modelref.usecases import withdraw as withdrawing
from modelref.usecases.compare import compare
from modelref.usecases.digest import outs_digest
from modelref.usecases.follow import follow
from modelref.usecases.reading import read_registry
from modelref.usecases.resolve import Resolved, resolve
from modelref.usecases.restore import Restored
from modelref.usecases.verify import Verification, verify
from modelref.usecases.view import View
from modelref.usecases.writing import Options


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
                MappingProxyType(
                    {
                        name: model.name_at(held.current.commit)
                        for name, held in sorted(model.stages.items())
                        if held.current is not None
                    }
                ),
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
        key = outs_digest(resolved.outs) + resolved.path
        folder = self._cache / hashlib.sha256(key.encode()).hexdigest()
        return Files(folder, View(self._world, resolved, folder).files())

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
            Version.parse(version) if version is not None else None,
            Bump.parse(bump),
            Version.parse(base) if base is not None else None,
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
            Version.parse(expect) if expect is not None else None,
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
        quarantine: bool = False,
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
            Version.parse(to) if to is not None else None,
            Version.parse(expect) if expect is not None else None,
            unchecked,
            quarantine,
        )
        written = rolling.rollback(self._world, asked, Options(message))[-1]
        self._world.journal.acknowledge(written.command)
        return written.event

    def unassign(
        self, stage: str, *, fall_back: bool = False, message: str = ""
    ) -> tuple[Event, ...]:
        """Empty ``model#stage``, or with ``fall_back`` withdraw its current version only.

        Raises:
            UnknownRef: the stage was never used.
        """
        asked = withdrawing.Unassignment(Ref.parse_stage(stage), fall_back)
        done = withdrawing.unassign(self._world, asked, Options(message))
        for written in done:
            self._world.journal.acknowledge(written.command)
        return tuple(written.event for written in done)

    def deregister(self, version: str, *, message: str = "") -> Event:
        """Withdraw a version.

        Raises:
            Refused: a stage holds it.
        """
        written = withdrawing.deregister(self._world, Ref.parse_version(version), Options(message))
        self._world.journal.acknowledge(written.command)
        return written.event

    def deprecate(self, model: str, *, message: str = "") -> Event:
        """Retire a model."""
        written = withdrawing.deprecate(self._world, Artifact.parse(model), Options(message))
        self._world.journal.acknowledge(written.command)
        return written.event

    def follow(self, ref: str, *, interval: float = 10.0) -> Iterator[Target]:
        """Yield what a ref means now, then each time it means something else; never ends.

        Args:
            ref: ``model#stage``, ``model@latest``, …
            interval: seconds between two looks.
        """
        return follow(self._world, Ref.parse(ref), interval)

    def verify(self, model: str | None = None, *, deep: bool = False) -> Verification:
        """Check every event and every live version; ``.ok`` says whether all is sound.

        Raises:
            UnknownRef: the model has no event.
        """
        return verify(self._world, Artifact.parse(model) if model is not None else None, deep=deep)

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
        kinds = [DiffKind.parse(kind) for kind in only]
        return Diff(
            compare(self._world, Ref.parse(a), Ref.parse(b) if b is not None else None, kinds)
        )


def open_registry(repository: str | os.PathLike[str] = ".") -> ModelRegistry:
    """Open the registry of a repository.

    Args:
        repository: a folder in the person's own clone; or a URL (``https://``, ``ssh://``,
            ``file://``, ``user@host:path``) of one that is not theirs, which is read only and as
            it is at each call.

    Raises:
        BadInput: there is no repository, or the URL is not one that is read.
    """
    text = os.fspath(repository)
    if not Path(text).exists() and ":" in text:
        world = open_elsewhere(text)
        return ModelRegistry(world, world.shelf.folder / "files")
    return ModelRegistry(RepositoryWorld(Path(text)), user_cache() / "files")
