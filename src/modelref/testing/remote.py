"""In-memory twins of what is between clones: one host, and what each clone knows of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modelref.domain.event import TagRecord
from modelref.domain.finding import Finding
from modelref.domain.names import Artifact
from modelref.domain.sync import (
    REWRITTEN,
    Head,
    Reply,
    Rewritten,
    Sides,
    agreed_after,
    lease_artifact,
)
from modelref.domain.tag import TagName
from modelref.errors import OutOfReach

if TYPE_CHECKING:
    from modelref.testing.tags import MemoryTags


@dataclass
class MemoryHost:
    """What a remote has.

    Attributes:
        tags: by name.
        heads: object ids by lease.
        refuses: by tag, why it is refused for good.
        one_reason: whether it stops at the first that it refuses, and says nothing of others.
        keeps_leases: whether it takes lease refs.
        together: whether it changes refs together.
        lies: whether it says that it took what it did not.
        up: whether it answers.
    """

    tags: dict[str, TagRecord] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    refuses: dict[str, str] = field(default_factory=dict)
    one_reason: bool = False
    keeps_leases: bool = True
    together: bool = True
    lies: bool = False
    up: bool = True


@dataclass
class MemoryRemote:
    """A host, as one clone knows it; ports ``Remote`` and ``Sightings``.

    Attributes:
        host: the host.
        tags: the clone's tags.
        seen: the host's tags as they were last seen.
        heads: its leases as they were last seen.
        rewritten: its branches that were rewritten.
    """

    host: MemoryHost
    tags: "MemoryTags"
    name: str = "origin"
    seen: dict[str, TagRecord] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    rewritten: list[Rewritten] = field(default_factory=list)
    _outbox: "MemoryTags | None" = None
    _agreed: dict[str, str] = field(default_factory=dict)
    _asked: frozenset[str] | None = frozenset()

    def outbox(self) -> "MemoryTags":
        """An empty place for tags."""
        self._outbox = type(self.tags)(author=self.tags.author)
        return self._outbox

    def fetch(self, artifacts: Collection[Artifact] = ()) -> Sequence[Rewritten]:
        """See what the host has."""
        if not self.host.up:
            raise OutOfReach(f"the remote {self.name} does not answer", kind="unreachable")
        names = {artifact.in_tag for artifact in artifacts}
        others = {tag: one for tag, one in self.seen.items() if not _of(tag, names)}
        self.seen = others | {tag: one for tag, one in self.host.tags.items() if _of(tag, names)}
        old = {lease: oid for lease, oid in self.heads.items() if not _leased(lease, names)}
        new = {lease: oid for lease, oid in self.host.heads.items() if _leased(lease, names)}
        self.heads = old | new
        return () if artifacts else tuple(self.rewritten)

    def remember(self, rewritten: Collection[Rewritten]) -> None:
        """Remember rewritten branches."""
        self.rewritten = list(rewritten)

    def push(self, tags: Mapping[str, str], heads: Mapping[str, tuple[str, str]]) -> Reply:
        """Take tags: all or none with their leases, all or none, or each up to one that fails."""
        if not self.host.up:
            raise OutOfReach(f"the remote {self.name} does not answer", kind="unreachable")
        refused = {tag: why for tag, why in self.host.refuses.items() if tag in tags}
        if self.host.one_reason:
            refused = dict(list(refused.items())[:1])
        free = [tag for tag in tags if tag not in self.host.tags and tag not in refused]
        alone = "" if self.host.keeps_leases and self.host.together else "it keeps no leases"
        stale = any(self.host.heads.get(lease, "") != old for lease, (old, _) in heads.items())
        if self.host.lies or (not alone and stale):
            return Reply(refused)
        if self.host.together and len(free) < len(tags):
            return Reply(refused, alone)
        if not alone:
            self.host.heads |= {lease: new for lease, (_, new) in heads.items()}
        self.host.tags |= {tag: self._record(tag) for tag in _in_order(tags, free)}
        return Reply(refused, alone)

    def elsewhere(self) -> str:
        """It is told where it is asked."""
        return ""

    def sides(self, artifacts: Collection[Artifact] = ()) -> Sides:
        """Both sides."""
        names = {artifact.in_tag for artifact in artifacts}
        known = {one.oid: one.ref for one in (*self.seen.values(), *self.tags.records.values())}
        return Sides(
            {tag: one.oid for tag, one in self.tags.records.items() if _of(tag, names)},
            {tag: one.oid for tag, one in self.seen.items() if _of(tag, names)},
            {tag: oid for tag, oid in self._agreed.items() if _of(tag, names)},
            {
                lease: Head(oid, known.get(oid, ""))
                for lease, oid in self.heads.items()
                if _leased(lease, names)
            },
            self._asked,
        )

    def take(self, new: Mapping[str, str], sides: Sides, asked: Collection[Artifact] = ()) -> None:
        """Take tags over."""
        self.tags.records |= {tag: self.seen[tag] for tag in new if tag not in self.tags.records}
        looked_at = {*sides.here, *sides.there, *sides.agreed}
        others = {tag: oid for tag, oid in self._agreed.items() if tag not in looked_at}
        self._agreed = others | agreed_after(sides, new)
        known = {artifact.in_tag for artifact in asked}
        self._asked = self._asked | known if asked and self._asked is not None else None

    def keep(self, found: Sequence[Finding], remote: str, asked: Collection[Artifact] = ()) -> None:
        """Keep findings for listings to tell."""
        names = {artifact.in_tag for artifact in asked}
        kept = self.tags.kept if asked else ()
        others = [one for one in kept if one.kind == REWRITTEN or not _of(one.tag, names)]
        self.tags.kept = [*others, *found]

    def _record(self, tag: str) -> TagRecord:
        made = self._outbox.records if self._outbox else {}
        return made.get(tag) or self.tags.records[tag]


def _in_order(tags: Collection[str], free: Collection[str]) -> list[str]:
    """Those tags of each model that come before the first that is not free."""
    taken: list[str] = []
    stopped: set[Artifact | None] = set()
    for tag in tags:
        name = TagName.parse(tag)
        model = name.artifact if name else None
        if tag not in free:
            stopped.add(model)
        if model not in stopped:
            taken.append(tag)
    return taken


def _of(tag: str, names: Collection[str]) -> bool:
    name = TagName.parse(tag)
    return name is not None and (not names or name.artifact.in_tag in names)


def _leased(lease: str, names: Collection[str]) -> bool:
    return not names or lease_artifact(lease) in names
