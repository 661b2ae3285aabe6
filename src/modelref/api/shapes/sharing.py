"""JSON shapes of what passes between clones."""

from typing import Any

from modelref.api.shapes.registry import events_shape
from modelref.domain.event import Event
from modelref.usecases.sharing.fetch import Fetched
from modelref.usecases.sharing.push import PushedEvents


def fetched_shape(fetched: Fetched) -> dict[str, Any]:
    """``fetch --json``."""
    return {
        "remote": fetched.remote,
        "new": events_shape(fetched.new, fetched.registry, _there)["events"],
        "changed": [
            {"tag": one.tag, "what": one.standing.value, "old": one.old, "new": one.new}
            for one in fetched.changed
        ],
        "local": list(fetched.local),
        "unreached": [event.tag for event in fetched.unreached],
        "rewritten": [
            {"branch": one.branch, "old": one.old, "new": one.new} for one in fetched.rewritten
        ],
        "restored": fetched.restored,
    }


def pushed_shape(pushed: PushedEvents) -> dict[str, Any]:
    """``push --json``."""
    return {
        "remote": pushed.remote,
        "events": events_shape(pushed.events, pushed.registry, _there)["events"],
        "left": [{"tag": one.tag, "why": one.why, "hint": one.hint} for one in pushed.left],
    }


def _there(_: Event) -> bool:
    return True
