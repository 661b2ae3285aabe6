"""Every kind of diff, and how it is told."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from modelref.api.kinds.behaviour import behaviour_sections, behaviour_shape, example_sections
from modelref.api.kinds.code import code_sections, code_shape
from modelref.api.kinds.data import data_sections, data_shape
from modelref.api.kinds.metrics import metric_sections, metric_shape
from modelref.api.kinds.params import param_sections, param_shape
from modelref.api.kinds.pipeline import pipeline_sections, pipeline_shape
from modelref.api.kinds.section import Section
from modelref.api.kinds.weights import weights_sections, weights_shape
from modelref.domain.diff.kind import DiffKind
from modelref.usecases.compare import ModelDiff

ALL = 1_000
"""More examples than there ever are."""

_MOST_ROWS = 200
_SECTIONS: Mapping[DiffKind, Callable[[ModelDiff], list[Section]]] = MappingProxyType(
    {
        DiffKind.METRICS: metric_sections,
        DiffKind.PARAMS: param_sections,
        DiffKind.DATA: data_sections,
        DiffKind.CODE: code_sections,
        DiffKind.PIPELINE: pipeline_sections,
        DiffKind.WEIGHTS: weights_sections,
        DiffKind.BEHAVIOUR: behaviour_sections,
    }
)
_SHAPES: Mapping[DiffKind, Callable[[ModelDiff], Any]] = MappingProxyType(
    {
        DiffKind.METRICS: metric_shape,
        DiffKind.PARAMS: param_shape,
        DiffKind.DATA: data_shape,
        DiffKind.CODE: code_shape,
        DiffKind.PIPELINE: pipeline_shape,
        DiffKind.WEIGHTS: weights_shape,
        DiffKind.BEHAVIOUR: behaviour_shape,
    }
)


def sections(diff: ModelDiff) -> list[Section]:
    """All sections of a diff, in the order of the kinds; each kind says what is not available."""
    return [section for kind in diff.kinds for section in sections_of(diff, kind)]


def sections_of(diff: ModelDiff, kind: DiffKind) -> list[Section]:
    """The sections of one kind, and what of it is not available."""
    told = [_capped(section) for section in _SECTIONS[kind](diff)]
    reasons = tuple(
        f"{kind.value}: {one.why}" + (f"; mend: {one.mend}" if one.mend else "")
        for one in diff.absent.get(kind, ())
    )
    if not reasons:
        return told
    # That nothing differs would be believed, and it is not known.
    shown = [section for section in told if section.rows or section.notes or section.patch]
    return [*shown, Section(title="Not available:", notes=reasons)]


def examples_of(diff: ModelDiff, most: int) -> list[Section]:
    """Users whose lists change most, both lists side by side, never by their ids."""
    return example_sections(diff)[:most]


def _capped(section: Section) -> Section:
    """A section that a person can still read."""
    left = len(section.rows) - _MOST_ROWS
    if left <= 0:
        return section
    more = f"… and {left:,} more rows; --json has all."
    return replace(section, rows=section.rows[:_MOST_ROWS], notes=(more, *section.notes))


def shapes(diff: ModelDiff) -> dict[str, Any]:
    """The JSON shape of each kind; null for what was not compared."""
    return {
        kind.value: shape(diff) if kind in diff.kinds else None for kind, shape in _SHAPES.items()
    }
