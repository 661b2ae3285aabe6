"""DVC stages of two sides."""

from modelref.domain.diff.pipeline import StageChange, diff_pipeline
from modelref.usecases.comparing.found import Found, not_made
from modelref.usecases.comparing.sides import Pair


def compare_pipeline(pair: Pair) -> Found[tuple[StageChange, ...]]:
    """Compare the DVC stages behind a model, as they were last run."""
    a, b = pair.a.snapshot.lineage, pair.b.snapshot.lineage
    return Found(
        diff_pipeline(a, b),
        not_made(pair),
    )
