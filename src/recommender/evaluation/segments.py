"""Groups of users, from what was known before the hold-out.

They depend on the data and the split alone, so two versions of a model are compared on the same
groups.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from recommender.interactions import ITEM, TIME, USER, USER_ATTRIBUTES

if TYPE_CHECKING:
    from recommender.arrays import Texts

UNKNOWN = "unknown"
LOYALTY = "loyalty"
ACTIVITY = "activity"
TASTE = "taste"
SEGMENTS = (*USER_ATTRIBUTES, LOYALTY, ACTIVITY, TASTE)

_ACTIVITIES = ("light", "regular", "heavy")
_TASTES = ("tail", "mixed", "head")
_HEAD = 0.2
"""Share of the items that are the head: those that the most users had."""


def segments(history: pd.DataFrame, users: pd.DataFrame, new_weeks: int) -> pd.DataFrame:
    """One row a known user.

    Args:
        history: Every row before the hold-out.
        users: Id table of the users in `history`, with their attributes.
        new_weeks: A user first seen in so many weeks before the hold-out is `new`, else `loyal`.

    Returns:
        `user` and `SEGMENTS`, all text: the attributes (`unknown` when null); `loyalty`;
        `activity`, thirds of the users by their number of rows; and `taste`, thirds by the share
        of their rows that are of the most popular fifth of the items (after Abdollahpouri,
        Mansoury, Burke & Mobasher, The unfairness of popularity bias in recommendation, 2019).
    """
    rows = history.groupby(USER)[TIME].agg(["min", "size"]).reindex(users[USER])
    edge = history[TIME].max() - pd.Timedelta(weeks=new_weeks)
    attributes = {
        name: users[name].astype("str").fillna(UNKNOWN) if name in users.columns else UNKNOWN
        for name in USER_ATTRIBUTES
    }
    return pd.DataFrame(
        {
            USER: users[USER],
            **attributes,
            LOYALTY: np.where(rows["min"] > edge, "new", "loyal"),
            ACTIVITY: _thirds(rows["size"], _ACTIVITIES),
            TASTE: _thirds(_head_shares(history).reindex(users[USER]), _TASTES),
        }
    )


def _head_shares(history: pd.DataFrame) -> pd.Series[float]:
    """By user, the share of their rows that are of the most popular items."""
    popularity = history.groupby(ITEM)[USER].nunique().sort_values(ascending=False, kind="stable")
    head = popularity.index[: int(np.ceil(_HEAD * len(popularity)))]
    return history[ITEM].isin(head).astype("float64").groupby(history[USER]).mean()


def _thirds(values: pd.Series[float], names: tuple[str, str, str]) -> Texts:
    """Which third of the users each belongs to, by a value of theirs, the least first."""
    rank = values.rank(method="first", pct=True).to_numpy()
    thirds: Texts = np.array(names)[np.ceil(rank * len(names)).astype(int) - 1]
    return thirds
