"""Data of the plots that `dvc plots show` draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recommender.evaluation.measure import LONGEST
from recommender.evaluation.segments import SEGMENTS
from recommender.interactions import USER

if TYPE_CHECKING:
    import pandas as pd

    from recommender.evaluation.measure import Result

_DIGITS = 6


def recall_by_cutoff(results: dict[str, Result]) -> list[dict[str, float]]:
    """Mean recall at each list length `k`, one column a task."""
    recall = {
        task: (np.cumsum(result.hit, axis=1) / result.truths[:, None]).mean(axis=0)
        for task, result in results.items()
    }
    return [
        {"k": k, **{task: round(float(line[k - 1]), _DIGITS) for task, line in recall.items()}}
        for k in range(1, LONGEST + 1)
    ]


def ndcg_by_segment(results: dict[str, Result], groups: pd.DataFrame) -> list[dict[str, object]]:
    """Mean nDCG of each group of users on the task `all`, with the group's size."""
    result = results["all"]
    ndcg = result.per_user[f"ndcg@{LONGEST}"]
    rows = groups.set_index(USER).loc[result.users]
    bars: list[dict[str, object]] = []
    for segment in SEGMENTS:
        for value in sorted(rows[segment].unique()):
            inside = (rows[segment] == value).to_numpy()
            mean = round(float(ndcg[inside].mean()), _DIGITS)
            bars.append(
                {"segment": f"{segment}: {value}", "ndcg": mean, "users": int(inside.sum())}
            )
    return bars
