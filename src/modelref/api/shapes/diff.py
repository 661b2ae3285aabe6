"""JSON shape of a diff."""

from typing import Any

from modelref.api.kinds.all import shapes
from modelref.api.kinds.metrics import basis_shape, headline
from modelref.api.kinds.weights import weights_beside_shape
from modelref.api.shapes.versions import outs_shape
from modelref.domain.target import Target
from modelref.usecases.compare import ModelDiff, Side


def diff_shape(diff: ModelDiff) -> dict[str, Any]:
    """``diff --json``; what was not compared is null."""
    model = str(diff.a.target.artifact) if diff.a.target else ""
    return {
        "from": _side_shape(diff.a, model),
        "to": _side_shape(diff.b, model) | {"stale": list(diff.stale)},
        "headline": headline(diff),
        "basis": basis_shape(diff),
        **shapes(diff),
        **weights_beside_shape(diff),
        "absent": {
            kind.value: [{"why": one.why, "mend": one.mend} for one in reasons]
            for kind, reasons in diff.absent.items()
        },
    }


def _side_shape(side: Side, model: str) -> dict[str, Any]:
    target = side.target
    return {
        "model": model,
        "version": str(target.version) if target and target.version else None,
        "tag": target.event.tag if isinstance(target, Target) else None,
        "commit": side.snapshot.commit,
        "outs": outs_shape(side.snapshot.outs, side.cached),
    }
