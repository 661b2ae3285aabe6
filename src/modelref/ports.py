"""Ports: what the use cases need from the world, each the smallest that serves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from modelref.domain.config import Config
    from modelref.domain.event import TagRecord
    from modelref.domain.names import Artifact
    from modelref.domain.outs import Out, OutFile
    from modelref.domain.restoring import Job, RestorePlan
    from modelref.domain.snapshot import Candidate, Made, Snapshot, Values
    from modelref.domain.sync import Sides
    from modelref.domain.tag import TagName


class Tags(Protocol):
    """The tags of a repository."""

    def list(
        self, artifact: Artifact | None = None, *, bodies: bool = False
    ) -> Iterable[TagRecord]:
        """List tags: all, or those that can be events of one model.

        Args:
            artifact: the model.
            bodies: whether to read the messages below their subjects, which costs time.

        Raises:
            OutOfReach: the repository cannot be read.
        """

    def create(self, tag: TagName, commit: str, message: str, date: int) -> str:
        """Create one annotated tag, all or nothing, and return its object's id.

        Args:
            tag: its name.
            commit: full id of the commit.
            message: the whole message.
            date: the tagger's date, seconds since 1970-01-01 UTC.

        Raises:
            Conflict: the tag exists already.
            BadInput: git has no name and address to sign with.
            OutOfReach: the repository cannot be written.
        """


class Commits(Protocol):
    """Commits and the files they hold."""

    def resolve(self, rev: str) -> str:
        """Return the full id of the commit that a revision names.

        Raises:
            UnknownRef: there is none.
        """

    def partial(self) -> str:
        """Why events may be missing in this clone that the remote has; ``""`` if none seems to."""

    def remotes(self) -> tuple[str, ...]:
        """Names of the git remotes."""

    def read(self, commit: str | None, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Read files at a commit, or in the workspace for None; absent ones are left out."""


class Pipeline(Protocol):
    """What DVC's files say of a model."""

    def declared(self, commit: str | None) -> Sequence[Artifact]:
        """List the models that the ``dvc.yaml`` files declare."""

    def undeclared(self) -> Sequence[Candidate]:
        """List outs of the workspace that look like models, but that no ``dvc.yaml`` declares."""

    def declare(self, candidates: Sequence[Candidate]) -> Sequence[str]:
        """Declare models in their ``dvc.yaml`` files, and return these files.

        Raises:
            OutOfReach: one cannot be written.
        """

    def snapshot(self, artifact: Artifact, commit: str | None) -> Snapshot:
        """Read a model's facts at a commit, or in the workspace for None.

        Raises:
            UnknownRef: no ``dvc.yaml`` there declares the model.
            BadInput: a file there cannot be read; the message names it.
        """

    def made(self, artifact: Artifact, commit: str | None) -> Made:
        """Read only what a model is made of: much less than its facts.

        Raises:
            UnknownRef: no ``dvc.yaml`` there declares the model.
            BadInput: a file there cannot be read; the message names it.
        """

    def metrics(self, artifact: Artifact, commits: Sequence[str]) -> Mapping[str, Values]:
        """Read only the metrics of a model at many commits; unreadable ones are left out."""

    def stale(self, artifact: Artifact, commit: str | None) -> Sequence[str]:
        """Say why a model's outs at a commit are not what its pipeline makes; empty if they are.

        Only DVC stages that this model depends on are looked at.
        """


class Outputs(Protocol):
    """The bytes of outs: DVC's cache, or git for outs that git tracks."""

    def measure(self, out: Out) -> Out:
        """Return the out with its size and number of files, where they can be known."""

    def cached(self, out: Out) -> bool:
        """Whether all files of an out are here with the right size; hashes are not checked."""

    def files(self, out: Out) -> Sequence[OutFile]:
        """List the files of an out.

        Raises:
            OutOfReach: the folder's manifest is not here.
            BadInput: the manifest names a path that must not be written.
        """

    def check(self, file: OutFile, *, deep: bool = True) -> int:
        """See that a file is here and sound, and return its size in bytes.

        Args:
            file: which.
            deep: hash it even if it was checked before and has not changed since.

        Raises:
            OutOfReach: its bytes are not here, or are not what their hash says.
        """

    def place(self, file: OutFile, target: Path, *, deep: bool = False) -> None:
        """Bring one verified file to a path that does not exist yet.

        Args:
            file: which.
            target: where, in a folder that exists.
            deep: hash it even if it was checked before and has not changed since.

        Raises:
            OutOfReach: its bytes are not here, or are not what their hash says.
        """


class Workspace(Protocol):
    """The checkout, as something that a model is brought back into; changed all or nothing."""

    def unfinished(self) -> Job | None:
        """The restore that was begun and neither finished nor undone."""

    def plan(
        self,
        artifact: Artifact,
        commit: str,
        made: tuple[str, Sequence[Out]],
        *,
        with_pipeline: bool,
    ) -> RestorePlan:
        """Say what a restore changes and leaves; nothing is written.

        Args:
            artifact: the model.
            commit: full id of the commit to bring back.
            made: path of the model's files there, and its outs.
            with_pipeline: bring definitions back as well.

        Raises:
            Refused: definitions differ, or uncommitted work would be lost; names it.
            OutOfReach: bytes of the model are not here.
        """

    def staged(self, paths: Sequence[str]) -> Sequence[str]:
        """Those of some paths that have staged changes."""

    def begin(self, job: Job, plan: RestorePlan) -> None:
        """Stage a restore and note that it was begun; the files are as they were."""

    def complete(self) -> None:
        """Make every change of the begun restore that was not made yet; repeatable.

        Raises:
            Refused: a file was changed by somebody else meanwhile.
        """

    def record(self, job: Job) -> str | None:
        """Commit the restored files that git tracks, once; None where HEAD has them so.

        Raises:
            Refused: git did not take the commit.
        """

    def carry(self, artifact: Artifact, path: str, message: str, known: Sequence[str]) -> str:
        """Commit what one model's DVC stages made here on top of HEAD; no branch moves.

        Args:
            artifact: the model.
            path: repository path of its files.
            message: of the commit.
            known: commits that may be this one already: a repeat makes no second one.

        Returns:
            Full id of the commit; HEAD's where it has all that already.

        Raises:
            Refused: definitions here are not those of HEAD.
            OutOfReach: the repository cannot be written.
        """

    def forget(self) -> None:
        """Note that the begun restore is finished."""

    def undo(self, job: Job) -> None:
        """Put everything back as it was before the restore began; repeatable.

        Raises:
            Refused: a file was changed by somebody else meanwhile, or commits followed.
        """


class Journal(Protocol):
    """Serialises the writers of one clone, and remembers what they set out to do."""

    def exclusive(self) -> AbstractContextManager[None]:
        """Hold the clone's writer lock; it is released when its holder dies.

        Raises:
            Conflict: another writer holds it for too long; the message names it.
        """

    def begin(self, command: str, fresh: str) -> str:
        """Note the intent to run a command; return its id.

        The id is ``fresh``, or that of the same command when a former run of it was never
        acknowledged.
        """

    def acknowledge(self, command: str) -> None:
        """Forget an intent: its outcome was reported."""


class Sightings(Protocol):
    """What the remote was last seen to have, beside what this clone has; no network."""

    def sides(self, artifacts: Collection[Artifact] = ()) -> Sides:
        """Read both sides, of some models or of all.

        Raises:
            OutOfReach: the repository cannot be read.
        """

    def take(self, new: Mapping[str, str], sides: Sides, asked: Collection[Artifact] = ()) -> None:
        """Create tags that the remote has, and note what both sides agree on from now.

        Args:
            new: object ids by tag; a tag that is here stays as it is.
            sides: as they were read.
            asked: the models that the remote was asked of; empty for all.

        Raises:
            Conflict: another git is making one of these tags.
            OutOfReach: the repository cannot be written.
        """


class Remote(Protocol):
    """The git remote that events go to and come from."""

    @property
    def name(self) -> str:
        """What git knows it by."""

    def outbox(self) -> Tags:
        """An empty place for tags that nobody sees until they are pushed and come back."""

    def fetch(self, artifacts: Collection[Artifact] = ()) -> Sequence[str]:
        """Bring what the remote has of some models, or of all; this clone's tags stay as they are.

        Returns:
            Commits that its branches had when all was last asked for, and have no more.

        Raises:
            OutOfReach: it does not answer.
        """

    def push(
        self, tags: Mapping[str, str], heads: Mapping[str, tuple[str, str]]
    ) -> Mapping[str, str]:
        """Offer tags to the remote, all or none where it can do that; what it took is not said.

        Only a fetch tells what a remote has: one that can neither change refs together nor keep
        lease refs is offered the tags alone, and one that says yes may have none of them.

        Args:
            tags: object ids by tag; the remote must have none of these names.
            heads: by lease, the object that it must name there, ``""`` for none, and the new one.

        Returns:
            By tag, why the remote refuses it for good, in its own words; not where somebody was
            faster.

        Raises:
            OutOfReach: it does not answer, or went away: it may have taken them.
        """


class Settings(Protocol):
    """The file of what a repository has agreed on."""

    def add_remote(self, name: str) -> str:
        """Write which remote events go to, and return the file; ``""`` if it says one already.

        Raises:
            BadInput: it is not valid.
            OutOfReach: it cannot be written.
        """


class Clock(Protocol):
    """The time, and ids that nobody else makes."""

    def now(self) -> int:
        """Seconds since 1970-01-01 UTC."""

    def unique_id(self) -> str:
        """An identifier that is made once."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class World(Protocol):
    """All that the verbs act on."""

    @property
    def tags(self) -> Tags:
        """The tags."""

    @property
    def commits(self) -> Commits:
        """The commits."""

    @property
    def pipeline(self) -> Pipeline:
        """DVC's files."""

    @property
    def outputs(self) -> Outputs:
        """The bytes."""

    @property
    def workspace(self) -> Workspace:
        """The checkout."""

    @property
    def journal(self) -> Journal:
        """The writers' lock and notes."""

    @property
    def config(self) -> Config:
        """What the repository has agreed on.

        Raises:
            BadInput: ``modelref.yaml`` is not valid.
        """

    @property
    def settings(self) -> Settings:
        """Its file."""

    @property
    def sightings(self) -> Sightings:
        """What the remote was last seen to have."""

    def remote(self, name: str | None = None) -> Remote:
        """A remote: the one named, or else the one that is there, ``origin`` before others.

        Raises:
            BadInput: there is none, or none of that name.
        """

    def with_tags(self, tags: Tags) -> World:
        """The same world, with other tags."""

    @property
    def clock(self) -> Clock:
        """The time."""
