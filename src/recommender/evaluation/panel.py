"""A pinned panel: the same users in every version, so that changed lists show."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from recommender.evaluation.measure import LONGEST
from recommender.interactions import ITEM, USER
from recommender.topk import EMPTY

if TYPE_CHECKING:
    from recommender.arrays import Ids
    from recommender.fitting.recommender import Recommender

RANK = "rank"
SCORE = "score"


def panel_users(users: Ids, size: int) -> Ids:
    """The `size` users whose ids have the lowest hashes.

    A user's hash depends on the id alone, so a newcomer displaces at most one of the panel.
    """
    return np.array(sorted(users, key=_digest)[:size], dtype=users.dtype)


def panel_lists(model: Recommender, users: Ids) -> pd.DataFrame:
    """Lists of the panel's users, things met before included.

    Returns:
        `user`, `rank` (from 1), `item`, `score`; users the model does not know are left out.
    """
    fitted = model.fitted
    users = users[fitted.users.index(users) >= 0]
    lists, scores = model.rank(fitted.users.index(users), LONGEST)
    row, rank = np.nonzero(lists != EMPTY)
    return pd.DataFrame(
        {
            USER: users[row],
            RANK: rank + 1,
            ITEM: fitted.items.ids[lists[row, rank]],
            SCORE: scores[row, rank],
        }
    )


def _digest(user: object) -> bytes:
    return hashlib.sha256(str(user).encode()).digest()
