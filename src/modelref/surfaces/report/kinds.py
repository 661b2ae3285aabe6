"""The plots of each kind of diff, made from the shape of ``diff --json``."""

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any, TypeAlias
from xml.etree.ElementTree import Element

from modelref.surfaces.report.charts import Bar, Point, bars, histogram, intervals
from modelref.surfaces.report.nodes import node

Shape: TypeAlias = Mapping[str, Any]
_MOST_ROWS = 24
_BETTER: Mapping[bool | None, str] = {True: "better", False: "worse"}
_TONES = {"better", "worse"}


def metric_plots(shape: Shape) -> list[Element]:
    """Changes of metrics with their intervals, then of segments."""
    metrics = shape["metrics"]
    points = [point for one in metrics for point in _point(one, one["metric"])]
    plots = []
    if points:
        plots += [
            _caption("Change, relative to the first version, with its 95 % interval"),
            intervals(points[:_MOST_ROWS]),
        ]
    for number, one in enumerate(one for one in metrics if one["segments"]):
        rows = [
            point for segment in one["segments"] for point in _point(segment, _segment(segment))
        ]
        if rows:
            title = node("summary", f"{one['metric']} by segment (users)")
            opened = {"open": ""} if number == 0 else {}
            plots.append(node("details", title, intervals(rows[:_MOST_ROWS]), **opened))
    return plots


def behaviour_plots(shape: Shape) -> list[Element]:
    """How many users keep how many items, and for whom most changes."""
    behaviour = shape.get("behaviour")
    if not behaviour or not behaviour["histogram"]:
        return []
    last = len(behaviour["histogram"]) - 1
    marks = [(behaviour["overlap"] * last, "mean")]
    said = f"Users by items kept of {behaviour['k']}; mean {behaviour['overlap']:.1%}"
    floor = behaviour.get("floor")
    if isinstance(floor, int | float):
        marks.append((floor * last, "floor"))
        said += f"; dashed: with nothing but another seed, {floor:.1%}"
    plots = [_caption(said), histogram(behaviour["histogram"], marks)]
    segments = [
        Bar(
            f"{one['column']}: {one['segment']} ({one['users']:,})",
            f"{one['overlap']:.1%}",
            one["overlap"],
        )
        for one in behaviour["segments"]
    ]
    if segments:
        plots += [_caption("Items kept by segment (users)"), bars(segments[:_MOST_ROWS], 1.0)]
    return plots


def weights_plots(shape: Shape) -> list[Element]:
    """Relative changes of tensors; of factors, what is left after alignment."""
    rows = []
    for one in shape["weights"]:
        values = one["values"]
        if values is None or values["change"] is None:
            continue
        change, aligned = values["change"], values["aligned_change"]
        if aligned is None:
            rows.append(Bar(one["tensor"], f"{change:.3g}", change))
        else:
            rows.append(Bar(one["tensor"], f"{aligned:.3g} of {change:.3g}", aligned, change))
    rows.sort(key=lambda bar: -max(bar.value, bar.behind or 0))
    if not rows:
        return []
    said = "Relative change (Euclidean); pale: before the rotation of factors is taken out"
    return [_caption(said), bars(rows[:_MOST_ROWS])]


def data_plots(shape: Shape) -> list[Element]:
    """The columns that drifted most."""
    drifts = [
        Bar(f"{table['path']}: {column['column']}", f"{column['drift']:.3f}", column["drift"])
        for change in shape["data"]
        for table in change["tables"]
        for column in table["columns"]
        if column["drift"]
    ]
    drifts.sort(key=lambda bar: -bar.value)
    if not drifts:
        return []
    said = "Drift of columns: Jensen-Shannon distance, 0 (the same) to 1 (nothing in common)"
    return [_caption(said), bars(drifts[:_MOST_ROWS], 1.0)]


PLOTS: Mapping[str, Callable[[Shape], list[Element]]] = {
    "metrics": metric_plots,
    "data": data_plots,
    "weights": weights_plots,
    "behaviour": behaviour_plots,
}
"""By kind; the other kinds have tables alone."""


def _point(one: Shape, label: str) -> Sequence[Point]:
    """A change relative to where it started; none where that is zero or no number."""
    base = (one.get("paired") or one)["from"]
    change = one["change"]
    if not _is_number(base) or not _is_number(change) or not base:
        return ()
    scale = abs(base)
    bounds = one["interval"]
    interval = (bounds[0] / scale, bounds[1] / scale) if bounds else None
    outcome = one.get("outcome") or _BETTER.get(one.get("better"), "")
    note = " ".join(part for part in (f"{change / scale:+.1%}", outcome) if part)
    return (Point(label, note, change / scale, interval, outcome if outcome in _TONES else ""),)


def _segment(one: Shape) -> str:
    return f"{one['column']}: {one['segment']} ({one['users']:,})"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _caption(text: str) -> Element:
    return node("p", text, class_="caption")
