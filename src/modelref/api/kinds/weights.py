"""What differs inside a model's files, told: tensors, scores, and files that are no tensors."""

from collections.abc import Iterator
from typing import Any

from modelref.api.kinds.section import Section
from modelref.api.numbers import size
from modelref.domain.diff.kind import DiffKind
from modelref.domain.diff.weights import (
    FactorChange,
    FileChange,
    FileFacts,
    Nonfinite,
    TensorChange,
    TensorFacts,
    TensorsOf,
    TensorStatus,
    ValueChange,
)
from modelref.usecases.compare import ModelDiff

_MEASURES = 5
_ROUNDING = 1e-6
"""Relative change that float32 makes of nothing."""
_BESIDE = {
    TensorsOf.SAME: "what is read of {} is the same; its hash is not",
    TensorsOf.BESIDE: "something in {} that is no tensor differs",
    TensorsOf.PARTLY: "only the tensors of {} were compared; it holds more",
}


def weights_sections(diff: ModelDiff) -> list[Section]:
    """A table of tensors with what it has no column for, then one of other files."""
    weights = diff.weights
    rows = [[change.name, _what(change), *_measures(change)] for change in weights.tensors]
    tensors = Section(
        ("Tensor", "What", "Change", "Aligned", "Cosine", "Values", "Rows"),
        rows,
        "" if weights.files else "No weight differs.",
        numbers=(2, 3, 4, 5, 6),
        notes=(
            *(note for change in weights.tensors for note in _of_tensor(change)),
            *map(_of_factors, weights.factors),
        ),
    )
    files = Section(
        ("File", "From", "To"),
        [[change.path, _file(change.before), _file(change.after)] for change in weights.files],
        notes=tuple(note for change in weights.files for note in _of_file(change)),
    )
    return [section for section in (tensors, files) if section.rows or section.nothing]


def weights_shape(diff: ModelDiff) -> list[dict[str, Any]]:
    """``weights`` of ``diff --json``."""
    return [_tensor(change) for change in diff.weights.tensors]


def weights_beside_shape(diff: ModelDiff) -> dict[str, Any]:
    """What ``diff --json`` tells beside ``weights``: scores, and files that are no tensors."""
    if DiffKind.WEIGHTS not in diff.kinds:
        return {"weights_factors": None, "weights_files": None}
    return {
        "weights_factors": [_factors(change) for change in diff.weights.factors],
        "weights_files": [_file_shape(change) for change in diff.weights.files],
    }


def no_numbers(name: str, values: ValueChange) -> str:
    """How many values of a tensor are NaN or infinite, and how many were."""
    after, before = _numberless(values.after), _numberless(values.before)
    return f"{name} has values that are no numbers: {after} (before: {before})"


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
        return [""] * _MEASURES
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
        yield no_numbers(change.name, change.values)
    if change.most:
        rows = (f"{row.id} {row.name}".strip() + f" {row.change:.3g}" for row in change.most)
        yield f"most changed in {change.name}: {', '.join(rows)}"


def _of_file(change: FileChange) -> Iterator[str]:
    if change.why:
        yield f"{change.path} was not read: {change.why}"
    elif change.before and change.after and change.tensors in _BESIDE:
        yield _BESIDE[change.tensors].format(change.path)


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


def _numberless(count: Nonfinite) -> str:
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


def _tensor(change: TensorChange) -> dict[str, Any]:
    before, after = change.before, change.after
    rows = change.rows
    return {
        "tensor": change.name,
        "status": str(change.status),
        "file": {"from": before.file if before else None, "to": after.file if after else None},
        "shape": {"from": _sides(before), "to": _sides(after)},
        "dtype": {"from": before.dtype if before else None, "to": after.dtype if after else None},
        "rows": None
        if rows is None
        else {
            "by_id": rows.by_id,
            "shared": rows.shared,
            "added": rows.added,
            "removed": rows.removed,
            "moved": rows.moved,
        },
        "values": None if change.values is None else _values(change.values),
        "most_changed": [
            {"id": row.id, "name": row.name, "change": row.change} for row in change.most
        ],
        "why": change.why,
    }


def _values(values: ValueChange) -> dict[str, Any]:
    return {
        "change": values.change,
        "aligned_change": values.aligned,
        "cosine": values.cosine,
        "largest": values.largest,
        "compared": values.values,
        "changed": values.changed,
        "rows_changed": values.rows_changed,
        "nonfinite": {"from": _nonfinite(values.before), "to": _nonfinite(values.after)},
    }


def _nonfinite(count: Nonfinite) -> dict[str, int]:
    return {"nan": count.nan, "inf": count.inf}


def _factors(change: FactorChange) -> dict[str, Any]:
    scores = change.scores
    return {
        "tensors": [change.left, change.right],
        "factors": {"from": change.before, "to": change.after},
        "scores": {
            "users": scores.users,
            "items": scores.items,
            "change": scores.change,
            "cosine": scores.cosine,
            "kept": scores.kept,
        },
    }


def _file_shape(change: FileChange) -> dict[str, Any]:
    return {
        "path": change.path,
        "from": _facts(change.before),
        "to": _facts(change.after),
        "why": change.why,
        "tensors": str(change.tensors),
    }


def _facts(facts: FileFacts | None) -> dict[str, Any] | None:
    if facts is None:
        return None
    return {"algorithm": facts.algorithm, "hash": facts.hash, "size": facts.size}


def _sides(facts: TensorFacts | None) -> list[int] | None:
    return list(facts.shape) if facts else None
