import numpy as np
import pandas as pd
import pytest

from recommender.features import fit_data, item_features, user_features

DAY = pd.Timestamp("2024-05-01")


def rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "user": [7, 7, 7, 8],
            "item": [20, 20, 21, 20],
            "time": DAY + pd.to_timedelta([0, 0, 2, 10], unit="D"),
            "weight": np.array([1, 1, 1, 3], dtype=np.float32),
            "price": [1.0, 3.0, np.nan, 8.0],
            "paid": [1.0, 2.0, np.nan, 4.0],
        }
    )


USERS = pd.DataFrame({"user": [7, 8], "age": ["65+", None]})
ITEMS = pd.DataFrame({"item": [20, 21], "name": ["milk", None]})


def test_users() -> None:
    data = fit_data(rows(), USERS, ITEMS)
    table = user_features(rows(), USERS, data)
    assert table["recency_days"].tolist() == [8, 0]
    assert table["frequency"].tolist() == [2, 1]
    assert table["spend"].tolist() == [3, 4]
    assert table["age"].tolist()[0] == "65+"
    assert table["age"].isna().tolist() == [False, True]
    assert table["income"].isna().all()


def test_items() -> None:
    table = item_features(rows(), ITEMS, fit_data(rows(), USERS, ITEMS), popularity_days=9)
    assert table["name"].tolist() == ["milk", "21"]
    assert table["price"].tolist()[0] == 3
    assert np.isnan(table["price"].tolist()[1])
    assert table["popularity"].tolist() == [1, 1]
    assert table["shelf_age_days"].tolist() == [10, 8]


def test_behaviour() -> None:
    data = fit_data(rows(), USERS, ITEMS)
    assert data.counts.toarray().tolist() == [[2, 1], [3, 0]]
    decayed = data.decayed(5).toarray()
    assert decayed[0].tolist() == pytest.approx([2 * np.exp(-2), np.exp(-8 / 5)])
    assert decayed[1].tolist() == [3, 0]
