"""Parameters of two sides."""

from modelref.domain.diff.params import ParamChange, diff_params
from modelref.domain.diff.values import Absent
from modelref.usecases.comparing.found import Found
from modelref.usecases.comparing.sides import Pair


def compare_params(pair: Pair) -> Found[tuple[ParamChange, ...]]:
    """Compare what the parameters files hold that ``dvc.yaml`` and its DVC stages name."""
    return Found(
        diff_params(pair.a.snapshot, pair.b.snapshot),
        tuple(
            Absent(f"{side}: {why}")
            for side in (pair.a, pair.b)
            for why in side.snapshot.missing_params
        ),
    )
