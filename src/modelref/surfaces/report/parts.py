"""The parts of a page, the one that decides most first: plots, then tables."""

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple
from xml.etree.ElementTree import Element

from modelref.api.kinds import behaviour, segments
from modelref.api.kinds.all import sections_of
from modelref.api.kinds.section import Section
from modelref.api.review.measured import leading
from modelref.api.review.ships import gate_section
from modelref.domain.diff.kind import DiffKind
from modelref.surfaces.report.examples import example_parts
from modelref.surfaces.report.nodes import node
from modelref.surfaces.report.plots.behaviour import behaviour_plots
from modelref.surfaces.report.plots.data import data_plots
from modelref.surfaces.report.plots.metrics import metric_plots, segment_plots
from modelref.surfaces.report.plots.weights import weights_plots
from modelref.surfaces.report.tables import section_parts
from modelref.usecases.compare import ModelDiff
from modelref.usecases.reviewing.shipping import Tried

_TITLES = {
    DiffKind.WEIGHTS: "Weights",
    DiffKind.DATA: "Data",
    DiffKind.PARAMS: "Parameters",
    DiffKind.CODE: "Code",
    DiffKind.PIPELINE: "Pipeline",
}
"""The kinds that say what changed, in the order of their parts."""
_PLOTS: Mapping[DiffKind, Callable[[ModelDiff], list[Element]]] = MappingProxyType(
    {DiffKind.WEIGHTS: weights_plots, DiffKind.DATA: data_plots}
)


class Part(NamedTuple):
    """A part of the page.

    Attributes:
        name: its id.
        title: its heading.
        drawn: plots, and lists side by side.
        sections: tables below.
    """

    name: str
    title: str
    drawn: Sequence[Element]
    sections: Sequence[Section]

    def element(self) -> Element:
        """As an element of the page."""
        tables = [one for section in self.sections for one in section_parts(section)]
        title = node("h2", self.title)
        return node("section", title, *self.drawn, *tables, id=self.name)


def parts_of(
    diff: ModelDiff, asked: Collection[str], tried: Tried | None, examples: int
) -> list[Part]:
    """All parts of what was compared, in the order in which they are read.

    Args:
        diff: the differences.
        asked: metrics that a gate asks for.
        tried: what the gate says of the second side; None where it was not asked.
        examples: how many lists that change most are shown.
    """
    parts = _measured(diff, asked) if DiffKind.METRICS in diff.kinds else []
    if tried and tried.verdict:
        parts.insert(1, Part("gate", "May it ship?", (), [gate_section(tried.verdict)]))
    if DiffKind.BEHAVIOUR in diff.kinds:
        parts.append(_lists(diff, examples))
    for kind, title in _TITLES.items():
        if kind in diff.kinds:
            plots = _PLOTS[kind](diff) if kind in _PLOTS else []
            parts.append(Part(kind.value, title, plots, sections_of(diff, kind)))
    return parts


def _measured(diff: ModelDiff, asked: Collection[str]) -> list[Part]:
    """Metrics, and segments where there are any."""
    ordered = leading(diff.metrics, asked)
    sections = sections_of(diff, DiffKind.METRICS)
    whole = [one for one in sections if one.name != segments.SEGMENTS]
    by_segment = [one for one in sections if one.name == segments.SEGMENTS]
    parts = [Part("metrics", "Is it better?", metric_plots(ordered), whole)]
    if by_segment:
        parts.append(Part("segments", "For whom?", segment_plots(ordered), by_segment))
    return parts


def _lists(diff: ModelDiff, examples: int) -> Part:
    told = sections_of(diff, DiffKind.BEHAVIOUR)
    sections = [one for one in told if one.name != behaviour.HISTOGRAM]
    known = diff.behaviour.examples if diff.behaviour else ()
    drawn = [*behaviour_plots(diff), *example_parts(known[:examples], len(known))]
    return Part("behaviour", "Whose lists change?", drawn, sections)
