"""What a stage holds: the fold of its assignments and unassignments."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from modelref.domain.event import Event
from modelref.domain.message import EVENT
from modelref.domain.tag import Kind

ROLLBACK = "rollback"
"""Value of the ``Modelref-Event`` trailer by which a rollback differs from a promotion."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of one model.

    Attributes:
        events: its events, ordered by counter.
        live: assignments that were not unassigned and whose version is active, oldest first.
        stack: versions that rollbacks go back through, the current one last: a promotion
            pushes, a rollback pops to its target.
        highest: the highest counter used, 0 when none was.
    """

    events: tuple[Event, ...]
    live: tuple[Event, ...]
    stack: tuple[Event, ...]
    highest: int

    @property
    def current(self) -> Event | None:
        """The assignment that the stage stands on, or None when it is empty."""
        return self.live[-1] if self.live else None


def fold_stage(events: Iterable[Event], withdrawn: Collection[str]) -> Stage:
    """Fold the events of one stage of one model, in any order.

    The order is that of the counters; a clock that runs against them changes nothing. An
    assignment without a counter (GTO's ``--simple``) comes before all that have one.

    Args:
        events: assignments and unassignments.
        withdrawn: commits whose versions are withdrawn.
    """
    ordered = sorted(events, key=lambda event: (event.counter or 0, event.date, event.tag))
    live: dict[str, Event] = {}
    stack: list[Event] = []
    for event in ordered:
        live.pop(event.commit, None)
        if event.kind is Kind.UNASSIGN:
            stack = [held for held in stack if held.commit != event.commit]
            continue
        live[event.commit] = event
        if event.trailer(EVENT) == ROLLBACK:
            stack = _popped_to(stack, event.commit)
        stack.append(event)
    return Stage(
        tuple(ordered),
        tuple(event for event in live.values() if event.commit not in withdrawn),
        tuple(event for event in stack if event.commit not in withdrawn),
        max((event.counter or 0 for event in ordered), default=0),
    )


def _popped_to(stack: list[Event], commit: str) -> list[Event]:
    """The stack below its topmost entry of a commit; below its top, which is left, without one."""
    for depth in range(len(stack) - 1, -1, -1):
        if stack[depth].commit == commit:
            return stack[:depth]
    return stack[:-1]
