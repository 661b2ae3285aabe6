"""Plots of behaviour: how many users keep how many items, and for whom most changes."""

from xml.etree.ElementTree import Element

from modelref.api.kinds.behaviour import percent, stands
from modelref.domain.diff.behaviour import BehaviourDiff
from modelref.domain.diff.listpairs import SegmentBehaviour
from modelref.surfaces.report.charts import Bar, bars, histogram
from modelref.surfaces.report.plots.rows import caption, cut
from modelref.usecases.compare import ModelDiff


def behaviour_plots(diff: ModelDiff) -> list[Element]:
    """Users by items kept, then what segments keep; nothing where no list differs."""
    found = diff.behaviour
    if not found:
        return []
    last = len(found.histogram) - 1
    marks = [(found.overlap * last, "mean")]
    said = f"Users by items kept of {found.k}; line: the mean, {percent(found.overlap)}"
    if found.floor is not None:
        marks.append((found.floor * last, "floor"))
        said += f"; dashed: with nothing but another seed, {percent(found.floor)}"
    drawn = [caption(said), histogram(found.histogram, marks)]
    rows = [_bar(found, one) for one in found.segments]
    if rows:
        drawn.append(caption("Items kept by segment (users); the line is the panel's mean"))
        drawn += cut(rows, lambda some: bars(some, 1.0, mark=found.overlap), "in --json")
    return drawn


def _bar(found: BehaviourDiff, one: SegmentBehaviour) -> Bar:
    label = f"{one.column}: {one.segment} ({one.users:,})"
    return Bar(label, f"{percent(one.overlap)} {stands(found, one)}".strip(), one.overlap)
