"""What a clone and its remote have of the registry: where they agree, and where not."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from modelref.domain.event import Event
from modelref.domain.finding import Finding
from modelref.domain.names import Artifact
from modelref.domain.tag import TagName


class Standing(StrEnum):
    """How one tag stands between a clone and its remote."""

    NEW = "new"
    """The remote has it, this clone does not."""
    LOCAL = "local"
    """Only this clone has it."""
    MOVED = "moved"
    """The remote had what this clone has, and names another object now."""
    VANISHED = "vanished"
    """The remote had it, and has it no more."""
    CONFLICT = "conflict"
    """Both made it, each another object."""


CHANGED = (Standing.MOVED, Standing.VANISHED, Standing.CONFLICT)
"""What is never settled without a person: an event was taken away, or there are two of a name."""


class Head(NamedTuple):
    """The newest event of a chain, as the remote's lease ref names it.

    Attributes:
        oid: its tag object.
        tag: the name inside that object.
    """

    oid: str
    tag: str


@dataclass(frozen=True, slots=True)
class Sides:
    """The tags of some models on both sides; by tag, the id of its object.

    Attributes:
        here: what this clone has.
        there: what the remote last said.
        agreed: what both had when they last agreed.
        heads: the remote's lease refs, by lease; see :func:`lease_of`.
        asked: the models that the remote was ever asked of; None for all.
    """

    here: Mapping[str, str] = field(default_factory=dict)
    there: Mapping[str, str] = field(default_factory=dict)
    agreed: Mapping[str, str] = field(default_factory=dict)
    heads: Mapping[str, Head] = field(default_factory=dict)
    asked: frozenset[str] | None = frozenset()

    def pushed(self, event: Event) -> bool | None:
        """Whether the remote has an event; None where it was never asked."""
        if self.there.get(event.tag) == event.oid:
            return True
        return False if self.knows(event.artifact) else None

    def knows(self, artifact: Artifact) -> bool:
        """Whether the remote was ever asked of a model."""
        return self.asked is None or artifact.in_tag in self.asked


@dataclass(frozen=True, slots=True)
class Reply:
    """What a remote says to an offer; what it took, only a fetch tells.

    Attributes:
        refused: by tag, why it refuses it for good, in its own words; not if somebody was faster.
        alone: why it was offered the tags without their leases, ``""`` where it was not.
    """

    refused: Mapping[str, str] = field(default_factory=dict)
    alone: str = ""


REWRITTEN = "rewritten-branch"
"""The kind of what is told of a branch that was rewritten."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A branch of the remote that does not descend from what it was.

    Attributes:
        branch: its name.
        old: id of the newest commit that it held.
        new: id of the newest commit that it holds, None where it is gone.
        lost: ids of the commits that it held and that no branch leads to any more.
        default: whether it is the default branch.
    """

    branch: str
    old: str
    new: str | None
    lost: frozenset[str]
    default: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """One tag that is not the same on both sides.

    Attributes:
        tag: its name.
        standing: how it stands.
        old: the object that this clone has, or that the remote had; None for a new one.
        new: the object that the remote has now; None where it has none.
        lease: the remote's lease that still names the old object, or ``""``.
        here: whether this clone has a tag of this name.
    """

    tag: str
    standing: Standing
    old: str | None
    new: str | None
    lease: str = ""
    here: bool = True


def compare(sides: Sides) -> tuple[Difference, ...]:
    """Say what differs, by tag: a three-way comparison, from what both had when they agreed."""
    found: dict[str, Difference] = {}
    for tag in {*sides.here, *sides.there}:
        here, there = sides.here.get(tag), sides.there.get(tag)
        if here != there:
            standing = _standing(here, there, sides.agreed.get(tag))
            found[tag] = Difference(tag, standing, here, there, here=here is not None)
    found |= {one.tag: one for one in _by_head(sides)}
    return tuple(found[tag] for tag in sorted(found))


def agreed_after(sides: Sides, taken: Mapping[str, str]) -> dict[str, str]:
    """What both sides agree on, once this clone has taken some of the remote's tags."""
    here = {**sides.here, **taken}
    known = {tag: oid for tag, oid in sides.agreed.items() if tag in here or tag in sides.there}
    return known | {tag: oid for tag, oid in here.items() if sides.there.get(tag) == oid}


def lease_of(tag: TagName) -> str:
    """The ref, below the remote's lease refs, that stands for the chain of a tag's events.

    It ends in ``#`` or ``@``, which no folder of another lease can: ``rec#eu#`` and
    ``rec#eu/prod#`` are two refs that git can have side by side.
    """
    head = tag.artifact.in_tag
    return f"{head}@" if tag.stage is None else f"{head}#{tag.stage}#"


def lease_artifact(lease: str) -> str:
    """The model of a lease, as it stands in tags."""
    return lease.removesuffix("@") if lease.endswith("@") else lease.partition("#")[0]


def overtaken(local: Iterable[Event], theirs: Iterable[Event]) -> Mapping[str, str]:
    """Local events that were decided without knowing what the remote has: by tag, why.

    In a stage, the remote has an event with the same or a later counter; every later local event of
    that stage stands on it. For versions, the remote has another on the commit.

    Args:
        local: events of one model that only this clone has.
        theirs: events of it that the remote has.
    """
    highest: dict[str, Event] = {}
    on_commit: dict[str, Event] = {}
    for event in theirs:
        if event.stage is not None:
            newest = highest.get(event.stage)
            if newest is None or (newest.counter or 0) < (event.counter or 0):
                highest[event.stage] = event
        elif event.version is not None:
            on_commit[event.commit] = event
    found: dict[str, str] = {}
    for event in sorted(local, key=lambda one: (one.counter or 0, one.order)):
        newest = highest.get(event.stage) if event.stage is not None else None
        if newest is not None and (newest.counter or 0) >= (event.counter or 0):
            found[event.tag] = f"{newest.author} was first, with {newest.tag}"
            highest[newest.stage or ""] = newest._replace(counter=_NEVER)
        other = on_commit.get(event.commit) if event.stage is None else None
        if other is not None and event.version not in (None, other.version):
            found[event.tag] = f"{other.author} gave its commit the version {other.version}"
    return found


def restored_from_past(differences: Iterable[Difference], dates: Mapping[str, int]) -> bool:
    """Whether a remote seems to be as it was earlier: what vanished is newer than what it has.

    Args:
        differences: between this clone and the remote.
        dates: of the events of this clone, by tag, in seconds since 1970-01-01 UTC.
    """
    vanished = {one.tag for one in differences if one.standing is Standing.VANISHED}
    apart = vanished | {one.tag for one in differences if one.standing is Standing.LOCAL}
    gone = [dates[tag] for tag in vanished if tag in dates]
    left = [date for tag, date in dates.items() if tag not in apart]
    return len(gone) > 1 and min(gone) > max(left, default=0)


def of_gone_remote(finding: Finding, remote: str) -> Finding:
    """A finding whose commands name a remote that is no more: it must be looked at again."""
    hint = f"the remote {remote} was renamed or removed: modelref fetch asks the one that is there"
    return replace(finding, hint=hint)


_NEVER = 1 << 62


def _standing(here: str | None, there: str | None, agreed: str | None) -> Standing:
    if here is None:
        return Standing.NEW
    if there is None:
        return Standing.VANISHED if agreed is not None else Standing.LOCAL
    return Standing.MOVED if agreed is not None and agreed != there else Standing.CONFLICT


def _by_head(sides: Sides) -> Iterator[Difference]:
    """Newest events that the remote's lease refs name and its tags do not."""
    for lease, head in sides.heads.items():
        there = sides.there.get(head.tag)
        if head.tag and there != head.oid:
            standing = Standing.VANISHED if there is None else Standing.MOVED
            yield Difference(head.tag, standing, head.oid, there, lease, head.tag in sides.here)


def of_artifact(differences: Iterable[Difference], artifact: Artifact) -> list[Difference]:
    """Those of one model."""
    names = ((one, TagName.parse(one.tag)) for one in differences)
    return [one for one, name in names if name is not None and name.artifact == artifact]
