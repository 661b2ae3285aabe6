"""How every DVC stage starts, ends and fails."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from recommender.params import Section, read_params
from recommender.reporting import reported

if TYPE_CHECKING:
    from collections.abc import Callable

PARAMS = Path("params.yaml")
RAW = Path("data/raw")
PREPARED = Path("data/prepared")
REPORT = Path("data/report.json")
FEATURES = Path("data/features")
MODEL = Path("models/recommender")
EVALUATION = Path("data/evaluation")
METRICS = Path("metrics.json")


def run(name: str, stage: Callable[[Section], str]) -> None:
    """Run a DVC stage: params in, one line out.

    Exits with code 2 and two readable lines on stderr when the person can mend what went wrong.

    Args:
        name: The stage's name in dvc.yaml.
        stage: Takes the params, returns what it did.
    """
    reported(name, lambda: stage(read_params(PARAMS)))
