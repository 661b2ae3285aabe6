"""Fetch: bring the remote's events, and say what it changed."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from modelref.domain.event import Event
from modelref.domain.finding import untold
from modelref.domain.registry import Registry
from modelref.domain.sync import CHANGED, Difference, Rewritten, Standing, restored_from_past
from modelref.usecases.reading import read_registry
from modelref.usecases.sharing.catching_up import catch_up, found_changed

if TYPE_CHECKING:
    from modelref.ports import World


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a fetch found.

    Attributes:
        remote: its name.
        registry: as it is now; its findings are without what was changed, which stands below.
        new: events that this clone did not have, oldest first.
        changed: tags that were moved or taken away there, or made on both sides.
        local: tags that only this clone has.
        unreached: registrations whose commits no branch of the remote leads to any more.
        rewritten: branches that were rewritten, until somebody settles it.
        restored: whether the remote seems to be as it was earlier.
    """

    remote: str
    registry: Registry
    new: tuple[Event, ...]
    changed: tuple[Difference, ...]
    local: tuple[str, ...]
    unreached: tuple[Event, ...]
    rewritten: tuple[Rewritten, ...]
    restored: bool


def fetch(world: "World") -> Fetched:
    """Fetch all events; those that are new are taken over, others stay as they are.

    Raises:
        BadInput: there is no remote.
        OutOfReach: it does not answer.
    """
    remote = world.remote(world.config.remote)
    with world.journal.exclusive():
        known = catch_up(world, remote)
    registry = read_registry(world, bodies=True)
    events = [event for model in registry.models.values() for event in model.events]
    new = known.tags(Standing.NEW)
    lost = frozenset[str]().union(*(one.lost for one in known.rewritten))
    dates = {event.tag: event.date for event in events}
    changed = tuple(found_changed(known.differences, remote.name))
    return Fetched(
        remote.name,
        replace(registry, findings=untold(registry.findings, changed)),
        tuple(sorted((one for one in events if one.tag in new), key=lambda one: one.order)),
        tuple(one for one in known.differences if one.standing in CHANGED),
        tuple(sorted(known.tags(Standing.LOCAL))),
        tuple(one for one in events if one.commit in lost and one.stage is None),
        known.told,
        restored_from_past(known.differences, dates),
    )
