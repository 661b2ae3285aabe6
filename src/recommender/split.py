"""Cut the calendar into train, validation and test, and say who is known at each cut.

The split is global: every user's rows before a cut are on one side of it. Nothing computed for an
earlier part looks at a later one:

* the id map lists users (and items) first seen in train, then those first seen in validation, then
  test, each sorted by id. What is known at a cut is a *prefix*, so rows after the cut cannot move
  an index, and a model fitted on more weeks keeps the rows of the one before;
* a hold-out's truth is restricted to users and items seen before the hold-out starts. It depends
  on the data and the split alone, so two models fitted on different weeks meet the same truth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from recommender.errors import ParamsError, SourceError
from recommender.interactions import ITEM, TIME, USER, WEEK, IdMap
from recommender.params import Part

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from recommender.arrays import Ids
    from recommender.params import SplitParams

SINCE = "since"
"""Part in which an id is first seen."""

NOVEL = "novel"
"""Whether the user had never met the item before the hold-out."""

_DAYS_A_WEEK = 7


def with_weeks(rows: pd.DataFrame, first_week: dt.datetime | None) -> pd.DataFrame:
    """Number the weeks.

    Args:
        rows: Interactions, with or without a `week` column of the source's own.
        first_week: When week 1 begins; None: keep the source's numbers.

    Raises:
        ParamsError: Neither the source nor `first_week` says what week a row is in.
    """
    if first_week is None:
        if WEEK not in rows.columns:
            raise ParamsError(
                "params.yaml: prepare.first_week is missing and the data carry no week numbers",
                "set prepare.first_week to the day on which week 1 begins, such as 2024-01-01",
            )
        return rows
    days = (rows[TIME] - pd.Timestamp(first_week)) / pd.Timedelta(days=1)
    weeks = np.floor(days / _DAYS_A_WEEK).astype("int64") + 1
    return rows.assign(**{WEEK: weeks})


def split(rows: pd.DataFrame, params: SplitParams) -> dict[Part, pd.DataFrame]:
    """Cut by week.

    Rows are sorted by time, user and item, so that the order of the source does not matter.

    Raises:
        SourceError: A part is empty, or a row of an earlier part is later than one of a later
            part: the week numbers do not follow the clock, and the cut would leak.
    """
    order = [column for column in rows.columns if column not in (TIME, USER, ITEM)]
    rows = rows.sort_values([TIME, USER, ITEM, *order], kind="stable", ignore_index=True)
    parts: dict[Part, pd.DataFrame] = {}
    newest: pd.Timestamp | None = None
    for part in Part:
        first, last = params.weeks(part)
        inside = rows[rows[WEEK].between(first, last)].reset_index(drop=True)
        if inside.empty:
            found = f"{rows[WEEK].min()} to {rows[WEEK].max()}" if len(rows) else "none"
            raise SourceError(
                f"no rows in weeks {first} to {last} ({part}); the data have weeks {found}",
                f"set prepare.split.{part}, or prepare.first_week, to weeks that the data have",
            )
        oldest, latest = inside[TIME].iloc[0], inside[TIME].iloc[-1]
        if newest is not None and oldest < newest:
            raise SourceError(
                f"week numbers do not follow the clock: {part} begins {oldest}, before the part "
                f"before it ends ({newest})",
                "correct the week column, or set prepare.first_week to number weeks by the clock",
            )
        newest = latest
        parts[part] = inside
    return parts


def before(part: Part) -> tuple[Part, ...]:
    """The parts that end before `part` starts."""
    return tuple(list(Part)[: list(Part).index(part)])


def id_table(parts: Mapping[Part, pd.DataFrame], column: str) -> pd.DataFrame:
    """Ids in index order, with the part that first saw each.

    Returns:
        Columns `column` and `since`; ids sorted within a part.
    """
    tables: list[pd.DataFrame] = []
    seen = pd.Index([])
    for part, rows in parts.items():
        new = pd.Index(rows[column].unique()).difference(seen, sort=False).sort_values()
        tables.append(pd.DataFrame({column: new, SINCE: str(part)}))
        seen = seen.append(new) if len(seen) else new
    return pd.concat(tables, ignore_index=True)


def known(table: pd.DataFrame, parts: Iterable[Part]) -> pd.DataFrame:
    """The rows of an id table first seen in `parts`: a prefix of it."""
    return table[table[SINCE].isin([str(part) for part in parts])].reset_index(drop=True)


def id_map(table: pd.DataFrame, column: str) -> IdMap:
    """The id map of an id table."""
    ids: Ids = table[column].to_numpy()
    return IdMap(ids if ids.dtype.kind == "i" else ids.astype(object))


def truth(history: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """What the users of a hold-out went on to buy.

    Args:
        history: Every row before the hold-out.
        rows: The hold-out's rows.

    Returns:
        Distinct pairs `user`, `item`, sorted, of users and items in `history`; `novel` is true
        where the pair is not in `history`.
    """
    pairs = rows[[USER, ITEM]].drop_duplicates()
    pairs = pairs[pairs[USER].isin(history[USER]) & pairs[ITEM].isin(history[ITEM])]
    pairs = pairs.sort_values([USER, ITEM], ignore_index=True)
    met = history[[USER, ITEM]].drop_duplicates()
    marked = pairs.merge(met, how="left", on=[USER, ITEM], indicator=True)
    return pairs.assign(**{NOVEL: (marked["_merge"] == "left_only").to_numpy()})
