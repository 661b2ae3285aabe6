"""Metrics of two sides, and on what they rest."""

from typing import TYPE_CHECKING

from modelref.domain.diff.metrics import Basis, MetricChange, diff_metrics
from modelref.domain.diff.values import Absent
from modelref.usecases.comparing.footing import find_basis
from modelref.usecases.comparing.found import Found
from modelref.usecases.comparing.sides import Pair

if TYPE_CHECKING:
    from modelref.ports import World


def compare_metrics(world: "World", pair: Pair) -> Found[tuple[Basis, tuple[MetricChange, ...]]]:
    """Compare what the metrics files hold, on the same users where both sides can tell."""
    basis = find_basis(world, pair)
    directions = world.config.of(pair.artifact).directions
    changes = diff_metrics(pair.a.snapshot, pair.b.snapshot, basis, directions)
    missing = (
        Absent(f"{side}: {why}") for side in (pair.a, pair.b) for why in side.snapshot.missing
    )
    return Found((basis, changes), (*missing, *basis.absent))
