"""Read what the DVC stage `prepare` wrote, up to a cut and no further."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from recommender.files import read_table
from recommender.interactions import ITEM, USER
from recommender.split import known

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from recommender.params import Part


def read_parts(folder: Path, parts: Sequence[Part]) -> pd.DataFrame:
    """Interactions of `parts`, oldest first."""
    tables = [read_table(folder / f"{part}.parquet") for part in parts]
    return pd.concat(tables, ignore_index=True)


def read_known(folder: Path, parts: Sequence[Part]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Id tables of the users and the items first seen in `parts`."""
    users, items = (
        known(read_table(folder / f"{column}s.parquet"), parts) for column in (USER, ITEM)
    )
    return users, items
