"""DVC stage `train`: fit the family that params.yaml names."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import numpy as np

from recommender.files import read_table, sha256
from recommender.fitting.dataset import FitData
from recommender.fitting.recommender import Recommender
from recommender.fitting.store import save
from recommender.interactions import ITEM, USER
from recommender.models import chosen_family, family_name
from recommender.split import id_map
from recommender.stages.run import FEATURES, MODEL, run

if TYPE_CHECKING:
    from pathlib import Path

    from recommender.params import Section

_INPUTS = ("events.parquet", "users.parquet", "items.parquet")


def read_fit_data(folder: Path) -> FitData:
    """Read the events and id maps that `featurize` wrote."""
    events = read_table(folder / "events.parquet")
    return FitData(
        users=id_map(read_table(folder / "users.parquet", [USER]), USER),
        items=id_map(read_table(folder / "items.parquet", [ITEM]), ITEM),
        user=events["user"].to_numpy(dtype=np.int64),
        item=events["item"].to_numpy(dtype=np.int64),
        age_days=events["age_days"].to_numpy(dtype=np.float32),
        weight=events["weight"].to_numpy(dtype=np.float32),
    )


def train(root: Section) -> str:
    """Write models/recommender."""
    family, seed = chosen_family(root)
    data = read_fit_data(FEATURES)
    about = json.loads((FEATURES / "about.json").read_text(encoding="utf-8"))
    started = time.process_time()
    model = Recommender(family).fit(data, seed)
    seconds = time.process_time() - started
    inputs = {(FEATURES / name).as_posix(): sha256(FEATURES / name) for name in _INPUTS}
    save(model, MODEL, seed=seed, made_from={**about, "inputs": inputs})
    shape = f"{len(data.users):,} users x {len(data.items):,} items"
    return f"{family_name(family)} fitted on {shape} in {seconds:.1f} CPU s"


if __name__ == "__main__":
    run("train", train)
