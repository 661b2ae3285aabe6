"""Where raw data come from: one file a source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class RawData:
    """What a source hands to the pipeline.

    Attributes:
        interactions: `recommender.interactions.COLUMNS`, and `week` or `basket` where known.
        users: One row a user: `user` and whatever is known of them.
        items: One row an item: `item` and whatever is known of them.
        note: One line on what was read.
    """

    interactions: pd.DataFrame
    users: pd.DataFrame
    items: pd.DataFrame
    note: str
