"""Diffs as Markdown, for a review comment."""

import re
from collections.abc import Sequence

from modelref.api.rows import (
    METRIC_HEAD,
    NO_METRIC,
    NO_PARAM,
    PARAM_HEAD,
    metric_rows,
    param_rows,
)
from modelref.api.weights import (
    FILE_HEAD,
    NO_WEIGHTS,
    TENSOR_HEAD,
    file_rows,
    tensor_rows,
    weights_sentences,
)
from modelref.domain.diff.kind import DiffKind
from modelref.domain.diff.weights import WeightsDiff
from modelref.usecases.compare import ModelDiff, Side

_SPECIAL = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]<>#|~"})
_MENTION = re.compile(r"(?<!\w)@")


def diff_markdown(diff: ModelDiff) -> str:
    """Write a diff as Markdown tables."""
    lines = [f"### {_name(diff.a)} → {_name(diff.b)}", ""]
    if diff.stale:
        why = escape("; ".join(diff.stale))
        lines += [
            f"> **The workspace is not what its pipeline makes**: {why}. Run `dvc repro`.",
            "",
        ]
    if DiffKind.METRICS in diff.kinds:
        lines += _table(METRIC_HEAD, metric_rows(diff), NO_METRIC)
    if DiffKind.PARAMS in diff.kinds:
        lines += _table(PARAM_HEAD, param_rows(diff), NO_PARAM)
    if diff.weights is not None:
        lines += _weights(diff.weights)
    return "\n".join(lines).rstrip() + "\n"


def escape(text: str) -> str:
    """Text as Markdown shows it: no formatting, no border, no HTML, no line break, no mention."""
    flat = " ".join(text.split())
    shown = "".join(character for character in flat if character.isprintable())
    return _MENTION.sub("&#64;", shown.translate(_SPECIAL))


def _weights(diff: WeightsDiff) -> list[str]:
    lines = _table(TENSOR_HEAD, tensor_rows(diff), "" if diff.files else NO_WEIGHTS)
    if diff.files:
        lines += _table(FILE_HEAD, file_rows(diff), "")
    sentences = [f"- {escape(sentence)}" for sentence in weights_sentences(diff)]
    return [*lines, *sentences, ""] if sentences else lines


def _name(side: Side) -> str:
    return escape(str(side.target)) if side.target else "workspace"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], none: str) -> list[str]:
    if not rows:
        return [none, ""]
    body = [f"| {' | '.join(escape(cell) for cell in row)} |" for row in rows]
    return [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *body, ""]
