"""DVC stage `reseed`: the panel's lists after a second training that differs in its seed alone.

How much of a change between two versions is chance: their lists should differ by more than these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from recommender.evaluation.panel import panel_lists, panel_users
from recommender.files import write_table
from recommender.fitting.recommender import Recommender
from recommender.fitting.store import load
from recommender.interactions import USER
from recommender.models import chosen_family, family_name
from recommender.params import evaluate_params
from recommender.split import before
from recommender.stages.prepared import read_known
from recommender.stages.run import EVALUATION, FEATURES, MODEL, PREPARED, run
from recommender.stages.train import read_fit_data

if TYPE_CHECKING:
    from recommender.params import Section


def reseed(root: Section) -> str:
    """Write data/evaluation/reseeded.parquet."""
    params = evaluate_params(root)
    family, seed = chosen_family(root)
    if family.draws:
        model = Recommender(family).fit(read_fit_data(FEATURES), seed + 1)
        how = f"{family_name(family)} fitted again with seed {seed + 1}"
    else:
        model = load(MODEL)
        how = f"{family_name(family)} draws nothing: another seed makes the same model"
    users, _ = read_known(PREPARED, before(params.holdout))
    panel = panel_users(users[USER].to_numpy(), params.panel_users)
    write_table(EVALUATION / "reseeded.parquet", panel_lists(model, panel))
    return how


if __name__ == "__main__":
    run("reseed", reseed)
