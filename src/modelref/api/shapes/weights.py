"""JSON shape of what differs inside a model's files."""

from typing import Any

from modelref.domain.diff.weights import (
    FactorChange,
    FileChange,
    FileFacts,
    Nonfinite,
    TensorChange,
    TensorFacts,
    ValueChange,
    WeightsDiff,
)


def weights_shape(diff: WeightsDiff | None) -> dict[str, Any]:
    """Keys of ``diff --json`` that tell of weights; null where they were not compared."""
    if diff is None:
        return dict.fromkeys(("weights", "weights_factors", "weights_files", "weights_notes"))
    return {
        "weights": [_tensor(change) for change in diff.tensors],
        "weights_factors": [_factors(change) for change in diff.factors],
        "weights_files": [_file(change) for change in diff.files],
        "weights_notes": list(diff.notes),
    }


def _tensor(change: TensorChange) -> dict[str, Any]:
    before, after = change.before, change.after
    rows = change.rows
    return {
        "tensor": change.name,
        "status": str(change.status),
        "file": {"from": before.file if before else None, "to": after.file if after else None},
        "shape": {"from": _shape(before), "to": _shape(after)},
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


def _file(change: FileChange) -> dict[str, Any]:
    return {
        "path": change.path,
        "from": _facts(change.before),
        "to": _facts(change.after),
        "why": change.why,
    }


def _facts(facts: FileFacts | None) -> dict[str, Any] | None:
    if facts is None:
        return None
    return {"algorithm": facts.algorithm, "hash": facts.hash, "size": facts.size}


def _shape(facts: TensorFacts | None) -> list[int] | None:
    return list(facts.shape) if facts else None
