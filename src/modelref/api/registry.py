"""The public Python API: open a registry, read it, write to it, load any version."""

import os
from pathlib import Path

from modelref.api.compose import RepositoryWorld, user_cache
from modelref.api.elsewhere import open_elsewhere
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
from modelref.usecases.sharing import fetch as fetching
from modelref.usecases.sharing import push as pushing
from modelref.usecases.sharing.fetch import Fetched
from modelref.usecases.sharing.push import PushedEvents
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
        sign: bool = False,
        push: bool = True,
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
            sign: sign the event, whatever git is set up to do.
            push: tell the remote, where ``modelref.yaml`` names one.

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
        written = registering.register(self._world, asked, Options(message, sign=sign, push=push))
        self._world.journal.acknowledge(written.command)
        return written.event

    def promote(
        self,
        version: str,
        stage: str,
        *,
        expect: str | None = None,
        revive: bool = False,
        force: bool = False,
        message: str = "",
        sign: bool = False,
        push: bool = True,
    ) -> Event:
        """Assign a version to a stage that passes its gate.

        Args:
            version: ``model@v1.2.3`` or ``model@latest``.
            stage: the stage's name.
            expect: the version that the stage must hold now.
            revive: even if the model is deprecated.
            force: even if it does not pass the gate; wants a message, and is recorded.
            message: the person's own words.
            sign: sign the event, whatever git is set up to do.
            push: tell the remote, where ``modelref.yaml`` names one.

        Raises:
            Conflict: the stage holds something else.
            Refused: the version may not be promoted.
            OutOfReach: a rule of the gate cannot be computed.
        """
        asked = promoting.Promotion(
            Ref.parse_version(version),
            parse_stage(stage),
            Version.parse(expect) if expect is not None else None,
            revive,
            force,
        )
        written = promoting.promote(self._world, asked, Options(message, sign=sign, push=push))
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
        deep: bool = False,
        message: str = "",
        sign: bool = False,
        push: bool = True,
    ) -> Event:
        """Assign the version that held ``model#stage`` before.

        Raises:
            Conflict: the stage holds something else than expected.
            Refused: nothing to go back to.
            OutOfReach: the target's bytes are not here, or with ``deep`` not what they were.
        """
        asked = rolling.Rollback(
            Ref.parse_stage(stage),
            Version.parse(to) if to is not None else None,
            Version.parse(expect) if expect is not None else None,
            unchecked,
            quarantine,
            deep,
        )
        options = Options(message, sign=sign, push=push)
        written = rolling.rollback(self._world, asked, options)[-1]
        self._world.journal.acknowledge(written.command)
        return written.event

    def unassign(
        self,
        stage: str,
        *,
        fall_back: bool = False,
        message: str = "",
        sign: bool = False,
        push: bool = True,
    ) -> tuple[Event, ...]:
        """Empty ``model#stage``, or with ``fall_back`` withdraw its current version only.

        Raises:
            UnknownRef: the stage was never used.
        """
        asked = withdrawing.Unassignment(Ref.parse_stage(stage), fall_back)
        done = withdrawing.unassign(self._world, asked, Options(message, sign=sign, push=push))
        for written in done:
            self._world.journal.acknowledge(written.command)
        return tuple(written.event for written in done)

    def deregister(
        self, version: str, *, message: str = "", sign: bool = False, push: bool = True
    ) -> Event:
        """Withdraw a version.

        Raises:
            Refused: a stage holds it.
        """
        written = withdrawing.deregister(
            self._world, Ref.parse_version(version), Options(message, sign=sign, push=push)
        )
        self._world.journal.acknowledge(written.command)
        return written.event

    def deprecate(
        self, model: str, *, message: str = "", sign: bool = False, push: bool = True
    ) -> Event:
        """Retire a model."""
        written = withdrawing.deprecate(
            self._world, Artifact.parse(model), Options(message, sign=sign, push=push)
        )
        self._world.journal.acknowledge(written.command)
        return written.event

    def fetch(self) -> Fetched:
        """Bring the remote's events, and see what it changed; see ``modelref fetch --help``.

        Raises:
            BadInput: there is no remote.
            OutOfReach: it does not answer.
        """
        return fetching.fetch(self._world)

    def push(self, *models: str) -> PushedEvents:
        """Tell the remote of events that only this clone knows; ``.left`` says which were not.

        Args:
            models: only these; none for all.

        Raises:
            BadInput: there is no remote.
            OutOfReach: it does not answer.
        """
        return pushing.push(self._world, [Artifact.parse(model) for model in models])

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
