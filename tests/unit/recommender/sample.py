"""A small shop that the project makes up: the raw schema of `collect`, seeded."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from recommender.files import write_table
from recommender.params import Section, parse_yaml

WEEKS = 12
FIRST_DAY = pd.Timestamp("2024-01-01")
REPOSITORY = Path(__file__).parents[3]


def items(count: int = 80) -> pd.DataFrame:
    number = np.arange(count)
    return pd.DataFrame(
        {
            "item": 1000 + number,
            "name": [f"thing {n}" for n in number],
            "category": [f"category {n % 7}" for n in number],
            "department": np.where(number == 0, "FUEL", "GROCERY"),
            "brand": np.where(number % 2 == 0, "Private", "National"),
            "type": np.where(number == 1, "GASOLINE-REG", "FOOD"),
        }
    )


def users(count: int = 40) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "user": np.arange(1, count // 2),
            "age": "35-44",
            "income": "50-74K",
            "household_size": "2",
        }
    )


def interactions(n_users: int = 40, n_items: int = 80, seed: int = 0) -> pd.DataFrame:
    """Habits, and a try of something else at each visit, over `WEEKS` weeks."""
    random = np.random.default_rng(seed)
    rows = []
    for user in range(1, n_users + 1):
        liked = random.choice(n_items, size=12, replace=False)
        visits = np.sort(random.uniform(0, WEEKS * 7 - 0.1, size=36))
        for visit in visits:
            moment = FIRST_DAY + dt.timedelta(seconds=int(visit * 86_400))
            basket = [*random.choice(liked, size=3, replace=False), random.integers(n_items)]
            rows += [(user, 1000 + item, moment, random.integers(1, 4)) for item in set(basket)]
    frame = pd.DataFrame(rows, columns=["user", "item", "time", "quantity"])
    frame["time"] = frame["time"].astype("datetime64[ns]")
    frame["event"] = "purchase"
    frame["weight"] = np.float32(1)
    frame["price"] = 1.0 + frame["item"] % 5
    frame["paid"] = frame["price"] * frame["quantity"]
    return frame[["user", "item", "time", "event", "weight", "quantity", "price", "paid"]]


def params(**changes: Any) -> dict[str, Any]:
    """params.yaml for the sample: the repository's own, on the sample's weeks.

    `changes` are dotted keys with `__` for the dot.
    """
    document: dict[str, Any] = parse_yaml((REPOSITORY / "params.yaml").read_text())
    document["prepare"]["first_week"] = FIRST_DAY.date().isoformat()
    document["prepare"]["split"] = {"train": [1, 8], "validation": [9, 10], "test": [11, 12]}
    document["evaluate"]["panel_users"] = 10
    for key, value in changes.items():
        *path, last = key.split("__")
        place = document
        for step in path:
            place = place[step]
        place[last] = value
    return document


def root(**changes: Any) -> Section:
    return Section("", params(**changes))


def write_params(folder: Path, **changes: Any) -> None:
    (folder / "params.yaml").write_text(yaml.safe_dump(params(**changes)))


def write_raw(folder: Path, rows: pd.DataFrame | None = None) -> None:
    raw = folder / "data/raw"
    write_table(raw / "interactions.parquet", interactions() if rows is None else rows)
    write_table(raw / "items.parquet", items())
    write_table(raw / "users.parquet", users())
