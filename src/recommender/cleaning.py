"""Leave out rows that are not a purchase of a product, and count them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from recommender.errors import ParamsError
from recommender.interactions import ITEM, QUANTITY

if TYPE_CHECKING:
    from recommender.arrays import Ints
    from recommender.params import CleaningParams


@dataclass(frozen=True)
class Cleaned:
    """What is left, and why the rest is not.

    Attributes:
        rows: Interactions kept, in their order.
        dropped: Rule -> rows it leaves out by itself; a row may fall to several.
        total: Rows left out by any rule.
    """

    rows: pd.DataFrame
    dropped: dict[str, int]
    total: int


def clean(rows: pd.DataFrame, items: pd.DataFrame, params: CleaningParams) -> Cleaned:
    """Apply the cleaning rules.

    Args:
        rows: Raw interactions.
        items: Raw items, one row an item.
        params: The rules.

    Raises:
        ParamsError: A rule names a column that the items table does not have.
    """
    row_items = pd.Index(items[ITEM]).get_indexer(pd.Index(rows[ITEM])).astype(np.int64)
    masks: dict[str, pd.Series[bool]] = {}
    if params.unknown_items:
        masks["unknown_items"] = pd.Series(row_items < 0, index=rows.index)
    for column, words in params.exclude.items():
        bad = _attribute(items, column, "exclude").isin(words)
        masks[f"exclude_{column}"] = _of_rows(bad, row_items, rows)
    for column, words in params.exclude_containing.items():
        values = _attribute(items, column, "exclude_containing").astype("str")
        bad = pd.Series(data=False, index=values.index)
        for word in words:
            bad |= values.str.contains(word, regex=False, na=False)
        masks[f"exclude_containing_{column}"] = _of_rows(bad, row_items, rows)
    if params.non_positive_quantity:
        masks["non_positive_quantity"] = rows[QUANTITY] <= 0
    if params.duplicates:
        masks["duplicates"] = rows.duplicated()
    out = pd.Series(data=False, index=rows.index)
    for mask in masks.values():
        out |= mask
    counts = {rule: int(mask.sum()) for rule, mask in masks.items()}
    return Cleaned(rows[~out], counts, int(out.sum()))


def _attribute(items: pd.DataFrame, column: str, rule: str) -> pd.Series:
    if column not in items.columns:
        raise ParamsError(
            f"params.yaml: prepare.cleaning.{rule}.{column}: the items table has no such column; "
            "it has " + ", ".join(items.columns),
            f"take {column} out of prepare.cleaning.{rule}, or map it under collect.files.items",
        )
    return items[column]


def _of_rows(bad: pd.Series[bool], row_items: Ints, rows: pd.DataFrame) -> pd.Series[bool]:
    """Carry a mark from items to their rows; rows of unknown items (-1) carry none."""
    marked = np.append(bad.to_numpy(dtype=bool), False)[row_items]
    return pd.Series(marked, index=rows.index)
