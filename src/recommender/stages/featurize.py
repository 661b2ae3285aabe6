"""DVC stage `featurize`: features and events of the fit weeks, as of their end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from recommender.features import fit_data, item_features, user_features
from recommender.files import replacing, write_csr, write_json, write_table
from recommender.interactions import TIME, WEEK
from recommender.params import featurize_params, fit_on
from recommender.stages.prepared import read_known, read_parts
from recommender.stages.run import FEATURES, PREPARED, run

if TYPE_CHECKING:
    from recommender.params import Section


def featurize(root: Section) -> str:
    """Write data/features."""
    params, parts = featurize_params(root), fit_on(root)
    rows = read_parts(PREPARED, parts)
    users, items = read_known(PREPARED, parts)
    data = fit_data(rows, users, items)
    with replacing(FEATURES) as draft:
        write_table(
            draft / "events.parquet",
            pd.DataFrame(
                {
                    "user": data.user.astype(np.int32),
                    "item": data.item.astype(np.int32),
                    "age_days": data.age_days,
                    "weight": data.weight,
                }
            ),
        )
        write_table(draft / "users.parquet", user_features(rows, users, data))
        write_table(
            draft / "items.parquet", item_features(rows, items, data, params.popularity_days)
        )
        write_csr(draft / "counts.npz", data.counts)
        write_csr(draft / "recency.npz", data.decayed(params.tau_days))
        write_json(
            draft / "about.json",
            {
                "fit_on": list(parts),
                "weeks": [int(rows[WEEK].min()), int(rows[WEEK].max())],
                "as_of": rows[TIME].max().isoformat(),
                "events": len(rows),
            },
        )
    return f"{len(data.users):,} users, {len(data.items):,} items, {len(rows):,} events"


if __name__ == "__main__":
    run("featurize", featurize)
