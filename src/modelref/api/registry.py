"""The public Python API: open a registry, read it, write to it, load any version."""

import os
from pathlib import Path

from modelref.api.compose import RepositoryWorld, user_cache
from modelref.api.reader import RegistryReader
from modelref.domain.event import Event
from modelref.domain.names import Artifact, parse_stage
from modelref.domain.ref import Ref
from modelref.domain.version import Bump, Version
from modelref.usecases import promote as promoting
from modelref.usecases import register as registering
from modelref.usecases import restore as restoring
from modelref.usecases import rollback as rolling
from modelref.usecases import withdraw as withdrawing
from modelref.usecases.restore import Restored
from modelref.usecases.writing import Options


class ModelRegistry(RegistryReader):
    """The registry of one repository, to read and to write. Nothing is kept between calls."""

    def register(
        self,
        model: str,
        *,
        rev: str | None = None,
        version: str | None = None,
        bump: str = "patch",
        base: str | None = None,
        commit: bool = False,
        revive: bool = False,
        message: str = "",
    ) -> Event:
        """Register a version of a model; see ``modelref register --help``.

        Args:
            model: ``name`` or ``dir:name``.
            rev: the commit, as a revision; HEAD unless given.
            version: the version to give it.
            bump: which part of the highest version goes up: patch, minor or major.
            base: bump this version instead of the highest.
            commit: first commit the model's results on top of HEAD; no branch moves.
            revive: even if the model is deprecated.
            message: the person's own words.

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
            commit,
            revive,
        )
        written = registering.register(self._world, asked, Options(message))
        self._world.journal.acknowledge(written.command)
        return written.event

    def promote(
        self,
        version: str,
        stage: str,
        *,
        expect: str | None = None,
        revive: bool = False,
        message: str = "",
    ) -> Event:
        """Assign a version to a stage.

        Args:
            version: ``model@v1.2.3`` or ``model@latest``.
            stage: the stage's name.
            expect: the version that the stage must hold now.
            revive: even if the model is deprecated.
            message: the person's own words.

        Raises:
            Conflict: the stage holds something else.
            Refused: the version may not be promoted.
        """
        asked = promoting.Promotion(
            Ref.parse_version(version),
            parse_stage(stage),
            Version.parse(expect) if expect is not None else None,
            revive,
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


def open_registry(folder: str | os.PathLike[str] = ".") -> ModelRegistry:
    """Open the registry of the repository that a folder lies in.

    Raises:
        BadInput: it lies in none.
    """
    return ModelRegistry(RepositoryWorld(Path(folder)), user_cache() / "files")
