"""Plots of metrics: those that decide, what is worse beside them, the others; then segments."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from modelref.api.kinds.segments import in_order
from modelref.api.review.measured import FEW, metric_line
from modelref.domain.diff.metrics import MetricChange, Outcome, SegmentChange
from modelref.domain.diff.values import is_number
from modelref.domain.snapshot import Value
from modelref.surfaces.report.charts import Point, intervals
from modelref.surfaces.report.nodes import node
from modelref.surfaces.report.plots.rows import caption, cut

_TONES = {Outcome.BETTER: "better", Outcome.WORSE: "worse"}
_MOST = 1e6
"""Relative change from which on none is drawn: nothing else would be seen."""


def metric_plots(ordered: Sequence[MetricChange]) -> list[Element]:
    """Changes of metrics with their intervals: the worse among the others are never folded.

    Those that are lost have nothing to draw, and are named instead.

    Args:
        ordered: metrics, the one that decides first.
    """
    lost = [change for change in ordered if change.lost]
    kept = [change for change in ordered if not change.lost]
    main = [point for change in kept[:FEW] for point in _of_metric(change)]
    others = [point for change in kept[FEW:] for point in _of_metric(change)]
    others.sort(key=_rank)
    worse = [point for point in others if point.tone == "worse"]
    rest = others[len(worse) :]
    drawn = [node("p", "; ".join(map(metric_line, lost)), class_="lost")] if lost else []
    if main or worse:
        said = "Change, relative to the first version, with its 95 % interval where there is one"
        drawn += [caption(said), *cut([*main, *worse], intervals, "in the table")]
    if rest:
        title = node("summary", f"The other metrics ({len(rest)}), none of which is worse")
        drawn.append(node("details", title, *cut(rest, intervals, "in the table")))
    return drawn


def segment_plots(ordered: Sequence[MetricChange]) -> list[Element]:
    """Changes by segment of the metrics that decide, all but the first folded.

    Args:
        ordered: metrics, the one that decides first.
    """
    drawn = []
    told = [change for change in ordered if change.segments]
    for number, change in enumerate(told[:FEW]):
        points = [point for one in in_order(change) for point in _of_segment(change, one)]
        if points:
            title = node("summary", f"{change.metric} by segment (users)")
            plot = cut(points, intervals, "in --json")
            opened = {"open": ""} if number == 0 else {}
            drawn.append(node("details", title, *plot, **opened))
    left = len(told) - FEW
    if left > 0:
        others = "other metric" if left == 1 else f"other {left} metrics"
        drawn.append(caption(f"Segments of the {others}: in --json"))
    return drawn


def _rank(point: Point) -> tuple[bool, float]:
    """The worse first, and of each the largest change."""
    return point.tone != "worse", -abs(point.value)


def _of_metric(change: MetricChange) -> list[Point]:
    before = change.paired.before if change.paired else change.before
    bounds = change.paired.interval if change.paired else None
    return _point(change.metric, before, change.change, bounds, change.outcome)


def _of_segment(change: MetricChange, one: SegmentChange) -> list[Point]:
    label = f"{one.column}: {one.segment} ({one.paired.users:,})"
    paired, outcome = one.paired, one.outcome(change.upwards)
    return _point(label, paired.before, paired.change, paired.interval, outcome)


def _point(
    label: str,
    before: Value,
    change: float | None,
    bounds: tuple[float, float] | None,
    outcome: Outcome | None,
) -> list[Point]:
    """A change relative to where it started; none where that is zero or no number."""
    if change is None or not is_number(before) or not before:
        return []
    scale = abs(float(before))  # type: ignore[arg-type]  # it was just tested
    value, *ends = (one / scale for one in (change, *(bounds or ())))
    if not all(abs(one) < _MOST for one in (value, *ends)):
        return []
    note = " ".join(part for part in (f"{value:+.1%}", outcome) if part)
    tone = _TONES.get(outcome, "") if outcome else ""
    return [Point(label, note, value, (ends[0], ends[1]) if ends else None, tone)]
