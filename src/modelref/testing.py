"""In-memory twins of the ports, for tests of code that builds on modelref.

One contract suite runs against these and against git and DVC: what holds here holds there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from difflib import unified_diff
from hashlib import md5, sha1
from pathlib import Path
from tempfile import TemporaryDirectory

from modelref.domain.branch import Branch
from modelref.domain.config import FILE, Config
from modelref.domain.diff.code import FileChange
from modelref.domain.diff.data import TableChange
from modelref.domain.diff.panel import Panel
from modelref.domain.diff.results import MeasuredMetric
from modelref.domain.diff.values import Status
from modelref.domain.event import TagRecord
from modelref.domain.finding import Finding
from modelref.domain.message import parse_trailers
from modelref.domain.names import Artifact
from modelref.domain.outs import MD5, Out, OutFile, is_within
from modelref.domain.signing import Signing
from modelref.domain.snapshot import Annotation, Candidate, Made, Snapshot, Values
from modelref.domain.tag import TagName
from modelref.errors import BadInput, Conflict, ModelRefError, OutOfReach, UnknownRef
from modelref.ports import Located, Tags, World
from modelref.testing_gates import MemoryBranches
from modelref.testing_remote import MemoryHost, MemoryRemote
from modelref.testing_signatures import MemorySignatures
from modelref.testing_tensors import MemoryTensors
from modelref.testing_workspace import MemoryWorkspace


@dataclass
class MemoryClock:
    """A clock that stands still until it is set; port ``Clock``."""

    time: int = 1_700_000_000
    _ids: int = 0

    def now(self) -> int:
        """Return the time it was set to."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.time += int(seconds)

    def unique_id(self) -> str:
        """Count up."""
        self._ids += 1
        return f"{self._ids:032x}"


@dataclass
class MemoryTags:
    """Tags in a dict; port ``Tags``.

    Attributes:
        records: by tag.
        author: who makes them.
        signatures: where signed tags are noted.
        kept: what the last fetch found that must be settled.
    """

    records: dict[str, TagRecord] = field(default_factory=dict)
    author: str = "Ada"
    signatures: MemorySignatures = field(default_factory=MemorySignatures)
    kept: Sequence[Finding] = ()

    def list(
        self, artifact: Artifact | None = None, *, bodies: bool = False
    ) -> Iterator[TagRecord]:
        """List tags, by name."""
        for ref in sorted(self.records):
            record = self.records[ref]
            if artifact is None or ref.startswith((f"{artifact.in_tag}@", f"{artifact.in_tag}#")):
                yield record if bodies else record._replace(body=None)

    def noticed(self) -> Sequence[Finding]:
        """Tell what was kept."""
        return self.kept

    def create(
        self, tag: TagName, commit: str, message: str, date: int, *, sign: bool = False
    ) -> str:
        """Create one annotated tag."""
        name = str(tag)
        if name in self.records:
            raise Conflict(f"somebody else made the tag {name} first", kind="tag-exists")
        subject, _, body = message.partition("\n\n")
        last = body.rstrip("\n").rpartition("\n\n")[2]
        trailers = "\n".join(f"{key}: {value}" for key, value in parse_trailers(last).items())
        oid = sha1(f"{name}{commit}{date}{message}".encode(), usedforsecurity=False).hexdigest()
        self.records[name] = TagRecord(
            name,
            oid,
            "tag",
            name,
            commit,
            "commit",
            f"{date} +0000",
            self.author,
            f"{self.author.lower()}@example.com",
            subject.strip(),
            trailers,
            body,
        )
        if sign:
            self.signatures.sign(oid)
        return oid

    def discard(self, tag: TagName, oid: str) -> None:
        """Take back a tag."""
        if self.records[str(tag)].oid != oid:
            raise OutOfReach(f"the tag {tag} names another object", kind="git-failed")
        del self.records[str(tag)]


@dataclass
class MemoryCommits:
    """Commits as dicts of files; port ``Commits``.

    Attributes:
        trees: files by path, by commit id; under None, the workspace.
        head: the commit that HEAD names.
        parents: by commit, the one that it was made on top of.
    """

    trees: dict[str | None, dict[str, bytes]] = field(default_factory=lambda: {None: {}})
    head: str = ""
    parents: dict[str, str] = field(default_factory=dict)

    def commit(self) -> str:
        """Commit the workspace and return the new commit's id."""
        self.head = self.beside(self.trees[None])
        return self.head

    def beside(self, tree: Mapping[str, bytes]) -> str:
        """Commit some files on top of HEAD, which stays, and return the new commit's id."""
        text = repr((self.head, sorted(tree.items())))
        commit = sha1(text.encode(), usedforsecurity=False).hexdigest()
        self.trees[commit] = dict(tree)
        self.parents.setdefault(commit, self.head)
        return commit

    def resolve(self, rev: str) -> str:
        """Return the commit that a revision names: HEAD, or the start of an id."""
        if rev == "HEAD" and self.head:
            return self.head
        found = [name for name in self.trees if name and name.startswith(rev)]
        if len(found) != 1 or not rev:
            raise UnknownRef(f"there is no commit {rev!r} in this clone", kind="unknown-revision")
        return str(found[0])

    def tree_id(self, commit: str) -> str:
        """Return an id of the files of a commit."""
        text = repr(sorted(self.trees[commit].items()))
        return sha1(text.encode(), usedforsecurity=False).hexdigest()

    def merge_base(self, a: str, b: str) -> str | None:
        """Return the newest commit that two others descend from."""
        behind = set(self._line(a))
        return next((commit for commit in self._line(b) if commit in behind), None)

    def _line(self, commit: str) -> Iterator[str]:
        """A commit, its parent, and so on to the first."""
        while commit:
            yield commit
            commit = self.parents.get(commit, "")

    def partial(self) -> str:
        """Nothing is missing."""
        return ""

    def remotes(self) -> tuple[str, ...]:
        """There is none."""
        return ()

    def read(self, commit: str | None, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Read files; absent ones are left out."""
        tree = self.trees.get(commit, {})
        return {path: tree[path] for path in paths if path in tree}

    def links(self, commit: str, path: str) -> Mapping[str, str]:  # of none
        """There is none."""
        return {}

    def checkout_digest(self) -> str:
        """A digest of the workspace."""
        text = repr(sorted(self.trees[None].items()))
        return sha1(text.encode(), usedforsecurity=False).hexdigest()

    def changes(
        self, a: str, b: str | None, paths: Sequence[str], *, patch: bool = False
    ) -> Sequence[FileChange]:
        """List files that differ; a NUL makes a file binary."""
        old, new = (
            {
                path: data
                for path, data in self.trees.get(commit, {}).items()
                if any(is_within(path, one) for one in paths)
            }
            for commit in (a, b)
        )
        return [
            _file_change(path, old.get(path), new.get(path), patch=patch)
            for path in sorted({*old, *new})
            if old.get(path) != new.get(path)
        ]


def _file_change(path: str, old: bytes | None, new: bytes | None, *, patch: bool) -> FileChange:
    """What differs in a file, counted as git does: lines kept are those of a longest match."""
    status = Status.ADDED if old is None else Status.REMOVED if new is None else Status.CHANGED
    if b"\0" in (old or b"") + (new or b""):
        return FileChange(path, status, None, None)
    lines = [
        line
        for line in unified_diff(
            (old or b"").decode().splitlines(), (new or b"").decode().splitlines()
        )
        if not line.startswith(("+++ ", "--- ", "@@ "))
    ]
    added, removed = (sum(line.startswith(sign) for line in lines) for sign in "+-")
    return FileChange(path, status, added, removed, "\n".join(lines) if patch else None)


@dataclass
class MemoryPipeline:
    """A pipeline whose models are one file each; port ``Pipeline``.

    Attributes:
        commits: where the files lie.
        scores: metrics by commit.
        reasons: why a model's outs are stale, by commit.
        metas: what the team wrote of a model, by its path.
    """

    commits: MemoryCommits
    scores: dict[str, Values] = field(default_factory=dict)
    reasons: dict[str, tuple[str, ...]] = field(default_factory=dict)
    metas: dict[str, Mapping[str, object]] = field(default_factory=dict)

    def declared(self, commit: str | None) -> Sequence[Artifact]:
        """Every file is a model."""
        return [Artifact.parse(path) for path in sorted(self.commits.trees.get(commit, {}))]

    def misnamed(self, commit: str | None) -> Sequence[Finding]:
        """Every file's name will do."""
        return ()

    def undeclared(self) -> Sequence[Candidate]:
        """Every file is declared."""
        return ()

    def declare(self, candidates: Sequence[Candidate]) -> Sequence[str]:
        """Nothing is to be declared."""
        return ()

    def snapshot(self, artifact: Artifact, commit: str | None) -> Snapshot:
        """Read a model's facts."""
        path = str(artifact)
        data = self.commits.read(commit, [path]).get(path)
        if data is None:
            raise UnknownRef(f"nothing declares {artifact}", kind="unknown-model")
        metrics = self.scores.get(commit or "", {})
        annotation = Annotation(path, "model", meta=self.metas.get(path, {}))
        return Snapshot(commit, annotation, (_out(path, data),), metrics, {})

    def outs_at(self, artifact: Artifact, commit: str | None, path: str) -> Sequence[Out]:
        """The out of that path, if a file has it."""
        data = self.commits.read(commit, [path]).get(path)
        return () if data is None else (_out(path, data),)

    def made(self, artifact: Artifact, commit: str | None) -> Made:
        """Read what a model is made of."""
        snapshot = self.snapshot(artifact, commit)
        return Made(snapshot.annotation, snapshot.outs)

    def metrics(self, artifact: Artifact, commits: Sequence[str]) -> Mapping[str, Values]:
        """Read only metrics."""
        return {commit: self.scores[commit] for commit in commits if commit in self.scores}

    def unreadable(
        self, artifact: Artifact, commits: Sequence[str]
    ) -> Mapping[str, Sequence[ModelRefError]]:
        """Values that a test sets can be read."""
        return {}

    def stale(self, artifact: Artifact, commit: str | None) -> Sequence[str]:
        """Say what the test set."""
        return self.reasons.get(commit or "", ())

    def edited(self, artifact: Artifact) -> Sequence[str]:
        """No file is tracked by what could lag behind it."""
        return ()


def _out(path: str, data: bytes) -> Out:
    return Out(path, MD5, md5(data, usedforsecurity=False).hexdigest(), len(data))


@dataclass
class MemoryOutputs:
    """Bytes in dicts, by hash; port ``Outputs``.

    Attributes:
        objects: what is here.
        remote: what is on the DVC remote; None where none is configured.
        down: the remote does not answer.
    """

    objects: dict[str, bytes] = field(default_factory=dict)
    remote: dict[str, bytes] | None = None
    down: bool = False

    def add(self, data: bytes) -> None:
        """Keep bytes."""
        self.objects[md5(data, usedforsecurity=False).hexdigest()] = data

    def measure(self, out: Out) -> Out:
        """Fill in the size."""
        return replace(out, size=len(self.objects[out.hash])) if self.cached(out) else out

    def cached(self, out: Out) -> bool:
        """Whether the bytes are kept."""
        return out.hash in self.objects

    def on_remote(self, outs: Sequence[Out]) -> Mapping[Out, bool | None]:
        """Whether the remote has the bytes."""
        if self.remote is None:
            return dict.fromkeys(outs)
        return {out: out.hash in self._asked() for out in outs}

    def mending(self, *paths: str) -> str:
        """A command."""
        return f"fetch {' '.join(paths)}"

    def fetch(
        self, files: Sequence[OutFile], progress: Callable[[str], None] = lambda _: None
    ) -> None:
        """Copy from the remote what is missing and right."""
        for file in files:
            if file.hash in self.objects:
                continue
            data = None if self.remote is None else self._asked().get(file.hash)
            if data is None:
                raise OutOfReach(f"the bytes of {file.path} are nowhere", kind="missing-bytes")
            if md5(data, usedforsecurity=False).hexdigest() != file.hash:
                raise OutOfReach(f"other bytes for {file.path}", kind="damaged-bytes")
            progress(file.path)
            self.objects[file.hash] = data

    def files(self, out: Out) -> Sequence[OutFile]:
        """An out is one file."""
        return (out.object,)

    def check(self, file: OutFile, *, deep: bool = True) -> int:
        """Hash the bytes, deep or not, and return their size."""
        if file.hash not in self.objects:
            raise OutOfReach(f"the bytes of {file.path} are not kept", kind="missing-bytes")
        data = self.objects[file.hash]
        if md5(data, usedforsecurity=False).hexdigest() != file.hash:
            raise OutOfReach(f"other bytes for {file.path}", kind="damaged-bytes")
        return len(data)

    def place(self, file: OutFile, target: Path, *, deep: bool = False) -> None:
        """Write the bytes to a new file."""
        if file.hash not in self.objects:
            raise OutOfReach(f"the bytes of {file.path} are not kept", kind="missing-bytes")
        with target.open("xb") as new:
            new.write(self.objects[file.hash])

    def is_copy(self, file: OutFile, path: Path) -> bool:
        """Whether a path has the very bytes of a file."""
        return md5(path.read_bytes(), usedforsecurity=False).hexdigest() == file.hash

    @contextmanager
    def reading(self, file: OutFile, commit: str | None) -> Iterator[Path]:
        """Write the bytes to a file for a while."""
        with TemporaryDirectory() as folder:
            self.place(file, Path(folder) / "file")
            yield Path(folder) / "file"

    def _asked(self) -> dict[str, bytes]:
        if self.down:
            raise OutOfReach("the DVC remote does not answer", kind="remote-unreachable")
        return self.remote or {}


@dataclass
class MemoryTables:
    """Tables that say what a test lets them; port ``Tables``.

    Attributes:
        measured: what two files of results per user say, whatever they hold.
        changes: what two tables say, by the second one's name.
        lists: what two panels say, by the second one's name.
    """

    measured: Sequence[MeasuredMetric] = ()
    changes: dict[str, TableChange] = field(default_factory=dict)
    lists: dict[str, Panel] = field(default_factory=dict)

    def panel(
        self,
        before: Located,
        after: Located,
        *,
        reseeded: Sequence[Located] = (),
        items: Sequence[Located] = (),
        users: Sequence[Located] = (),
    ) -> Panel:
        """Return what the test set."""
        if after.name not in self.lists:
            raise OutOfReach(f"{after.name} cannot be read", kind="unreadable-table")
        return self.lists[after.name]

    def results(self, before: Located, after: Located, seed: int) -> Sequence[MeasuredMetric]:
        """Return what the test set."""
        return self.measured

    def compare(
        self, before: Located, after: Located, ids: Mapping[str, Sequence[str]]
    ) -> TableChange:
        """Return what the test set."""
        if after.name not in self.changes:
            raise OutOfReach(f"{after.name} cannot be read", kind="unreadable-table")
        return self.changes[after.name]


@dataclass
class MemoryScoring:
    """A score command that writes what a test set; port ``Scoring``.

    Attributes:
        cache: the user's cache.
        writes: what the command writes to ``{out}``; None where it fails.
        ran: the commands that were run.
    """

    cache: Path = Path()
    writes: bytes | None = None
    ran: list[tuple[str, ...]] = field(default_factory=list)

    def folder(self, key: str) -> Path:
        """A folder of the cache."""
        return self.cache / key

    def run(self, argv: Sequence[str], seconds: int) -> None:
        """Note the command, and write to its last argument."""
        self.ran.append(tuple(argv))
        if self.writes is None:
            raise OutOfReach("the score command failed", kind="score-failed")
        Path(argv[-1]).write_bytes(self.writes)


@dataclass
class MemoryJournal:
    """Intents in a dict; port ``Journal``."""

    intents: dict[str, str] = field(default_factory=dict)
    held: bool = False

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lock; it is not re-entrant."""
        if self.held:
            raise Conflict("another writer holds the lock", kind="locked")
        self.held = True
        try:
            yield
        finally:
            self.held = False

    def begin(self, command: str, fresh: str) -> str:
        """Note an intent."""
        return self.intents.setdefault(command, fresh)

    def pending(self, command: str) -> bool:
        """Whether an intent is noted."""
        return command in self.intents

    def acknowledge(self, command: str) -> None:
        """Forget an intent."""
        self.intents.pop(command, None)


class MemoryWorld:
    """A whole world in memory; port ``World``."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.tags = MemoryTags()
        self.signatures = self.tags.signatures
        self.origin: MemoryRemote | None = None
        self.commits = MemoryCommits()
        self.branches = MemoryBranches(self.commits)
        self.pipeline = MemoryPipeline(self.commits)
        self.outputs = MemoryOutputs()
        self.tensors = MemoryTensors()
        self.workspace = MemoryWorkspace(self.commits, self.outputs)
        self.tables = MemoryTables()
        self.scoring = MemoryScoring()
        self.journal = MemoryJournal()
        self.config = Config()
        self.signing = Signing()
        self.agreed_known, self.agreed_guessed = True, False
        self.configs: dict[str, Config] = {}
        self.started = ""
        self.clock = MemoryClock()

    def renewed(self) -> "MemoryWorld":
        """Nothing is remembered here."""
        return self

    def start(self, text: str) -> bool:
        """Write a first ``modelref.yaml``."""
        if self.started:
            return False
        self.started = text
        return True

    def config_at(self, branch: Branch) -> Config:
        """Return what the test set for a branch."""
        return self.configs.get(branch.name, Config())

    @property
    def settings(self) -> "MemoryWorld":
        """The configuration, to write."""
        return self

    def read_file(self, path: str) -> str | None:
        """What stands in a file of the workspace."""
        data = self.commits.trees[None].get(path)
        return data.decode() if data is not None else None

    def add_file(self, path: str, text: str) -> None:
        """Write a file of the workspace."""
        self.commits.trees[None][path] = text.encode()

    def add_remote(self, name: str) -> str:
        """Write which remote events go to."""
        if self.config.remote is not None:
            return ""
        self.config = replace(self.config, remote=name)
        return FILE

    @property
    def sightings(self) -> MemoryRemote:
        """What the remote was last seen to have."""
        return self.origin or MemoryRemote(MemoryHost(), self.tags)

    def remote(self, name: str | None = None) -> MemoryRemote:
        """The one remote, if :meth:`connect` made it."""
        if self.origin is None:
            raise BadInput("this clone has no remote", kind="no-remote")
        return self.origin

    def connect(self, host: MemoryHost) -> None:
        """Let events go to a host."""
        self.origin = MemoryRemote(host, self.tags)
        self.config = replace(self.config, remote=self.origin.name)

    def with_tags(self, tags: Tags) -> World:
        """The same world, with other tags."""
        other = copy(self)
        object.__setattr__(other, "tags", tags)
        return other

    def with_config(self, config: Config) -> World:
        """The same world, with another configuration."""
        other = copy(self)
        object.__setattr__(other, "config", config)
        return other

    def train(self, model: str, data: bytes) -> str:
        """Write a model's file, keep its bytes, commit, and return the commit's id."""
        self.outputs.add(data)
        self.commits.trees[None][model] = data
        return self.commits.commit()
