"""JSON shapes of a version's files, and of writes."""

from collections.abc import Sequence
from typing import Any

from modelref.api.shapes.registry import event_shape
from modelref.domain.outs import Out
from modelref.usecases.resolve import Resolved
from modelref.usecases.restore import Restored
from modelref.usecases.writing import Written


def resolved_shape(resolved: Resolved) -> dict[str, Any]:
    """``resolve --json``."""
    return {
        "model": resolved.name,
        "version": resolved.version,
        "tag": resolved.tag,
        "commit": resolved.commit,
        "outs": outs_shape(resolved.outs, resolved.cached),
    }


def outs_shape(outs: Sequence[Out], cached: Sequence[bool]) -> list[dict[str, Any]]:
    """Outs, each with whether its bytes are here."""
    return [
        {
            "path": out.path,
            "hash": out.hash,
            "algorithm": out.algorithm,
            "size": out.size,
            "files": out.files,
            "cached": here,
        }
        for out, here in zip(outs, cached, strict=True)
    ]


def written_shape(written: Sequence[Written], *, several: bool = False) -> dict[str, Any]:
    """What a write prints: one event, or several; a verb that may make several says so."""
    events = [event_shape(one.event, one.version) for one in written]
    return {"event": events[0]} if len(events) == 1 and not several else {"events": events}


def restored_shape(restored: Restored) -> dict[str, Any]:
    """``restore --json``."""
    return {
        "restored": resolved_shape(restored.version),
        "changed": list(restored.changed),
        "left": [{"path": left.path, "why": left.why} for left in restored.left],
        "commit": restored.commit,
    }
