"""DVC stages that differ, told."""

from typing import Any

from modelref.api.kinds.section import Section
from modelref.domain.diff.pipeline import Names, StageChange
from modelref.domain.diff.values import Status
from modelref.usecases.compare import ModelDiff


def pipeline_sections(diff: ModelDiff) -> list[Section]:
    """A table of what DVC stages ran, read and wrote: ``-`` what went, ``+`` what came."""
    rows = [[change.name, what, text] for change in diff.pipeline for what, text in _lines(change)]
    return [Section(("DVC stage", "", "What"), rows, "No DVC stage differs.")]


def pipeline_shape(diff: ModelDiff) -> list[dict[str, Any]]:
    """``pipeline`` of ``diff --json``."""
    return [
        {
            "stage": change.name,
            "status": change.status.value,
            "from": list(change.before),
            "to": list(change.after),
            "deps": _names_shape(change.deps),
            "outs": _names_shape(change.outs),
            "params": _names_shape(change.params),
        }
        for change in diff.pipeline
    ]


def _names_shape(names: Names) -> dict[str, list[str]]:
    return {"added": list(names.added), "removed": list(names.removed)}


def _lines(change: StageChange) -> list[tuple[str, str]]:
    lines = [("", change.status.value)] if change.status is not Status.CHANGED else []
    if change.before != change.after:
        lines += [("command", f"- {one}") for one in change.before]
        lines += [("command", f"+ {one}") for one in change.after]
    if change.status is Status.CHANGED:
        for what, names in (
            ("dependency", change.deps),
            ("out", change.outs),
            ("parameter", change.params),
        ):
            lines += [(what, f"- {one}") for one in names.removed]
            lines += [(what, f"+ {one}") for one in names.added]
    return lines
