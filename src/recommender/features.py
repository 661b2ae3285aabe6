"""Features of users, items and pairs, from the fit weeks alone, as of their end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from recommender.fitting.dataset import FitData
from recommender.interactions import (
    ITEM,
    ITEM_ATTRIBUTES,
    NAME,
    PAID,
    PRICE,
    TIME,
    USER,
    USER_ATTRIBUTES,
    WEIGHT,
)
from recommender.split import id_map

if TYPE_CHECKING:
    from recommender.arrays import Ints

POPULARITY = "popularity"
RECENCY_DAYS = "recency_days"
FREQUENCY = "frequency"
SPEND = "spend"
SHELF_AGE_DAYS = "shelf_age_days"


_DAY = pd.Timedelta(days=1)


def fit_data(rows: pd.DataFrame, users: pd.DataFrame, items: pd.DataFrame) -> FitData:
    """What a model is fitted on.

    Args:
        rows: Interactions of the fit weeks.
        users: Id table of the users in `rows`.
        items: Id table of the items in `rows`.
    """
    user_map, item_map = id_map(users, USER), id_map(items, ITEM)
    age = (rows[TIME].max() - rows[TIME]) / _DAY
    return FitData(
        users=user_map,
        items=item_map,
        user=user_map.index(rows[USER].to_numpy()),
        item=item_map.index(rows[ITEM].to_numpy()),
        age_days=age.to_numpy(dtype=np.float32),
        weight=rows[WEIGHT].to_numpy(dtype=np.float32),
    )


def user_features(rows: pd.DataFrame, users: pd.DataFrame, data: FitData) -> pd.DataFrame:
    """One row a user, in index order.

    Returns:
        `user`, `age`, `income`, `household_size` (null when unknown), `recency_days` (since the
        last row), `frequency` (distinct times), `spend` (sum paid; 0 when unknown).
    """
    side = len(data.users)
    visits = pd.DataFrame({USER: data.user, TIME: rows[TIME].to_numpy()}).drop_duplicates()
    return pd.DataFrame(
        {
            USER: users[USER],
            **_attributes(users, USER_ATTRIBUTES),
            RECENCY_DAYS: _lowest(data.user, data.age_days, side),
            FREQUENCY: np.bincount(visits[USER], minlength=side),
            SPEND: np.bincount(data.user, rows[PAID].fillna(0).to_numpy(np.float64), side),
        }
    )


def item_features(
    rows: pd.DataFrame, items: pd.DataFrame, data: FitData, popularity_days: int
) -> pd.DataFrame:
    """One row an item, in index order.

    Returns:
        `item`, `name` (its id when unknown), `category`, `department`, `brand`, `price` (median
        shelf price of a unit; null when never valid), `popularity` (users who met it in the last
        `popularity_days` days), `shelf_age_days` (since the first row).
    """
    priced = rows[PRICE].to_numpy(np.float64)
    valid = np.isfinite(priced) & (priced > 0)
    price = pd.Series(priced[valid]).groupby(data.item[valid]).median()
    attributes = _attributes(items, ITEM_ATTRIBUTES)
    attributes[NAME] = attributes[NAME].fillna(items[ITEM].astype(str))
    return pd.DataFrame(
        {
            ITEM: items[ITEM],
            **attributes,
            PRICE: price.reindex(range(len(items))).to_numpy(),
            POPULARITY: data.popularity(popularity_days).astype(np.int64),
            SHELF_AGE_DAYS: -_lowest(data.item, -data.age_days, len(items)),
        }
    )


def _attributes(table: pd.DataFrame, names: tuple[str, ...]) -> dict[str, pd.Series]:
    """Named columns as text, null where the table has none."""
    absent = pd.Series(None, index=table.index, dtype="str")
    return {name: table[name].astype("str") if name in table.columns else absent for name in names}


def _lowest(owner: Ints, values: np.ndarray, side: int) -> np.ndarray:
    lowest = np.full(side, np.inf, dtype=np.float32)
    np.minimum.at(lowest, owner, values)
    return lowest
