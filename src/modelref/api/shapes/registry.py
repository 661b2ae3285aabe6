"""JSON shapes of the registry: a contract. Keys are only ever added."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from modelref.domain.event import Event
from modelref.domain.gates.recorded.forced import forced_stages, is_forced
from modelref.domain.message import parse_trailers, words
from modelref.domain.registry import Model, Registry, VersionState

if TYPE_CHECKING:
    from modelref.domain.snapshot import Values


def rfc3339(seconds: int) -> str:
    """A time, in UTC, as RFC 3339 writes it: ``2026-11-25T03:17:12Z``."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def models_shape(registry: Registry) -> dict[str, Any]:
    """``show --json``."""
    return {"models": [model_row(model) for model in registry.models.values()]}


def model_row(model: Model) -> dict[str, Any]:
    """One model of ``show --json``."""
    latest = model.latest
    held = {name: model.current(name) for name in sorted(model.stages)}
    return {
        "name": model.artifact.name,
        "dir": model.artifact.dir,
        "latest": str(latest.version) if latest else None,
        "stages": {
            name: model.name_at(event.commit) if event else None for name, event in held.items()
        },
        "deprecated": model.deprecated,
        "forced": [name for name in held if is_forced(model, name)],
        "versions": sum(state.active for state in model.versions.values()),
    }


def versions_shape(model: Model, metrics: "dict[str, Values]") -> dict[str, Any]:
    """``show MODEL --json``, newest version first."""
    states = sorted(model.versions.values(), key=lambda state: state.version, reverse=True)
    return {
        "name": str(model.artifact),
        "versions": [version_row(model, state, metrics.get(state.commit, {})) for state in states],
    }


def version_row(model: Model, state: VersionState, metrics: "Values") -> dict[str, Any]:
    """One version of ``show MODEL --json``."""
    return {
        "version": str(state.version),
        "tag": state.event.tag,
        "commit": state.commit,
        "date": rfc3339(state.event.date),
        "author": state.event.author,
        "message": message_of(state.event),
        "active": state.active,
        "quarantined": model.quarantined(state.commit),
        "stages": list(model.stages_of(state.commit)),
        "forced": list(forced_stages(model, state.commit)),
        "metrics": {path: dict(values) for path, values in metrics.items()},
    }


def events_shape(
    events: Sequence[Event], registry: Registry, pushed: Callable[[Event], bool | None]
) -> dict[str, Any]:
    """``history --json``."""
    return {
        "events": [
            event_shape(event, _version_of(event, registry.models[event.artifact]), pushed(event))
            for event in events
        ]
    }


def event_shape(event: Event, version: str | None, pushed: bool | None) -> dict[str, Any]:
    """One event."""
    return {
        "kind": event.kind.value,
        "model": str(event.artifact),
        "version": version,
        "stage": event.stage,
        "counter": event.counter,
        "tag": event.tag,
        "commit": event.commit,
        "date": rfc3339(event.date),
        "author": event.author,
        "message": message_of(event),
        "trailers": parse_trailers(event.trailers),
        "pushed": pushed,
    }


def message_of(event: Event) -> str:
    """The subject and the person's own words, without trailers."""
    own = words(event.body or "", event.trailers)
    return f"{event.subject}\n\n{own}" if own else event.subject


def _version_of(event: Event, model: Model) -> str | None:
    if event.version is not None:
        return str(event.version)
    return model.name_at(event.commit) if event.stage is not None else None
