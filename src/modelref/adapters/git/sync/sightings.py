"""What the remote was last seen to have: refs of our own, and a note of what both agreed on.

``refs/modelref/origin/tags/*`` and ``…/head/*`` are the remote's tags and lease refs as they were
at the last fetch. What both sides had when they last agreed stands in a file: a tag that was moved
or deleted on the remote differs from that, and a tag that was made here and never pushed does not
stand in it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from modelref.adapters.git.lock import WriterLock
from modelref.adapters.git.program import DURABLE, failed
from modelref.adapters.git.repository import Repository
from modelref.adapters.git.stale import IN_THE_WAY
from modelref.adapters.git.sync.kept import Kept, read_kept, write_kept
from modelref.adapters.git.sync.note import Note, read_note, write_note
from modelref.adapters.git.sync.own import refs_kept
from modelref.adapters.git.tags import patterns_of
from modelref.domain.finding import Finding
from modelref.domain.names import Artifact
from modelref.domain.sync import REWRITTEN, Head, Sides, agreed_after, lease_artifact
from modelref.domain.tag import TagName
from modelref.errors import Conflict

ORIGIN = "refs/modelref/origin"
_TAGS = "refs/tags"
_SEEN = f"{ORIGIN}/tags"
_HEADS = f"{ORIGIN}/head"


@dataclass(frozen=True, slots=True)
class GitSightings:
    """Both sides, as refs of one clone; port ``Sightings``.

    Attributes:
        repository: the clone.
        lock: its writers' lock.
    """

    repository: Repository
    lock: WriterLock

    def sides(self, artifacts: Collection[Artifact] = ()) -> Sides:
        """Read both sides, of some models or of all."""
        names = {artifact.in_tag for artifact in artifacts}
        note = read_note(self.lock.folder)
        agreed = {
            tag: oid
            for tag, oid in note.agreed.items()
            if (name := TagName.parse(tag)) and (not names or name.artifact.in_tag in names)
        }
        refs = self._refs(artifacts, _TAGS, _SEEN, _HEADS)
        here, there, leases = (_below(folder, refs) for folder in (_TAGS, _SEEN, _HEADS))
        named = self._refs(artifacts, _HEADS, field="tag") if leases else {}
        heads = {
            lease: Head(oid, named.get(f"{_HEADS}/{lease}", ""))
            for lease, oid in leases.items()
            if not names or lease_artifact(lease) in names
        }
        return Sides(_events(here), _events(there), agreed, heads, note.asked)

    def take(self, new: Mapping[str, str], sides: Sides, asked: Collection[Artifact] = ()) -> None:
        """Create tags that the remote has, and note what both sides agree on."""
        if new:
            self._create(new)
        note = read_note(self.lock.folder)
        looked_at = {*sides.here, *sides.there, *sides.agreed}
        others = {tag: oid for tag, oid in note.agreed.items() if tag not in looked_at}
        known: frozenset[str] | None = None
        if asked and note.asked is not None:
            known = note.asked | {artifact.in_tag for artifact in asked}
        write_note(self.lock.folder, note, Note(others | agreed_after(sides, new), known))

    def keep(self, found: Sequence[Finding], remote: str, asked: Collection[Artifact] = ()) -> None:
        """Keep findings for reads to tell; those of branches and of models not asked of stay."""
        kept = read_kept(self.lock.folder) if asked else ()
        others = [
            one
            for one in kept
            if one.finding.kind == REWRITTEN or not _is_of(one.finding.tag, asked)
        ]
        write_kept(self.lock.folder, [*others, *(Kept(one, remote) for one in found)])

    def _create(self, new: Mapping[str, str]) -> None:
        wanted = dict(new)
        said = ""
        for _ in range(3):
            commands = "".join(f"create {_TAGS}/{tag}\0{oid}\0" for tag, oid in wanted.items())
            with self.lock.making(*wanted) as keep:
                done = self.repository.git.run(
                    "update-ref", "--stdin", "-z",
                    stdin=commands.encode("utf-8", "surrogateescape"), config=DURABLE, keep=keep,
                )  # fmt: skip
            if not done.code:
                self.lock.made()
                return
            kept = refs_kept(done, "tags that the remote has")
            if kept is not None:
                raise kept
            said = done.stderr
            for path in IN_THE_WAY.findall(said):
                self.lock.clear(path.partition(f"{_TAGS}/")[2].removesuffix(".lock"))
            here = self._refs((), _TAGS)
            wanted = {tag: oid for tag, oid in wanted.items() if f"{_TAGS}/{tag}" not in here}
            if not wanted:
                self.lock.made()
                return
        raise Conflict(
            f"another git keeps this one from making tags: {said.removeprefix('fatal: ')}",
            kind="stale-lock",
            hint="wait until no other git command runs in this clone, and try again",
        )

    def _refs(
        self, artifacts: Collection[Artifact], *folders: str, field: str = "objectname"
    ) -> dict[str, str]:
        """One field of the refs below some folders, by their whole names."""
        wanted = [pattern for folder in folders for pattern in _patterns(artifacts, folder)]
        form = f"--format=%(refname)%00%({field})%00"
        done = self.repository.git.run("for-each-ref", form, operands=wanted)
        if done.code:
            raise failed("for-each-ref", done)
        fields = done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]
        return {
            name.lstrip("\n"): value for name, value in zip(fields[::2], fields[1::2], strict=True)
        }


def _below(folder: str, refs: Mapping[str, str]) -> dict[str, str]:
    """Refs below a folder, by the rest of their names."""
    return {
        name.removeprefix(f"{folder}/"): value
        for name, value in refs.items()
        if name.startswith(f"{folder}/")
    }


def _is_of(tag: str, artifacts: Collection[Artifact]) -> bool:
    name = TagName.parse(tag)
    return name is not None and name.artifact in artifacts


def _events(tags: Mapping[str, str]) -> dict[str, str]:
    """Those that can be events."""
    return {tag: oid for tag, oid in tags.items() if TagName.parse(tag) is not None}


def _patterns(artifacts: Collection[Artifact], folder: str) -> list[str]:
    return [one for model in artifacts for one in patterns_of(model, folder)] or [folder]
