"""Ranking metrics per user.

With h the hits among the first k of a user's list and t the number of true items:

* precision@k = h / k; recall@k = h / t; F1@k from these two, per user, then averaged;
* nDCG@k with binary gain and discount 1 / log2(rank + 1) (Jaervelin & Kekaelaeinen 2002), divided
  by the DCG of min(t, k) hits at the top;
* MAP@k: sum over hits of the precision at their rank, divided by min(t, k);
* hit@k: 1 where h > 0;
* coverage@k: share of the known items that appear in anyone's first k;
* novelty@k: mean over the recommended of -log2 of the share of users who had met the item before
  the hold-out (self-information; Zhou et al., PNAS 107(10), 2010).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recommender.topk import EMPTY

if TYPE_CHECKING:
    from recommender.arrays import Bools, Doubles, Ints

PER_USER = ("recall", "precision", "f1", "ndcg", "map", "hit")


def hits(lists: Ints, owner: Ints, items: Ints, n_items: int) -> Bools:
    """Where a list is right.

    Args:
        lists: (users, k) item indices below `n_items`, `EMPTY` in unfilled slots.
        owner: (pairs,) row of `lists` that each true pair belongs to.
        items: (pairs,) item index of each true pair; a negative one is never hit.
        n_items: Size of the index space.

    Returns:
        (users, k), true where the item is one of the user's true items.
    """
    keep = items >= 0
    keys = owner[keep] * n_items + items[keep]
    asked = np.arange(len(lists))[:, None] * n_items + lists
    right: Bools = np.isin(asked, keys) & (lists != EMPTY)
    return right


def per_user(hit: Bools, truths: Ints, k: int) -> dict[str, Doubles]:
    """Metrics of each user.

    Args:
        hit: (users, at least k) from `hits`.
        truths: (users,) number of true items, each at least 1.
        k: Cut-off.

    Returns:
        `PER_USER` -> (users,) float64.
    """
    hit = hit[:, :k]
    width = hit.shape[1]
    found = hit.sum(axis=1)
    reachable = np.minimum(truths, k)
    discount = 1.0 / np.log2(np.arange(2, k + 2))
    ideal = np.cumsum(discount)[reachable - 1]
    precision_at = np.cumsum(hit, axis=1) / np.arange(1, width + 1)
    precision, recall = found / k, found / truths
    return {
        "recall": recall,
        "precision": precision,
        "f1": np.divide(
            2 * precision * recall,
            precision + recall,
            out=np.zeros(len(hit)),
            where=found > 0,
        ),
        "ndcg": (hit * discount[:width]).sum(axis=1) / ideal,
        "map": (precision_at * hit).sum(axis=1) / reachable,
        "hit": (found > 0).astype(np.float64),
    }


def coverage(lists: Ints, k: int, n_known: int) -> float:
    """Share of `n_known` items that appear in the first k of any list."""
    shown = np.unique(lists[:, :k])
    return float((shown != EMPTY).sum()) / n_known


def novelty(lists: Ints, k: int, buyers: Ints, n_users: int) -> float:
    """Mean self-information of what the first k of the lists show, in bits.

    Args:
        lists: (users, at least k) item indices.
        k: Cut-off.
        buyers: (items,) number of users who had met each item.
        n_users: Number of users who had met any.
    """
    shown = lists[:, :k]
    met = buyers[shown[shown != EMPTY]]
    if len(met) == 0:
        return 0.0
    return float(-np.log2(np.maximum(met, 1) / n_users).mean())
