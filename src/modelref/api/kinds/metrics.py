"""Metrics that differ, told: the headline, the table, and for whom."""

from collections.abc import Iterator, Sequence
from typing import Any

from modelref.api.kinds.section import Section
from modelref.api.numbers import full_keys, interval, number, rounded, signed
from modelref.domain.diff.metrics import MetricChange, Outcome, Paired, SegmentChange, tally
from modelref.domain.snapshot import Value
from modelref.usecases.compare import ModelDiff

SEGMENTS = "segments"
"""Name of the section of segments."""
_MOST_SEGMENTS = 10
FEW_USERS = 30
"""Segments with fewer users are marked: their intervals are rough."""


def headline(diff: ModelDiff) -> str:
    """Which side is better, in a line; empty where no metric differs."""
    return counted(diff.metrics)


def counted(changes: Sequence[MetricChange]) -> str:
    """How many metrics say what, in a line; empty where none says anything."""
    counts = tally(changes)
    if not counts:
        return ""
    first, *others = [f"{count} {outcome}" for outcome, count in counts.items()]
    noun = "metric" if next(iter(counts.values())) == 1 else "metrics"
    number_, _, words = first.partition(" ")
    return ", ".join([f"{number_} {noun} {words}", *others])


def metric_sections(diff: ModelDiff) -> list[Section]:
    """A table of metrics, then one of the segments for which something is shown."""
    names = full_keys([(change.path, change.metric) for change in diff.metrics])
    rows = [
        [
            name,
            *_ends(change, rescored=diff.basis.rescored),
            _change(change),
            change.outcome.value if change.outcome else "",
        ]
        for name, change in zip(names, diff.metrics, strict=True)
    ]
    table = Section(
        ("Metric", "From", "To", "Change", ""),
        rows,
        "No metric differs.",
        numbers=(1, 2, 3),
        notes=tuple(_notes(diff)),
    )
    segments = _segment_section(diff)
    return [table, *([segments] if segments else [])]


def metric_shape(diff: ModelDiff) -> list[dict[str, Any]]:
    """``metrics`` of ``diff --json``."""
    return [
        {
            "path": change.path,
            "metric": change.metric,
            "from": change.before,
            "to": change.after,
            "change": change.change,
            "better": change.better,
            "outcome": change.outcome.value if change.outcome else None,
            "interval": list(change.paired.interval) if change.paired else None,
            "p_value": change.paired.p_value if change.paired else None,
            "paired": _paired_shape(change.paired) if change.paired else None,
            "segments": [
                {
                    "column": one.column,
                    "segment": one.segment,
                    **_paired_shape(one.paired),
                    "change": one.paired.change,
                    "interval": list(one.paired.interval),
                    "p_value": one.paired.p_value,
                    "outcome": _outcome_shape(change, one),
                }
                for one in change.segments
            ],
        }
        for change in diff.metrics
    ]


def basis_shape(diff: ModelDiff) -> dict[str, Any]:
    """``basis`` of ``diff --json``."""
    return {
        "comparable": diff.basis.comparable,
        "rescored": diff.basis.rescored,
        "users": diff.basis.path or None,
    }


def _paired_shape(paired: Paired) -> dict[str, Any]:
    return {"users": paired.users, "from": paired.before, "to": paired.after}


def _outcome_shape(change: MetricChange, segment: SegmentChange) -> str | None:
    outcome = segment.outcome(change.upwards)
    return outcome.value if outcome else None


def _ends(change: MetricChange, *, rescored: bool) -> tuple[str, str]:
    """Both values: the files', or those of the same users where a side was scored anew."""
    if change.paired is None:
        return number(change.before), number(change.after)
    if rescored:
        return rounded(change.paired.before), rounded(change.paired.after)
    return _rounded(change.before), _rounded(change.after)


def _rounded(value: Value) -> str:
    return rounded(value) if isinstance(value, float) else number(value)


def _change(change: MetricChange) -> str:
    if change.paired is None:
        return signed(change.change)
    return interval(change.paired.change, change.paired.interval)


def _notes(diff: ModelDiff) -> Iterator[str]:
    paired = [change.paired for change in diff.metrics if change.paired]
    if paired:
        users = sorted({one.users for one in paired})
        many = f"{users[0]:,}" if len(users) == 1 else f"{users[0]:,} to {users[-1]:,}"
        tested = len(diff.basis.results)
        yield (
            f"Change with its 95 % interval, on the same {many} users (paired bootstrap; Holm over "
            f"{tested} {'metric' if tested == 1 else 'metrics'})."
        )
    if diff.basis.rescored:
        yield f"{diff.a} was scored anew, on the same hold-out as {diff.b}."


def _segment_section(diff: ModelDiff) -> Section | None:
    """Segments for which a difference is shown, each by its foremost metric: the worse first."""
    figures = [(change, one) for change in diff.metrics for one in change.segments]
    if not figures:
        return None
    shown = [
        (change, one, outcome)
        for change, one in figures
        if (outcome := one.outcome(change.upwards)) in (Outcome.BETTER, Outcome.WORSE)
    ]
    shown.sort(key=lambda row: (row[2] is not Outcome.WORSE, _rank(row[1].paired)))
    foremost: dict[tuple[str, str], tuple[MetricChange, SegmentChange, Outcome | None]] = {}
    for row in shown:
        foremost.setdefault((row[1].column, row[1].segment), row)
    rows = [
        [
            f"{one.column}: {one.segment}",
            f"{one.paired.users:,}" + (" (few)" if one.paired.users < FEW_USERS else ""),
            change.metric,
            interval(one.paired.change, one.paired.interval),
            outcome.value if outcome else "",
        ]
        for change, one, outcome in list(foremost.values())[:_MOST_SEGMENTS]
    ]
    left = len(foremost) - len(rows)
    more = f"… and {left} more segments. " if left > 0 else ""
    told = f"{more}A difference is shown in {len(shown)} of {len(figures)} figures: --json has all."
    return Section(
        ("Segment", "Users", "Metric", "Change", ""),
        rows,
        f"No difference is shown in any of {len(figures)} figures by segment.",
        numbers=(1, 3),
        notes=(told,) if rows else (),
        name=SEGMENTS,
    )


def _rank(paired: Paired) -> tuple[bool, float]:
    """Segments of a few users last; else the largest relative change first."""
    return paired.users < FEW_USERS, -abs(paired.change) / (abs(paired.before) or 1.0)
