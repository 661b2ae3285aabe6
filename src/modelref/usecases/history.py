"""History: every event, newest first."""

from typing import TYPE_CHECKING, NamedTuple

from modelref.domain.event import Event
from modelref.domain.names import Artifact, StageName
from modelref.domain.registry import Registry
from modelref.domain.sync import Sides
from modelref.usecases.reading import read_model, read_registry

if TYPE_CHECKING:
    from modelref.ports import World


class History(NamedTuple):
    """What happened.

    Attributes:
        events: newest first.
        registry: what they fold to.
        sides: what the remote was last seen to have of them.
    """

    events: tuple[Event, ...]
    registry: Registry
    sides: Sides


def history(
    world: "World",
    artifact: Artifact | None = None,
    stage: StageName | None = None,
    *,
    at: int | None = None,
) -> History:
    """List events, newest first, the registry that they fold to, and what of it is pushed.

    Args:
        world: the ports.
        artifact: only those of one model.
        stage: only those of one stage.
        at: only those up to a time, seconds since 1970-01-01 UTC.

    Raises:
        UnknownRef: the model has no event.
    """
    if artifact is None:
        registry = read_registry(world, at=at, bodies=True)
    else:
        model, findings = read_model(world, artifact, at=at, bodies=True)
        registry = Registry({artifact: model}, findings)
    rows: list[tuple[int, int, str, Event]] = []
    for model in registry.models.values():
        latest: dict[StageName | None, int] = {}
        for event in _by_counter(model.events):
            # A stage's events are listed by counter even if a clock ran against it.
            when = max(event.date, latest.get(event.stage, 0)) if event.stage else event.date
            latest[event.stage] = when
            rows.append((when, event.counter or 0, event.tag, event))
    rows.sort(reverse=True)
    events = tuple(row[3] for row in rows if stage is None or row[3].stage == stage)
    return History(events, registry, world.sightings.sides([artifact] if artifact else ()))


def _by_counter(events: tuple[Event, ...]) -> list[Event]:
    return sorted(events, key=lambda event: (event.stage or "", event.counter or 0, event.order))
