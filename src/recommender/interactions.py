"""The interactions table: its columns, its id maps, and what is refused at the door."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pandas.api import types

from recommender.errors import SourceError, UnknownUserError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from recommender.arrays import Bools, Ids, Ints

USER = "user"
ITEM = "item"
TIME = "time"
WEEK = "week"
EVENT = "event"
WEIGHT = "weight"
QUANTITY = "quantity"
PRICE = "price"
PAID = "paid"
BASKET = "basket"

COLUMNS = (USER, ITEM, TIME, EVENT, WEIGHT, QUANTITY, PRICE, PAID)
"""Every interactions table has these; `WEEK` and `BASKET` where the source has them.

`TIME` is naive UTC, `WEIGHT` how much a row counts, `PRICE` the shelf price of one unit, `PAID`
what was paid for the row (both NaN when unknown).
"""

NAME = "name"
CATEGORY = "category"
DEPARTMENT = "department"
BRAND = "brand"
ITEM_ATTRIBUTES = (NAME, CATEGORY, DEPARTMENT, BRAND)

AGE = "age"
INCOME = "income"
HOUSEHOLD_SIZE = "household_size"
USER_ATTRIBUTES = (AGE, INCOME, HOUSEHOLD_SIZE)


@dataclass(frozen=True)
class IdMap:
    """Ids in index order: row `n` of any matrix or table belongs to `ids[n]`.

    Attributes:
        ids: Distinct ids, int64 or str objects.
    """

    ids: Ids

    @cached_property
    def _index(self) -> pd.Index:
        return pd.Index(self.ids)

    def __len__(self) -> int:
        return len(self.ids)

    def index(self, ids: Ids) -> Ints:
        """Index of each id, int64; -1 where it is not in the map."""
        return self._index.get_indexer(pd.Index(ids)).astype(np.int64)

    def known(self, ids: Ids) -> Ints:
        """Index of each id.

        Raises:
            UnknownUserError: An id is not in the map.
        """
        index = self.index(ids)
        if (index < 0).any():
            stranger = np.asarray(ids)[index < 0][0]
            raise UnknownUserError(
                f"user {stranger!s} is not among the {len(self):,} users of the model",
                "fit on weeks that hold this user, or show popular items instead",
            )
        return index


@dataclass(frozen=True)
class Origin:
    """Where a table came from, for messages.

    Attributes:
        file: Its file.
        names: Our column name -> the file's.
    """

    file: str
    names: Mapping[str, str] = field(default_factory=dict)

    def column(self, ours: str) -> str:
        """`file: column theirs`."""
        return f"{self.file}: column {self.names.get(ours, ours)!r}"


def first_row(mask: Bools | pd.Series[bool]) -> int:
    """Number of the first row where `mask` holds, counted from 1, a header not counted."""
    return int(np.flatnonzero(np.asarray(mask))[0]) + 1


def require_columns(frame: pd.DataFrame, origin: Origin) -> None:
    """Refuse a table without rows or without a column that `origin` names.

    Raises:
        SourceError: Naming the file and the column.
    """
    for theirs in origin.names.values():
        if len(frame.columns) and theirs not in frame.columns:
            raise SourceError(
                f"{origin.file}: no column {theirs!r}; it has "
                + (", ".join(map(str, frame.columns)) or "none"),
                "correct the file, or the columns under collect.files in params.yaml",
            )
    if frame.empty:
        raise SourceError(
            f"{origin.file}: holds no rows", "export it again, or take it out of the folder"
        )


def check_interactions(frame: pd.DataFrame, origin: Origin, until: dt.datetime) -> None:
    """Refuse an interactions table that the pipeline cannot trust.

    Args:
        frame: `COLUMNS`, times already parsed.
        origin: For messages.
        until: The latest time that a row may have, naive UTC.

    Raises:
        SourceError: A column is missing or of the wrong type, an id or time is missing, or a row
            lies in the future. The message names file, column and row.
    """
    require_columns(frame, Origin(origin.file, {column: column for column in COLUMNS}))
    for column in (USER, ITEM, TIME):
        _refuse_rows(frame[column].isna(), origin, column, "is empty")
    if not types.is_datetime64_dtype(frame[TIME]):
        raise SourceError(f"{origin.column(TIME)} is not a time", "give times in ISO 8601")
    for column in (WEIGHT, QUANTITY, PRICE, PAID):
        if not types.is_numeric_dtype(frame[column]):
            raise SourceError(f"{origin.column(column)} is not a number", "give numbers")
    late = frame[TIME] > until
    if late.any():
        when = frame[TIME][late].iloc[0].isoformat()
        raise SourceError(
            f"{origin.column(TIME)}, row {first_row(late)}: {when} is later than "
            f"{until.isoformat(timespec='seconds')}",
            "correct the clock or time zone of the log, or set collect.until in params.yaml",
        )


def _refuse_rows(mask: pd.Series[bool], origin: Origin, column: str, what: str) -> None:
    if mask.any():
        raise SourceError(
            f"{origin.column(column)}, row {first_row(mask)} {what}",
            "correct or remove these rows",
        )


def unify_ids(tables: list[pd.DataFrame], column: str) -> None:
    """Give one id column the same type in every table, in place.

    Whole numbers become int64 when every id of every table is one, written without leading zeros
    or signs that a number would lose; otherwise all become text.
    """
    series = [table[column] for table in tables]
    whole = all(types.is_integer_dtype(values) or _reads_as_whole(values) for values in series)
    for table, values in zip(tables, series, strict=True):
        table[column] = values.astype("int64") if whole else values.astype(str).astype(object)


def _reads_as_whole(values: pd.Series) -> bool:
    texts = pd.Series(values.unique())
    return all(isinstance(text, str) for text in texts) and bool(
        texts.str.fullmatch(r"0|-?[1-9]\d{0,17}").all()
    )
