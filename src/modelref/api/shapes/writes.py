"""JSON shapes of writes."""

from typing import TYPE_CHECKING, Any

from modelref.api.shapes.registry import event_shape
from modelref.api.shapes.versions import resolved_shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelref.usecases.restore import Restored
    from modelref.usecases.writing import Written


def written_shape(written: "Sequence[Written]", *, several: bool = False) -> dict[str, Any]:
    """What a write prints: one event, or several; a verb that may make several says so."""
    events = [event_shape(one.event, one.version, one.pushed) for one in written]
    return {"event": events[0]} if len(events) == 1 and not several else {"events": events}


def restored_shape(restored: "Restored") -> dict[str, Any]:
    """``restore --json``."""
    return {
        "restored": resolved_shape(restored.version),
        "changed": list(restored.changed),
        "left": [{"path": left.path, "why": left.why} for left in restored.left],
        "commit": restored.commit,
    }
