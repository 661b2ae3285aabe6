"""Ports: what the use cases need from the world, each the smallest that serves."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import BinaryIO

    from modelref.domain.branch import Branch
    from modelref.domain.config import Config
    from modelref.domain.diff.code import FileChange
    from modelref.domain.diff.data import TableChange
    from modelref.domain.diff.panel import Panel
    from modelref.domain.diff.results import MeasuredMetric
    from modelref.domain.diff.weights import Nonfinite, RowCounts, ScoreChange, ValueChange
    from modelref.domain.event import TagRecord
    from modelref.domain.finding import Finding
    from modelref.domain.names import Artifact
    from modelref.domain.outs import Out, OutFile
    from modelref.domain.restoring import Job, RestorePlan
    from modelref.domain.signature import Signature
    from modelref.domain.snapshot import Candidate, Made, Snapshot, Values
    from modelref.domain.sync import Sides
    from modelref.domain.tag import TagName
    from modelref.errors import ModelRefError


class Located(NamedTuple):
    """A file, and where its bytes lie: a cache names files by their hashes.

    Attributes:
        path: where.
        name: repository path, or what a person knows it by.
    """

    path: Path
    name: str


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

    def noticed(self) -> Sequence[Finding]:
        """Tell, once, what the listings so far showed beside the tags that they gave."""

    def create(
        self, tag: TagName, commit: str, message: str, date: int, *, sign: bool = False
    ) -> str:
        """Create one annotated tag, all or nothing, and return its object's id.

        Args:
            tag: its name.
            commit: full id of the commit.
            message: the whole message.
            date: the tagger's date, seconds since 1970-01-01 UTC.
            sign: sign it even if git is not set up to sign every tag.

        Raises:
            Conflict: the tag exists already.
            BadInput: git has no name and address to tag as, or no key to sign with.
            OutOfReach: the repository cannot be written.
        """

    def discard(self, tag: TagName, oid: str) -> None:
        """Take back a tag that was just made, and that nobody was told of.

        Args:
            tag: its name.
            oid: its object.

        Raises:
            OutOfReach: it names another object by now, or the repository cannot be written.
        """


class Signatures(Protocol):
    """The signatures of tag objects."""

    def check(self, oids: Sequence[str]) -> Mapping[str, Signature]:
        """Check the signatures of tag objects; only signed ones take time.

        Raises:
            OutOfReach: the program that checks, or the list of signers, is missing.
            BadInput: the list of signers is none.
        """

    def own(self) -> frozenset[str]:
        """What the person goes by who writes here: an address, the fingerprint of a key."""


class Commits(Protocol):
    """Commits and the files they hold."""

    def resolve(self, rev: str) -> str:
        """Return the full id of the commit that a revision names.

        Raises:
            UnknownRef: there is none.
        """

    def merge_base(self, a: str, b: str) -> str | None:
        """Return the newest commit that two others descend from, None where there is none here.

        Args:
            a: full id of a commit.
            b: full id of another.
        """

    def partial(self) -> str:
        """Why events may be missing in this clone that the remote has; ``""`` if none seems to."""

    def remotes(self) -> tuple[str, ...]:
        """Names of the git remotes."""

    def read(self, commit: str | None, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Read files at a commit, or in the workspace for None; absent ones are left out."""

    def changes(
        self, a: str, b: str | None, paths: Sequence[str], *, patch: bool = False
    ) -> Sequence[FileChange]:
        """List files at or below some paths that differ between two commits, by path.

        Args:
            a: full id of the commit where it comes from.
            b: full id of the commit where it goes to; None is the workspace.
            paths: files and folders.
            patch: whether to give differences of text files line by line.
        """


class Branches(Protocol):
    """Branches as this clone knows them."""

    def default(self) -> Branch:
        """The branch that changes are merged into; HEAD where nothing tells.

        Raises:
            UnknownRef: there is no commit at all.
        """

    def named(self, name: str) -> Branch:
        """A branch by its name, as the remote had it when it was last fetched, else a local one.

        Raises:
            UnknownRef: there is none.
        """


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

    def outs_at(self, artifact: Artifact, commit: str | None, path: str) -> Sequence[Out]:
        """Find the outs that hold a file or folder at a commit, or in the workspace for None.

        Args:
            artifact: the model whose DVC stages are asked first.
            commit: the commit.
            path: repository path.

        Returns:
            Those at or below the path, else the folder that holds it; empty where nothing does.
        """

    def metrics(self, artifact: Artifact, commits: Sequence[str]) -> Mapping[str, Values]:
        """Read only the metrics of a model at many commits; unreadable ones are left out."""

    def unreadable(
        self, artifact: Artifact, commits: Sequence[str]
    ) -> Mapping[str, Sequence[ModelRefError]]:
        """Say which metrics of a model at many commits are there, but cannot be read."""

    def stale(self, artifact: Artifact, commit: str | None) -> Sequence[str]:
        """Say why a model's outs at a commit are not what its pipeline makes; empty if they are.

        Only DVC stages that this model depends on are looked at.
        """


class Outputs(Protocol):
    """The bytes of outs: DVC's cache and remotes, or git for outs that git tracks."""

    def measure(self, out: Out) -> Out:
        """Return the out with its size and number of files, where they can be known."""

    def cached(self, out: Out) -> bool:
        """Whether all files of an out are here with the right size; hashes are not checked."""

    def on_remote(self, outs: Sequence[Out]) -> Mapping[Out, bool | None]:
        """Whether the DVC remote of each out has all its files; hashes are not checked.

        Returns:
            None for an out that no remote is configured for, or that git keeps.

        Raises:
            OutOfReach: a remote cannot be read, or does not answer in time.
            BadInput: DVC's settings or a manifest are not valid.
        """

    def fetch(self, files: Sequence[OutFile], progress: Callable[[str], None] = ...) -> None:
        """Bring those of some files that are not here from their DVC remotes, verified.

        What came before a failure, or before the process was killed, is not brought again.

        Args:
            files: which; :attr:`Out.object` of a folder is its manifest.
            progress: called with what came so far.

        Raises:
            OutOfReach: a remote cannot be read, has not got one or has other bytes, or none is
                configured.
            BadInput: DVC's settings are not valid.
        """

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

    def reading(self, file: OutFile, commit: str | None) -> AbstractContextManager[Path]:
        """A verified file to read for a while, and never to write to.

        Args:
            file: which.
            commit: where it belongs: an out that DVC hashes but does not keep (``cache: false``)
                is read from git there, or from the workspace for None.

        Raises:
            OutOfReach: its bytes are not here, or are not what their hash says.
        """


class Tables(Protocol):
    """What is in tables: Parquet, CSV and TSV files that nobody vouches for."""

    def results(self, before: Located, after: Located, seed: int) -> Sequence[MeasuredMetric]:
        """Compare results per user on the users that both files have.

        Args:
            before: the first side's file.
            after: the second side's.
            seed: of the bootstrap.

        Raises:
            BadInput: a file is no such table; the message names it.
            OutOfReach: it cannot be read within the limits, or what reads it is not installed.
        """

    def compare(
        self, before: Located, after: Located, ids: Mapping[str, Sequence[str]]
    ) -> TableChange:
        """Compare two tables, in memory that does not grow with them.

        Args:
            before: the first side's file.
            after: the second side's.
            ids: by what they identify, names that a column with ids may have.

        Raises:
            BadInput: a file is no such table; the message names it.
            OutOfReach: it cannot be read within the limits, or what reads it is not installed.
        """

    def panel(
        self,
        before: Located,
        after: Located,
        *,
        reseeded: Sequence[Located] = (),
        items: Sequence[Located] = (),
        users: Sequence[Located] = (),
    ) -> Panel:
        """Read the lists of a panel on two sides; no id of a user comes out.

        Args:
            before: the first side's lists: ``user``, ``rank``, ``item``.
            after: the second side's.
            reseeded: the second side's after a training with another seed, if it has them.
            items: catalogues, of which the last one counts.
            users: tables of users with their segments, likewise.

        Raises:
            BadInput: a file is no such table; the message names it.
            OutOfReach: it cannot be read within the limits, or what reads it is not installed.
        """


class Scoring(Protocol):
    """Runs the command that scores one version's files on one hold-out."""

    def folder(self, key: str) -> Path:
        """A folder of the user's cache for a key; it may not exist yet."""

    def run(self, argv: Sequence[str], seconds: int) -> None:
        """Run a command at the top of the repository, without a shell.

        Raises:
            OutOfReach: it is not there, failed, or took too long; the message has its last words.
        """


class Tensor(Protocol):
    """A tensor in an open file."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its sides."""

    @property
    def dtype(self) -> str:
        """``float32``, ``bfloat16``, ``int64``, …."""


class Ids(Protocol):
    """The ids of a tensor's rows."""

    def texts(self, rows: Sequence[int]) -> Sequence[str]:
        """The ids of a few rows."""


class Pairing(Protocol):
    """Rows of two sides, paired by id."""

    @property
    def counts(self) -> RowCounts:
        """What came of it."""


class Rotation(Protocol):
    """What brings one side's factors nearest to the other's."""

    @property
    def factors(self) -> int:
        """How many factors it rotates."""


Matrix: TypeAlias = "tuple[Tensor, Tensor, Pairing]"
"""A factor matrix of both sides, and their rows."""


class Tensors(Protocol):
    """What files of weights hold; memory does not grow with a tensor's size."""

    def read(self, path: str, file: BinaryIO) -> Sequence[Tensor] | None:
        """List the tensors of a file; None where it is none of weights.

        Args:
            path: whose end tells the format.
            file: stays open for as long as its tensors are used.

        Raises:
            BadInput: it is not what its format asks for; nothing large was allocated.
            OutOfReach: the library that reads it is not installed.
        """

    def ids(self, path: str, file: BinaryIO, column: str, rows: int) -> Ids:
        """Name a column of a Parquet, CSV or JSON file as the ids of so many rows."""

    def pair(self, a: Ids, b: Ids) -> Pairing:
        """Find the rows of one side on the other.

        Raises:
            BadInput: the ids do not fit their tensors, or one comes twice.
        """

    def names(
        self, path: str, file: BinaryIO, columns: tuple[str, str], ids: Sequence[str]
    ) -> Sequence[str]:
        """Look up what stands beside a few ids in another column; ``""`` where nothing does.

        Raises:
            BadInput: the file has no such column, or cannot be read.
        """

    def compare(
        self,
        a: Tensor,
        b: Tensor,
        pairing: Pairing | None = None,
        columns: Pairing | None = None,
        rotation: Rotation | None = None,
    ) -> ValueChange:
        """Compare the rows that both have.

        Args:
            a: the first side.
            b: the second side; its rows are as wide, unless columns are paired.
            pairing: rows by id; None pairs them by position.
            columns: columns of tensors with two sides by id; None pairs them by position.
            rotation: applied to the first side for ``ValueChange.aligned``.

        Raises:
            BadInput: the values are damaged.
            OutOfReach: they cannot be read, or not be unpacked.
        """

    def align(self, users: Matrix, items: Matrix) -> Rotation | None:
        """Find the rotation of both sides' factors by orthogonal Procrustes (Schönemann 1966).

        Returns:
            None where values are not finite.
        """

    def compare_scores(self, users: Matrix, items: Matrix) -> ScoreChange | None:
        """Compare products of two factor matrices on a fixed sample of their shared rows.

        Returns:
            None where nothing is shared, or values are not finite.
        """

    def nonfinite(self, tensor: Tensor) -> Nonfinite:
        """Count the values that are NaN or infinite.

        Raises:
            BadInput: the values are damaged.
            OutOfReach: they cannot be read, or not be unpacked.
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
            OutOfReach: bytes of the model are neither here nor on its DVC remote.
        """

    def staged(self, paths: Sequence[str]) -> Sequence[str]:
        """Those of some paths that have staged changes."""

    def begin(self, job: Job, plan: RestorePlan, progress: Callable[[str], None] = ...) -> None:
        """Stage a restore and note that it was begun; the files are as they were.

        Args:
            job: the restore.
            plan: its changes.
            progress: called with what came from DVC remotes so far.

        Raises:
            OutOfReach: bytes cannot be brought; nothing was begun.
        """

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
    """The files of what a repository has agreed on."""

    def start(self, text: str) -> bool:
        """Write a first one; False where there is one.

        Raises:
            OutOfReach: it cannot be written.
        """

    def read_file(self, path: str) -> str | None:
        """What stands in a file of the checkout, None where there is none.

        Args:
            path: repository path.
        """

    def add_file(self, path: str, text: str) -> None:
        """Write a file that is not there yet, and its folders.

        Raises:
            OutOfReach: it cannot be written, or is there by now.
        """

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

    def renewed(self) -> World:
        """The same world, with nothing remembered of what the repository has agreed on."""

    @property
    def tags(self) -> Tags:
        """The tags."""

    @property
    def signatures(self) -> Signatures:
        """The signatures of tags."""

    @property
    def commits(self) -> Commits:
        """The commits."""

    @property
    def branches(self) -> Branches:
        """The branches."""

    @property
    def pipeline(self) -> Pipeline:
        """DVC's files."""

    @property
    def outputs(self) -> Outputs:
        """The bytes."""

    @property
    def tensors(self) -> Tensors:
        """What files of weights hold."""

    @property
    def tables(self) -> Tables:
        """What is in tables."""

    @property
    def scoring(self) -> Scoring:
        """The command that scores versions.

        Raises:
            Refused: the repository is not the person's own: nothing of it is run.
        """

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

    def config_at(self, branch: Branch) -> Config:
        """What the repository has agreed on in a branch.

        Raises:
            BadInput: ``modelref.yaml`` is not valid there.
        """

    @property
    def agreed(self) -> Config:
        """What the default branch says the repository has agreed on.

        What guards the registry is read from there: a pull request cannot weaken its own guard.

        Raises:
            BadInput: the ``modelref.yaml`` there is not valid.
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
