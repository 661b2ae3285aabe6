"""Segments of users by what a metric says of them: one order and form wherever they are told."""

from collections.abc import Sequence
from typing import Any

from modelref.api.kinds.section import Section
from modelref.api.numbers import relative_interval
from modelref.domain.diff.metrics import MetricChange, Outcome, Paired, SegmentChange

SEGMENTS = "segments"
"""Name of the section of segments."""
FEW_USERS = 30
"""Segments with fewer users are marked: their intervals are rough."""
_MOST = 10
_RANKS = {Outcome.WORSE: 0, Outcome.BETTER: 1, Outcome.NO_DIFFERENCE: 2}


def in_order(change: MetricChange) -> list[SegmentChange]:
    """A metric's segments as they are told: the worse first, then the better, then the others.

    Of each, those of a few users last, else the largest change relative to the first side first: a
    segment with low figures may lose most of them and yet little beside others.
    """
    return sorted(change.segments, key=lambda one: _rank(change, one))


def segment_change(paired: Paired) -> str:
    """A segment's change relative to the first side, with its interval."""
    return relative_interval(paired.change, paired.interval, paired.before)


def segment_section(changes: Sequence[MetricChange]) -> Section | None:
    """Segments for which a difference is shown, each by its foremost metric; None without any."""
    figures = [(change, one) for change in changes for one in change.segments]
    if not figures:
        return None
    shown = [(change, one) for change, one in figures if _is_shown(change, one)]
    shown.sort(key=lambda row: _rank(*row))
    foremost: dict[tuple[str, str], tuple[MetricChange, SegmentChange]] = {}
    for change, one in shown:
        foremost.setdefault((one.column, one.segment), (change, one))
    rows = [_row(change, one) for change, one in list(foremost.values())[:_MOST]]
    left = len(foremost) - len(rows)
    more = f"… and {left} more segments. " if left > 0 else ""
    told = f"{more}A difference is shown in {len(shown)} of {len(figures)} figures: --json has all."
    return Section(
        ("Segment", "Users", "Metric", "Relative change", ""),
        rows,
        f"No difference is shown in any of {len(figures)} figures by segment.",
        numbers=(1, 3),
        notes=(told,) if rows else (),
        name=SEGMENTS,
    )


def segment_shapes(change: MetricChange) -> list[dict[str, Any]]:
    """``segments`` of a metric in ``diff --json``."""
    return [
        {
            "column": one.column,
            "segment": one.segment,
            **paired_shape(one.paired),
            "change": one.paired.change,
            "interval": list(one.paired.interval),
            "p_value": one.paired.p_value,
            "outcome": outcome.value if (outcome := one.outcome(change.upwards)) else None,
        }
        for one in in_order(change)
    ]


def paired_shape(paired: Paired) -> dict[str, Any]:
    """On whom a change was measured, and from where to where it goes, in ``diff --json``."""
    return {"users": paired.users, "of": paired.of, "from": paired.before, "to": paired.after}


def _row(change: MetricChange, one: SegmentChange) -> list[str]:
    outcome = one.outcome(change.upwards)
    return [
        f"{one.column}: {one.segment}",
        one.paired.counted + (" (few)" if one.paired.users < FEW_USERS else ""),
        change.metric,
        segment_change(one.paired),
        outcome.value if outcome else "",
    ]


def _is_shown(change: MetricChange, one: SegmentChange) -> bool:
    return one.outcome(change.upwards) in (Outcome.BETTER, Outcome.WORSE)


def _rank(change: MetricChange, one: SegmentChange) -> tuple[int, bool, float, str, str]:
    outcome = one.outcome(change.upwards)
    place = _RANKS.get(outcome, len(_RANKS)) if outcome else len(_RANKS)
    return place, one.paired.users < FEW_USERS, -one.paired.relative, one.column, one.segment
