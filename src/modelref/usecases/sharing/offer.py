"""Offers: which tags go to the remote together, and what they expect of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from modelref.domain.event import Event, name_of
from modelref.domain.names import Artifact
from modelref.domain.ref import quoted
from modelref.domain.registry import Model
from modelref.domain.sync import Standing, lease_of, overtaken
from modelref.errors import Conflict
from modelref.usecases.reading import read_registry
from modelref.usecases.sharing.catching_up import CaughtUp
from modelref.usecases.sharing.waiting import Waiting

if TYPE_CHECKING:
    from modelref.ports import World


@dataclass(frozen=True, slots=True)
class Offer:
    """What the remote is to take.

    Attributes:
        tags: object ids by tag.
        heads: by lease, the object that it was seen to name (``""`` for none), and the new one.
    """

    tags: Mapping[str, str] = field(default_factory=dict)
    heads: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, world: "World", known: CaughtUp, events: Sequence[Event], waiting: Waiting) -> Self:
        """Offer new events, with those of their models that only this clone knows.

        New events were decided knowing these, and point to them.

        Args:
            world: the ports.
            known: what the remote has.
            events: the new ones, not among this clone's tags yet; none of them waits.
            waiting: what is left here.
        """
        models = {event.artifact: read_registry(world, event.artifact) for event in events}
        local = [
            event
            for artifact, registry in models.items()
            for event in waiting.ready(only_here(known, registry.model(artifact)))
        ]
        return cls.of_events(known, [*sorted(local, key=_age), *events])

    @classmethod
    def of_events(cls, known: CaughtUp, events: Iterable[Event]) -> Self:
        """Offer events in an order that is safe to stop in; a remote may take them one by one."""
        newest: dict[str, Event] = {}
        tags: dict[str, str] = {}
        for event in events:
            lease = lease_of(name_of(event))
            newest[lease] = max(newest.get(lease, event), event, key=_age)
            tags[event.tag] = event.oid
        seen = {lease: head.oid for lease, head in known.sides.heads.items()}
        return cls(tags, {one: (seen.get(one, ""), event.oid) for one, event in newest.items()})


def only_here(known: CaughtUp, model: Model) -> list[Event]:
    """Events of a model that the remote does not have."""
    local = known.tags(Standing.LOCAL)
    return [event for event in model.events if event.tag in local]


def behind(known: CaughtUp, model: Model) -> Mapping[str, str]:
    """Events that only this clone has, and that the remote has gone past: by tag, why."""
    local = only_here(known, model)
    names = {event.tag for event in local}
    return overtaken(local, [event for event in model.events if event.tag not in names])


def refuse_overtaken(world: "World", known: CaughtUp, artifact: Artifact, remote: str) -> None:
    """Refuse to build on events that the remote will not take any more.

    Raises:
        Conflict: the message names one.
    """
    if not known.tags(Standing.LOCAL):
        return
    found = behind(known, read_registry(world, artifact).model(artifact))
    for tag, why in found.items():
        raise Conflict(
            f"only this clone has the tag {tag}, and on {remote} {why}",
            kind="overtaken",
            hint=mend_overtaken(tag),
        )


def mend_overtaken(tag: str) -> str:
    """The commands that settle an event that was overtaken."""
    return f"git tag -d {quoted(tag)}, look at modelref history, then decide again"


def _age(event: Event) -> tuple[int, tuple[int, int, str]]:
    """Key of the order of a chain: its counters before its dates."""
    return (event.counter or 0, event.order)
