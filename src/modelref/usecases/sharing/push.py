"""Push: tell the remote of the events that only this clone knows."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelref.domain.event import Event, name_of
from modelref.domain.message import ID
from modelref.domain.names import Artifact
from modelref.domain.ref import quoted
from modelref.domain.registry import Registry
from modelref.domain.sync import CHANGED, lease_of
from modelref.errors import OutOfReach
from modelref.usecases.reading import read_registry, refuse_partial
from modelref.usecases.sharing.catching_up import CaughtUp, catch_up, describe
from modelref.usecases.sharing.offer import Offer, behind, mend_overtaken, only_here
from modelref.usecases.sharing.waiting import Waiting

if TYPE_CHECKING:
    from modelref.ports import World


@dataclass(frozen=True, slots=True)
class Left:
    """A tag that was not pushed.

    Attributes:
        tag: its name.
        why: what is in the way.
        hint: the commands that settle it.
        waits: whether it only waits for bytes on a DVC remote, or for that to be reached.
    """

    tag: str
    why: str
    hint: str
    waits: bool = False


@dataclass(frozen=True, slots=True)
class PushedEvents:
    """What a push did.

    Attributes:
        remote: its name.
        registry: as it is now.
        events: what the remote has now that it did not have, oldest first.
        left: what was not pushed.
        alone: why the remote took the tags without their leases, or ``""``.
    """

    remote: str
    registry: Registry
    events: tuple[Event, ...]
    left: tuple[Left, ...]
    alone: str = ""


def push(
    world: "World", artifacts: Collection[Artifact] = (), *, dry_run: bool = False
) -> PushedEvents:
    """Push what only this clone knows; what conflicts is left, and nothing is ever renumbered.

    A version whose bytes are not on their DVC remote is left too: nobody else could load it.

    Args:
        world: the ports.
        artifacts: only these models; empty for all.
        dry_run: fetch, and say what would be pushed.

    Raises:
        BadInput: there is no remote.
        Refused: a hook or a setting of this clone keeps git from telling it.
        OutOfReach: it does not answer.
    """
    refuse_partial(world)
    remote = world.remote(world.config.remote)
    with world.journal.exclusive():
        known = catch_up(world, remote, artifacts)
        registry = _registry(world, artifacts)
        ready, left = _sorted_out(world, known, registry, remote.name)
        offered, alone = ([] if dry_run else ready), ""
        while offered:
            offer = Offer.of_events(known, offered)
            reply = remote.push(offer.tags, offer.heads)
            known = catch_up(world, remote, artifacts)
            registry = _registry(world, artifacts)
            missing = [one for one in offered if known.sides.there.get(one.tag) != one.oid]
            kept = _kept_back(missing, reply.refused) or missing
            left += _not_taken(kept, reply.refused)
            offered = [one for one in missing if one not in kept]
            alone = reply.alone
    waiting = {one.tag for one in left}
    events = tuple(event for event in ready if event.tag not in waiting)
    return PushedEvents(remote.name, registry, events, tuple(left), alone if events else "")


def _registry(world: "World", artifacts: Collection[Artifact]) -> Registry:
    registry = read_registry(world, bodies=True)
    if not artifacts:
        return registry
    models = {name: registry.models[name] for name in artifacts if name in registry.models}
    return Registry(models, registry.findings)


def _sorted_out(
    world: "World", known: CaughtUp, registry: Registry, remote: str
) -> tuple[list[Event], list[Left]]:
    """Events that can be pushed, oldest first, and those that cannot."""
    left = [
        Left(one.tag, *describe(one, remote))
        for one in known.differences
        if one.standing in CHANGED
    ]
    changed = {one.tag for one in left}
    ready: list[Event] = []
    for model in registry.models.values():
        overtaken = behind(known, model)
        left += [
            Left(tag, f"is not on {remote}, where {why}", mend_overtaken(tag))
            for tag, why in overtaken.items()
        ]
        stopped = {event.stage for event in model.events if event.stage and event.tag in changed}
        for event in only_here(known, model):
            if event.stage is not None and event.stage in stopped:
                why = f"follows a tag of {event.stage} that was changed on {remote}"
                left.append(Left(event.tag, why, "settle that one first"))
            elif event.tag not in overtaken:
                ready.append(event)
    here = {name: [one for one in ready if one.artifact == name] for name in registry.models}
    waiting = Waiting.of(world, ((registry.models[name], own) for name, own in here.items()))
    ready = [event for own in here.values() for event in waiting.ready(own)]
    left += [one for own in here.values() for one in _left_waiting(waiting, own)]
    return sorted(ready, key=lambda event: event.order), left


def _left_waiting(waiting: Waiting, events: Sequence[Event]) -> Iterator[Left]:
    for tag, cause in waiting.among(events).items():
        reason = waiting.reasons[cause]
        waits = isinstance(reason, OutOfReach)
        if tag == cause:
            again = "" if "then repeat" in reason.hint else ", then modelref push"
            yield Left(tag, f"waits: {reason.message}", f"{reason.hint}{again}", waits)
        else:
            after = f"comes after {quoted(cause)}, which waits"
            yield Left(tag, after, "see that one first", waits)


def _kept_back(offered: Sequence[Event], refused: Mapping[str, str]) -> list[Event]:
    """Events that were refused, and those after them, of the same chain or of the same command."""
    kept: list[Event] = []
    stopped: set[str] = set()
    for event in offered:
        marks = {lease_of(name_of(event)), event.trailer(ID) or event.oid}
        if event.tag in refused or marks & stopped:
            kept.append(event)
            stopped |= marks
    return kept


def _not_taken(kept: Sequence[Event], refused: Mapping[str, str]) -> list[Left]:
    """What is said of events that the remote did not take."""
    return [
        Left(
            event.tag,
            f"was refused: {refused[event.tag]}" if event.tag in refused else "was not taken",
            "modelref push again; if that does not help, ask who may make such tags there",
        )
        for event in kept
    ]
