"""JSON shape of a diff."""

from typing import Any

from modelref.api.shapes.versions import outs_shape
from modelref.api.shapes.weights import weights_shape
from modelref.usecases.compare import ModelDiff, Side


def diff_shape(diff: ModelDiff) -> dict[str, Any]:
    """``diff --json``; what was not compared is null."""
    model = str(diff.a.target.artifact) if diff.a.target else ""
    return {
        "from": _side_shape(diff.a, model),
        "to": _side_shape(diff.b, model) | {"stale": list(diff.stale)},
        "metrics": None
        if "metrics" not in diff.kinds
        else [
            {
                "path": change.path,
                "metric": change.metric,
                "from": change.before,
                "to": change.after,
                "change": change.change,
                "better": change.better,
                "interval": None,
                "p_value": None,
                "segments": [],
            }
            for change in diff.metrics
        ],
        "params": None
        if "params" not in diff.kinds
        else [
            {
                "path": change.path,
                "param": change.param,
                "from": change.before,
                "to": change.after,
                "read": change.read,
            }
            for change in diff.params
        ],
        **weights_shape(diff.weights),
    }


def _side_shape(side: Side, model: str) -> dict[str, Any]:
    target = side.target
    return {
        "model": model,
        "version": str(target.version) if target and target.version else None,
        "tag": target.event.tag if target else None,
        "commit": side.snapshot.commit,
        "outs": outs_shape(side.snapshot.outs, side.cached),
    }
