"""Metrics that differ, and whether that is for the better."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from modelref.domain.diff.values import Absent, changes, finite, new_figures, readable
from modelref.domain.direction import higher_is_better
from modelref.domain.snapshot import Snapshot, Value

ALPHA = 0.05
"""A change counts as shown where its corrected p-value is below."""


class Outcome(StrEnum):
    """What a metric says of the second side."""

    GONE = "gone"
    """A number before, and nothing now."""
    NO_NUMBER = "no number"
    """A number before, and now NaN, infinite or a text."""
    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no difference shown"
    INCOMPARABLE = "incomparable"


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
        of: how many the side with more of them has; 0 where that is not known.
    """

    users: int
    before: float
    after: float
    change: float
    interval: tuple[float, float]
    p_value: float
    of: int = 0

    @property
    def counted(self) -> str:
        """Users of both sides, and of how many where a side has more: ``270 of 300``."""
        return f"{self.users:,} of {self.of:,}" if self.of > self.users else f"{self.users:,}"

    @property
    def relative(self) -> float:
        """How far it moved, as a share of the first side; the plain distance from nothing."""
        return _share(self.change, self.before)

    def outcome(self, upwards: bool | None) -> Outcome | None:
        """What it says, given whether higher is better; None where that is not known."""
        if not self.p_value < ALPHA:
            return Outcome.NO_DIFFERENCE
        if upwards is None:
            return None
        return Outcome.BETTER if (self.change > 0) is upwards else Outcome.WORSE


@dataclass(frozen=True, slots=True)
class SegmentChange:
    """A metric's change among some of the users.

    Attributes:
        column: the segment column, as ``income``.
        segment: its value, as ``35-49K``.
        paired: the change; its p-value is corrected for the number of the metric's segments.
    """

    column: str
    segment: str
    paired: Paired

    def outcome(self, upwards: bool | None) -> Outcome | None:
        """What it says, given whether higher is better."""
        return self.paired.outcome(upwards)


@dataclass(frozen=True, slots=True)
class PairedMetric:
    """A metric's change on the same users.

    Attributes:
        paired: over all of them.
        segments: by segment.
        sizes: by column and segment, how many users the side with more of them has there, those
            included whom the other side puts elsewhere.
    """

    paired: Paired
    segments: tuple[SegmentChange, ...] = ()
    sizes: Mapping[tuple[str, str], int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Basis:
    """On what the metrics of two sides rest.

    Attributes:
        comparable: whether the figures in both sides' metrics files were measured on the same
            hold-out, as far as is known.
        rescored: whether the first side was scored anew, on the second's hold-out.
        results: by metrics file and key, the change on the same users; metrics that are equal too.
        path: the file of the second side's results per user; empty where there is none.
        absent: why there are no results per user, or why sides do not compare.
        doubts: by metrics file and key, why results per user prove nothing of a metric.
    """

    comparable: bool = True
    rescored: bool = False
    results: Mapping[tuple[str, str], PairedMetric] = field(
        default_factory=lambda: MappingProxyType({})
    )
    path: str = ""
    absent: tuple[Absent, ...] = ()
    doubts: Mapping[tuple[str, str], str] = field(default_factory=lambda: MappingProxyType({}))

    def measured(self, path: str, metric: str) -> PairedMetric | None:
        """The change of a metric on the same users, where nothing speaks against it."""
        return None if (path, metric) in self.doubts else self.results.get((path, metric))


@dataclass(frozen=True, slots=True)
class MetricChange:
    """One metric of both sides.

    Attributes:
        path: the metrics file.
        metric: dotted key in it.
        before: value of the first side, None when it has none.
        after: value of the second side, None when it has none.
        change: after minus before where both are finite numbers, and comparable.
        upwards: whether higher is better; None where neither its name nor anybody tells.
        outcome: what follows; None when equal, or when ``upwards`` is None.
        paired: the change on the same users, where both sides carry results per user.
        segments: the same by segment.
    """

    path: str
    metric: str
    before: Value
    after: Value
    change: float | None
    upwards: bool | None
    outcome: Outcome | None
    paired: Paired | None = None
    segments: tuple[SegmentChange, ...] = ()

    @property
    def better(self) -> bool | None:
        """Whether the second side is better; None where nothing shows it."""
        if self.outcome not in (Outcome.BETTER, Outcome.WORSE):
            return None
        return self.outcome is Outcome.BETTER

    @property
    def lost(self) -> bool:
        """Whether the second side has no figure where the first has one."""
        return self.outcome in (Outcome.GONE, Outcome.NO_NUMBER)

    @property
    def relative(self) -> float:
        """How far it moved, as a share of the first side; 0 where that is not known."""
        if self.paired is not None:
            return self.paired.relative
        before = self.before if isinstance(self.before, int | float) else 0.0
        return _share(self.change or 0.0, before)


def diff_metrics(
    a: Snapshot,
    b: Snapshot,
    basis: Basis | None = None,
    directions: Mapping[str, bool] | None = None,
) -> tuple[MetricChange, ...]:
    """Compare metrics; equal ones are left out, unless results per user show a change.

    Lists and nulls are no metrics, as for DVC. A figure that goes from one file and comes in
    another, or in the results per user, is not lost: it may be another measure, so that both are
    incomparable.

    Args:
        a: the first side.
        b: the second side.
        basis: on what both rest; comparable, without results per user, unless given.
        directions: by metric, whether higher is better, where its name does not tell.
    """
    rest, known = basis or Basis(), directions or {}
    unread = a.unread | b.unread
    old, new = (readable(side.metrics, unread) for side in (a, b))
    found = changes(old, new)
    elsewhere = new_figures(old, new) | {key for path, key in rest.results if path == rest.path}
    listed = [
        _lost_change(path, key, (before, after), direction(key, known), moved=key in elsewhere)
        if rest.measured(path, key) is None and _is_lost(before, after)
        else _metric_change(path, key, before, after, rest, direction(key, known))
        for path, key, before, after in found
    ]
    told = {(path, key) for path, key, *_ in found}
    hidden = [
        _metric_change(
            path,
            key,
            a.metrics.get(path, {}).get(key, one.paired.before),
            b.metrics.get(path, {}).get(key, one.paired.after),
            rest,
            direction(key, known),
        )
        for (path, key), one in rest.results.items()
        if (path, key) not in told and one.paired.change != 0
    ]
    return (*listed, *hidden)


def direction(metric: str, declared: Mapping[str, bool]) -> bool | None:
    """Whether higher is better for a metric: as declared for its key or last word, or by name."""
    for name in (metric, metric.rpartition(".")[2], metric.rpartition(".")[2].partition("@")[0]):
        if name in declared:
            return declared[name]
    return higher_is_better(metric)


def tally(changes: Sequence[MetricChange]) -> Mapping[Outcome, int]:
    """How many metrics say what, in the order of :class:`Outcome`; what none says is left out."""
    counted = Counter(change.outcome for change in changes)
    return {outcome: counted[outcome] for outcome in Outcome if counted[outcome]}


def _share(change: float, before: float) -> float:
    return abs(change) / (abs(before) or 1.0)


def _is_lost(before: Value, after: Value) -> bool:
    return finite(before) is not None and finite(after) is None


def _lost_change(
    path: str, metric: str, ends: tuple[Value, Value], upwards: bool | None, *, moved: bool
) -> MetricChange:
    outcome = Outcome.NO_NUMBER
    if ends[1] is None:
        outcome = Outcome.INCOMPARABLE if moved else Outcome.GONE
    return MetricChange(path, metric, *ends, None, upwards, outcome)


def _metric_change(
    path: str, metric: str, before: Value, after: Value, basis: Basis, upwards: bool | None
) -> MetricChange:
    one = basis.results.get((path, metric))
    if (path, metric) in basis.doubts:
        return _doubted_change(path, metric, (before, after), one, upwards)
    if one is not None:
        return _paired_change(path, metric, (before, after), one, upwards)
    old, new = finite(before), finite(after)
    if old is None or new is None:
        return MetricChange(path, metric, before, after, None, upwards, None)
    if not basis.comparable:
        return MetricChange(path, metric, before, after, None, upwards, Outcome.INCOMPARABLE)
    change = new - old
    if upwards is None or change == 0:
        return MetricChange(path, metric, before, after, change, upwards, None)
    outcome = Outcome.BETTER if (change > 0) is upwards else Outcome.WORSE
    return MetricChange(path, metric, before, after, change, upwards, outcome)


def _paired_change(
    path: str, metric: str, ends: tuple[Value, Value], one: PairedMetric, upwards: bool | None
) -> MetricChange:
    outcome = one.paired.outcome(upwards)
    return MetricChange(
        path, metric, *ends, one.paired.change, upwards, outcome, one.paired, one.segments
    )


def _doubted_change(
    path: str,
    metric: str,
    ends: tuple[Value, Value],
    one: PairedMetric | None,
    upwards: bool | None,
) -> MetricChange:
    """A change without a verdict: what was measured of users does not speak for it."""
    outcome = None if None in map(finite, ends) else Outcome.INCOMPARABLE
    if one is None:
        return MetricChange(path, metric, *ends, None, upwards, outcome)
    return MetricChange(path, metric, *ends, one.paired.change, upwards, outcome, one.paired)
