"""Metrics that differ, and whether that is for the better."""

from dataclasses import dataclass

from modelref.domain.diff.values import changes, is_number
from modelref.domain.direction import higher_is_better
from modelref.domain.snapshot import Snapshot, Value


@dataclass(frozen=True, slots=True)
class Paired:
    """A change measured on the same users of the same hold-out.

    Attributes:
        users: how many users both sides have a value for.
        before: mean of the first side over them.
        after: mean of the second side over them.
        change: after minus before.
        interval: bounds of the 95 % interval of the change.
        p_value: two-sided, corrected for the number of metrics tested.
    """

    users: int
    before: float
    after: float
    change: float
    interval: tuple[float, float]
    p_value: float


@dataclass(frozen=True, slots=True)
class SegmentChange:
    """A metric's change among some of the users.

    Attributes:
        column: the segment column, as ``income``.
        segment: its value, as ``35-49K``.
        paired: the change.
    """

    column: str
    segment: str
    paired: Paired


@dataclass(frozen=True, slots=True)
class MetricChange:
    """One metric of both sides.

    Attributes:
        path: the metrics file.
        metric: dotted key in it.
        before: value of the first side, None when it has none.
        after: value of the second side, None when it has none.
        change: after minus before where both are numbers.
        better: whether the second side is better; None when equal or when the metric's name
            does not tell its direction.
        paired: the change on the same users, where both sides carry results per user.
        segments: the same by segment.
    """

    path: str
    metric: str
    before: Value
    after: Value
    change: float | None
    better: bool | None
    paired: Paired | None = None
    segments: tuple[SegmentChange, ...] = ()


def diff_metrics(a: Snapshot, b: Snapshot) -> tuple[MetricChange, ...]:
    """Compare metrics; equal ones are left out."""
    return tuple(
        _metric_change(path, key, before, after)
        for path, key, before, after in changes(a.metrics, b.metrics)
    )


def _metric_change(path: str, metric: str, before: Value, after: Value) -> MetricChange:
    if not (is_number(before) and is_number(after)):
        return MetricChange(path, metric, before, after, None, None)
    change = float(after) - float(before)  # type: ignore[arg-type]  # both were just tested
    upwards = higher_is_better(metric)
    better = None if upwards is None or change == 0 or change != change else (change > 0) is upwards
    return MetricChange(path, metric, before, after, change, better)
