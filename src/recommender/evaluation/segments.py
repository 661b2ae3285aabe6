"""Groups of users, from what was known before the hold-out.

They depend on the data and the split alone, so two versions of a model are compared on the same
groups.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from recommender.interactions import TIME, USER, USER_ATTRIBUTES

UNKNOWN = "unknown"
LOYALTY = "loyalty"
ACTIVITY = "activity"
SEGMENTS = (*USER_ATTRIBUTES, LOYALTY, ACTIVITY)

_ACTIVITIES = ("light", "regular", "heavy")


def segments(history: pd.DataFrame, users: pd.DataFrame, new_weeks: int) -> pd.DataFrame:
    """One row a known user.

    Args:
        history: Every row before the hold-out.
        users: Id table of the users in `history`, with their attributes.
        new_weeks: A user first seen in so many weeks before the hold-out is `new`, else `loyal`.

    Returns:
        `user` and `SEGMENTS`, all text: the attributes (`unknown` when null), `loyalty`, and
        `activity`: thirds of the users by their number of rows.
    """
    rows = history.groupby(USER)[TIME].agg(["min", "size"]).reindex(users[USER])
    edge = history[TIME].max() - pd.Timedelta(weeks=new_weeks)
    rank = rows["size"].rank(method="first", pct=True).to_numpy()
    third = np.ceil(rank * len(_ACTIVITIES)).astype(int) - 1
    attributes = {
        name: users[name].astype("str").fillna(UNKNOWN) if name in users.columns else UNKNOWN
        for name in USER_ATTRIBUTES
    }
    return pd.DataFrame(
        {
            USER: users[USER],
            **attributes,
            LOYALTY: np.where(rows["min"] > edge, "new", "loyal"),
            ACTIVITY: np.array(_ACTIVITIES)[third],
        }
    )
