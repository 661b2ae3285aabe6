"""What differs inside a model's files, as tables and sentences for people."""

from collections.abc import Iterator

from modelref.api.numbers import size
from modelref.domain.diff.weights import (
    FactorChange,
    FileChange,
    FileFacts,
    Nonfinite,
    TensorChange,
    TensorFacts,
    TensorStatus,
    WeightsDiff,
)

TENSOR_HEAD = ("Tensor", "What", "Change", "Aligned", "Cosine", "Values", "Rows")
TENSOR_NUMBERS = (2, 3, 4, 5, 6)
FILE_HEAD = ("File", "From", "To")
NO_WEIGHTS = "No weight differs."
_ROUNDING = 1e-6
"""Relative change that float32 makes of nothing."""


def tensor_rows(diff: WeightsDiff) -> list[list[str]]:
    """One row a tensor that differs."""
    return [
        [
            change.name,
            _what(change),
            *_measures(change),
        ]
        for change in diff.tensors
    ]


def file_rows(diff: WeightsDiff) -> list[list[str]]:
    """One row a file that differs and is told by hash and size."""
    return [[change.path, _file(change.before), _file(change.after)] for change in diff.files]


def weights_sentences(diff: WeightsDiff) -> list[str]:
    """What the tables have no column for: values that are no numbers, rows, scores, reasons."""
    return [
        *(sentence for change in diff.tensors for sentence in _of_tensor(change)),
        *map(_of_factors, diff.factors),
        *(_of_file(change) for change in diff.files if change.why),
        *diff.notes,
    ]


def _what(change: TensorChange) -> str:
    before, after = change.before, change.after
    if before is None or after is None:
        facts = before or after
        return f"{change.status} {_shape(facts)} {facts.dtype}" if facts else str(change.status)
    parts = []
    if change.status is TensorStatus.RETYPED:
        parts.append(f"{before.dtype} -> {after.dtype}")
    if change.status is TensorStatus.RESHAPED:
        parts.append(f"{_shape(before)} -> {_shape(after)}")
    rows = change.rows
    if rows is not None:
        parts += [f"+{rows.added:,} rows"] if rows.added else []
        parts += [f"-{rows.removed:,} rows"] if rows.removed else []
        parts += [f"{rows.moved:,} rows moved"] if rows.moved else []
    return ", ".join(parts) or str(change.status)


def _measures(change: TensorChange) -> list[str]:
    """How far the values are apart, and what shares of values and of rows changed."""
    values, rows = change.values, change.rows
    if values is None or rows is None:
        return [""] * len(TENSOR_NUMBERS)
    return [
        _relative(values.change),
        _relative(values.aligned),
        _cosine(values.cosine),
        _share(values.changed, values.values),
        _share(values.rows_changed, rows.shared),
    ]


def _of_tensor(change: TensorChange) -> Iterator[str]:
    if change.why:
        yield f"{change.name} was not compared: {change.why}"
    if change.values is not None and (change.values.before or change.values.after):
        yield (
            f"{change.name} has values that are no numbers: {_nonfinite(change.values.after)} "
            f"(before: {_nonfinite(change.values.before)})"
        )
    if change.most:
        rows = (f"{row.id} {row.name}".strip() + f" {row.change:.3g}" for row in change.most)
        yield f"most changed in {change.name}: {', '.join(rows)}"


def _of_factors(change: FactorChange) -> str:
    scores = change.scores
    factors = (
        f"{change.before} factors"
        if change.before == change.after
        else f"{change.before} -> {change.after} factors"
    )
    return (
        f"scores of {change.left} x {change.right} ({factors}) change by "
        f"{_relative(scores.change)}, cosine {_cosine(scores.cosine)}; "
        f"{scores.kept:.0%} of a row's ten best stay "
        f"({scores.users:,} x {scores.items:,} of them, sampled)"
    )


def _of_file(change: FileChange) -> str:
    return f"{change.path} was not read: {change.why}"


def _nonfinite(count: Nonfinite) -> str:
    parts = [f"{count.nan:,} NaN"] if count.nan else []
    parts += [f"{count.inf:,} infinite"] if count.inf else []
    return " and ".join(parts) or "none"


def _file(facts: FileFacts | None) -> str:
    return "-" if facts is None else f"{size(facts.size)} {facts.hash[:8]}"


def _relative(change: float | None) -> str:
    if change is None:
        return ""
    return f"<{_ROUNDING:g}" if 0 < change < _ROUNDING else f"{change:.3g}"


def _cosine(cosine: float | None) -> str:
    return "" if cosine is None else f"{cosine:.4f}"


def _share(some: int, total: int) -> str:
    """A share in percent, never rounded to nothing or to all."""
    if not total:
        return "-"
    share = some / total
    if 0 < share < 0.001:
        return "<0.1%"
    return ">99.9%" if 0.999 < share < 1 else f"{share:.1%}"


def _shape(facts: TensorFacts | None) -> str:
    return " x ".join(map(str, facts.shape)) if facts and facts.shape else "value"
