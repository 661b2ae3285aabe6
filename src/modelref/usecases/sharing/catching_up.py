"""Catching up: what the remote has is fetched, and what is new there is taken over."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelref.domain.finding import Finding, Severity
from modelref.domain.names import Artifact
from modelref.domain.ref import quoted
from modelref.domain.sync import (
    CHANGED,
    Difference,
    Rewritten,
    Sides,
    Standing,
    compare,
    of_artifact,
)
from modelref.errors import Conflict
from modelref.usecases.reading import read_registry
from modelref.usecases.sharing.rewriting import found_rewritten, live_versions, worth_telling

if TYPE_CHECKING:
    from modelref.ports import Remote, World


_LOOKS = 3
_PAUSE = 0.3
"""Seconds."""
_FETCH = "modelref fetch"


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """Both sides after a fetch, what is new there taken over.

    Attributes:
        sides: as they are now.
        differences: as they were found: what is new includes what was taken over.
        rewritten: branches of the remote that do not descend from what they were.
        told: those of them that are told until somebody settles them.
    """

    sides: Sides
    differences: tuple[Difference, ...]
    rewritten: tuple[Rewritten, ...] = ()
    told: tuple[Rewritten, ...] = ()

    def tags(self, standing: Standing) -> frozenset[str]:
        """Tags that stand so."""
        return frozenset(one.tag for one in self.differences if one.standing is standing)

    def check(self, artifact: Artifact, remote: str) -> None:
        """Refuse to decide on a model whose events were changed under this clone.

        Raises:
            Conflict: the message names one, with the old and the new object.
        """
        changed = [
            one for one in of_artifact(self.differences, artifact) if one.standing in CHANGED
        ]
        if changed:
            raise changed_there(changed, remote)


def catch_up(world: "World", remote: "Remote", artifacts: Collection[Artifact] = ()) -> CaughtUp:
    """Fetch, and take over what is new; the caller holds the lock.

    What a person must look at stays as it is: an event that was moved or taken away there, or that
    was made on both sides.

    Args:
        world: the ports.
        remote: where from.
        artifacts: the models; empty for all.

    Raises:
        OutOfReach: the remote does not answer.
    """
    rewritten = [*remote.fetch(artifacts)]
    sides = world.sightings.sides(artifacts)
    differences = compare(sides)
    for _ in range(_LOOKS):
        if not any(one.standing is Standing.VANISHED and one.lease for one in differences):
            break
        # A host makes the refs of one push one after the other: the lease may be there first.
        world.clock.sleep(_PAUSE)
        rewritten += remote.fetch(artifacts)
        sides = world.sightings.sides(artifacts)
        differences = compare(sides)
    new = {one.tag: one.new for one in differences if one.standing is Standing.NEW and one.new}
    world.sightings.take(new, sides, artifacts)
    told: Sequence[Rewritten] = ()
    found = [*found_changed(differences, remote.name)]
    if not artifacts:
        told, more = _settle(world, remote, rewritten)
        found += more
    world.sightings.keep(found, remote.name, artifacts)
    after = world.sightings.sides(artifacts) if new else sides
    return CaughtUp(after, differences, tuple(rewritten), tuple(told))


def _settle(
    world: "World", remote: "Remote", rewritten: Sequence[Rewritten]
) -> tuple[Sequence[Rewritten], Sequence[Finding]]:
    """Remember what is told of rewritten branches, and forget what was settled."""
    versions = live_versions(read_registry(world)) if rewritten else ()
    told = worth_telling(rewritten, versions)
    remote.remember(told)
    return told, [*found_rewritten(told, versions, remote.name)]


def found_changed(differences: Iterable[Difference], remote: str) -> Iterator[Finding]:
    """Say of each tag that was moved, taken away or made twice what settles it.

    It holds as of the last fetch, whenever it is told: the remote may have been mended since.
    """
    for one in differences:
        if one.standing in CHANGED:
            what, hint = describe(one, remote, earlier=True)
            yield Finding(Severity.ERROR, f"{one.standing}-tag", one.tag, what, hint)


def changed_there(changed: Sequence[Difference], remote: str) -> Conflict:
    """The error for events that somebody moved or deleted on the remote, or made there as well."""
    first = changed[0]
    more = f" (and {len(changed) - 1} more tags)" if len(changed) > 1 else ""
    what, hint = describe(first, remote)
    return Conflict(f"the tag {first.tag} {what}{more}", kind=f"{first.standing}-tag", hint=hint)


def describe(one: Difference, remote: str, *, earlier: bool = False) -> tuple[str, str]:
    """What happened to a tag, and the commands that settle it.

    Args:
        one: the tag.
        remote: its name.
        earlier: whether the remote was asked some time ago, not just now.
    """
    old, new, tag = (one.old or "")[:10], (one.new or "")[:10], quoted(one.tag)
    ref = quoted(f"refs/tags/{one.tag}")
    lease = quoted(f"refs/modelref/head/{one.lease}")
    drop = [f"git tag -d {tag}"] if one.here else []
    drop += [f"git push {remote} --delete {lease}"] if one.lease else []
    accept = f"to accept: {' && '.join([*drop, _FETCH])}"
    guarded = "; where a hook there refuses that, on the host: git update-ref"
    lasting = f"{guarded} -d {lease}" if one.lease else ""
    if one.standing is Standing.VANISHED:
        gone = f"was not on {remote} at the last fetch" if earlier else f"is no longer on {remote}"
        back = f"to put it back: git push {remote} {old}:{ref} && {_FETCH}"
        return f"{gone}: it was {old}", f"{back}; {accept}{lasting}"
    both = f"git show {old} {new} shows both"
    if one.standing is Standing.MOVED:
        now = f"was {new} at the last fetch" if earlier else f"is {new} now"
        what = f"was moved on {remote}: it was {old} and {now}"
        back = f"to put it back: git push -f {remote} {old}:{ref} && {_FETCH}"
        return what, f"{both}; {accept}{lasting}; {back}{guarded} {ref} {old}"
    what = f"was made here as {old} and on {remote} as {new}"
    keep = f"to keep theirs: git tag -d {tag} && {_FETCH}"
    return what, f"{both}; {keep}, then repeat what you did if it still applies"
