"""For how long a stage has held what it holds."""

from modelref.domain.event import Event
from modelref.domain.registry import Model
from modelref.domain.tag import Kind


def held_since(model: Model, now: Event) -> int:
    """Since when a stage has held a version without a break, seconds since 1970-01-01 UTC.

    What was taken off the stage afterwards had been there meanwhile: the time starts when it went.

    Args:
        model: the model.
        now: the assignment that the stage stands on.
    """
    held = model.stages[now.stage] if now.stage else None
    if held is None:
        return now.date
    others = {event.commit for event in held.events} - {now.commit}
    withdrawn = [
        event.date
        for event in model.events
        if event.kind is Kind.DEREGISTER and event.commit in others
    ]
    return max(now.date, *(event.date for event in held.events), *withdrawn)
