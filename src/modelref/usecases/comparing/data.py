"""Inputs of two sides."""

from typing import TYPE_CHECKING

from modelref.domain.diff.data import InputChange, changed_inputs
from modelref.usecases.comparing.found import Found, not_made
from modelref.usecases.comparing.sides import Pair

if TYPE_CHECKING:
    from modelref.ports import World


def compare_data(world: "World", pair: Pair) -> Found[tuple[InputChange, ...]]:
    """Compare what the DVC stages behind a model read and DVC keeps."""
    before, after = (
        side.snapshot.lineage.inputs(side.snapshot.annotation.path) for side in (pair.a, pair.b)
    )
    return Found(
        tuple(InputChange(path, old, new, {}) for path, old, new in changed_inputs(before, after)),
        not_made(pair),
    )
