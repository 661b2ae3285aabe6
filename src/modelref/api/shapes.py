"""JSON shapes of values: the contract that other programs build on. Keys are only ever added."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from modelref.domain.event import Event
from modelref.domain.message import parse_trailers, words
from modelref.domain.registry import Model, Registry, VersionState
from modelref.domain.snapshot import Values
from modelref.usecases.compare import ModelDiff, Side
from modelref.usecases.resolve import Resolved, version_name
from modelref.usecases.writing import Written


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
            name: version_name(model, event.commit) if event else None for name, event in held.items()
        },
        "deprecated": model.deprecated,
        "versions": sum(state.active for state in model.versions.values()),
    }


def versions_shape(model: Model, metrics: dict[str, Values]) -> dict[str, Any]:
    """``show MODEL --json``, newest version first."""
    states = sorted(model.versions.values(), key=lambda state: state.version, reverse=True)
    return {
        "name": str(model.artifact),
        "versions": [version_row(model, state, metrics.get(state.commit, {})) for state in states],
    }


def version_row(model: Model, state: VersionState, metrics: Values) -> dict[str, Any]:
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
        "metrics": {path: dict(values) for path, values in metrics.items()},
    }


def events_shape(events: Sequence[Event], registry: Registry) -> dict[str, Any]:
    """``history --json``."""
    return {
        "events": [
            event_shape(event, _version_of(event, registry.models[event.artifact])) for event in events
        ]
    }


def event_shape(event: Event, version: str | None) -> dict[str, Any]:
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
        "pushed": None,
    }


def written_shape(written: Sequence[Written]) -> dict[str, Any]:
    """What a write prints: one event, or several."""
    events = [event_shape(one.event, one.version) for one in written]
    return {"event": events[0]} if len(events) == 1 else {"events": events}


def message_of(event: Event) -> str:
    """The subject and the person's own words, without trailers."""
    own = words(event.body or "", event.trailers)
    return f"{event.subject}\n\n{own}" if own else event.subject


def resolved_shape(resolved: Resolved) -> dict[str, Any]:
    """``resolve --json``."""
    return {
        "model": resolved.name,
        "version": resolved.version,
        "tag": resolved.tag,
        "commit": resolved.commit,
        "outs": [
            {
                "path": out.path,
                "hash": out.hash,
                "algorithm": out.algorithm,
                "size": out.size,
                "files": out.files,
                "cached": cached,
            }
            for out, cached in zip(resolved.outs, resolved.cached, strict=True)
        ],
    }


def diff_shape(diff: ModelDiff) -> dict[str, Any]:
    """``diff --json``; what was not compared is null."""
    return {
        "from": _side_shape(diff.a),
        "to": _side_shape(diff.b),
        "metrics": None
        if "metrics" not in diff.kinds
        else [
            {
                "path": change.path,
                "metric": change.metric,
                "from": change.before,
                "to": change.after,
                "change": change.change,
                "better": change.better,
                "interval": None,
                "p_value": None,
                "segments": [],
            }
            for change in diff.metrics
        ],
        "params": None
        if "params" not in diff.kinds
        else [
            {
                "path": change.path,
                "param": change.param,
                "from": change.before,
                "to": change.after,
            }
            for change in diff.params
        ],
    }


def _side_shape(side: Side) -> dict[str, Any]:
    target = side.target
    return {
        "model": str(target.artifact) if target else None,
        "version": str(target.version) if target and target.version else None,
        "tag": target.event.tag if target else None,
        "commit": side.snapshot.commit,
        "outs": [
            {"path": out.path, "hash": out.hash, "algorithm": out.algorithm, "size": out.size}
            for out in side.snapshot.outs
        ],
    }


def _version_of(event: Event, model: Model) -> str | None:
    if event.version is not None:
        return str(event.version)
    return version_name(model, event.commit) if event.stage is not None else None
