"""JSON shape of a review."""

from typing import Any

from modelref.api.shapes.diff import diff_shape
from modelref.api.shapes.gate import verdict_shape
from modelref.domain.diff.values import Absent
from modelref.usecases.review import Review, ReviewedModel


def review_shape(review: Review) -> dict[str, Any]:
    """``review --json``."""
    return {
        "base": review.span.base,
        "head": review.span.head,
        "from": review.span.start,
        "to": review.span.end,
        "models": [_model_shape(model) for model in review.models],
        "untouched": review.untouched,
        "absent": _absent_shape(review.absent),
    }


def _model_shape(model: ReviewedModel) -> dict[str, Any]:
    judged = model.judged
    return {
        "model": str(model.artifact),
        "status": model.status.value,
        "quality": judged.quality.value if judged else None,
        "tested": judged.tested if judged else None,
        "may_ship": model.shipping.value if model.shipping else None,
        "gate": verdict_shape(model.verdict) if model.verdict else None,
        "metrics": {path: dict(values) for path, values in model.metrics.items()},
        "diff": diff_shape(model.diff) if model.diff is not None else None,
        "stale": list(model.stale),
        "absent": _absent_shape(model.absent),
    }


def _absent_shape(absent: tuple[Absent, ...]) -> list[dict[str, str]]:
    return [{"why": one.why, "mend": one.mend} for one in absent]
