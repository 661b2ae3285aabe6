"""The lists of a panel on two sides, and what is known of its users and items.

Nothing that leaves here names a user: each is a number that joins the parts of one answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from modelref.adapters.tables.ids import WHOLE
from modelref.adapters.tables.labels import labels_of
from modelref.adapters.tables.opening import Table
from modelref.adapters.tables.users import USER
from modelref.errors import BadInput

Named: TypeAlias = tuple[str, str]
"""Where a file lies, and what it is called."""
RANK, ITEM = "rank", "item"
NAME, CATEGORY, POPULARITY = "name", "category", "popularity"
_MOST_ROWS = 2_000_000
_LONGEST = 200
"""Most ranks that are looked at."""
_MOST_NAME = 120
"""Most characters of an item's name or category."""

Lists: TypeAlias = dict[str, list[str]]


def read_panels(
    before: Named,
    after: Named,
    *,
    reseeded: Sequence[Named] = (),
    items: Sequence[Named] = (),
    users: Sequence[Named] = (),
) -> dict[str, Any]:
    """Read the panels of two sides.

    Args:
        before: where the first side's file lies, and its name: ``user``, ``rank`` from 1, ``item``.
        after: the same of the second side.
        reseeded: one side's panel after a training with another seed, if there is one.
        items: tables with ``item`` and, each if it has it, ``name``, ``category``, ``popularity``;
            of an item that several have, the last one's.
        users: tables with ``user`` and segments as text; likewise.

    Returns:
        ``{"before", "after", "reseeded": {user: [item]}, "items": {"name", "category",
        "popularity": {item: value}, "met": all popularity, "count": all items}, "segments": {user:
        {column: label}}}``; a user is a number that means nothing elsewhere.

    Raises:
        BadInput: a file is no such table; the message names what is wrong with it.
    """
    sides = [_lists(*named) for named in (before, after)]
    seeds = [_lists(*named) for named in reseeded]
    everyone = {user for lists in [*sides, *seeds] for user in lists}
    # In the order of a hash, so that the numbers tell nothing of the ids' order.
    order = sorted(everyone, key=lambda user: sha256(user.encode("utf-8", "replace")).digest())
    numbers = {user: str(number) for number, user in enumerate(order)}
    listed = {item for lists in sides for ranking in lists.values() for item in ranking}
    old, new = (_numbered(lists, numbers) for lists in sides)
    return {
        "before": old,
        "after": new,
        "reseeded": _numbered(seeds[-1], numbers) if seeds else {},
        "items": _items(items, listed),
        "segments": _segments(users, numbers),
    }


def _lists(path: str, name: str) -> Lists:
    frame = _read(path, name, [USER, RANK, ITEM])
    if frame[[USER, RANK, ITEM]].isna().any(axis=None):
        raise BadInput(f"{name} has a row without user, rank or item", kind="unreadable-table")
    ranks = pd.to_numeric(frame[RANK], errors="coerce")
    if ranks.isna().any() or (ranks < 1).any():
        raise BadInput(f"{name} has a rank that is no number from 1", kind="unreadable-table")
    frame = frame.assign(**{RANK: ranks, USER: _text(frame[USER]), ITEM: _text(frame[ITEM])})
    for pair in ([USER, RANK], [USER, ITEM]):
        if frame.duplicated(pair).any():
            raise BadInput(
                f"{name} has two rows of one user and {pair[1]}",
                kind="unreadable-table",
                hint=f"write each user's ranks and items to {name} once: drop_duplicates, or see "
                "what joined rows twice",
            )
    frame = frame[frame[RANK] <= _LONGEST].sort_values([USER, RANK])
    return {str(user): list(group) for user, group in frame.groupby(USER, sort=True)[ITEM]}


def _read(path: str, name: str, wanted: Sequence[str]) -> pd.DataFrame:
    """Read some columns of a table that is not too long to be a panel."""
    table = Table(Path(path), name, ids=(USER, ITEM))
    missing = [column for column in wanted if column not in table.types]
    if missing:
        raise BadInput(f"{name} has no column {missing[0]!r}", kind="no-column")
    frames, rows = [], 0
    for block in table.blocks():
        rows += len(block)
        if rows > _MOST_ROWS:
            raise BadInput(f"{name} has more than {_MOST_ROWS:,} rows", kind="unreadable-table")
        frames.append(block.select(list(wanted)).to_pandas())
    empty = pd.DataFrame({column: pd.Series(dtype=object) for column in wanted})
    return pd.concat(frames, ignore_index=True) if frames else empty


def _text(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Ids as text, so that 7 and 7.0 and "7" of two files are one."""
    if pd.api.types.is_float_dtype(column) and (column == np.floor(column)).all():
        column = column.astype("int64")
    text = column.astype(str)
    return text.str.removesuffix(".0") if text.str.fullmatch(WHOLE).all() else text


def _numbered(lists: Lists, numbers: Mapping[str, str]) -> Lists:
    return {numbers[user]: ranking for user, ranking in lists.items()}


def _items(tables: Sequence[Named], listed: set[str]) -> dict[str, Any]:
    """What is known of the listed items; popularity also of all, to weigh them against."""
    found: dict[str, Any] = {NAME: {}, CATEGORY: {}, POPULARITY: {}, "met": 0.0, "count": 0}
    for path, name in tables:
        table = Table(Path(path), name, ids=(ITEM,))
        columns = [one for one in (NAME, CATEGORY, POPULARITY) if one in table.types]
        if ITEM not in table.types:
            continue
        found["met"], found["count"] = 0.0, 0
        for block in table.blocks():
            frame = block.select([ITEM, *columns]).to_pandas()
            found["count"] += len(frame)
            if POPULARITY in columns:
                popularity = pd.to_numeric(frame[POPULARITY], errors="coerce").fillna(0).clip(0)
                frame[POPULARITY] = popularity
                found["met"] += float(popularity.sum())
            frame[ITEM] = _text(frame[ITEM])
            frame = frame[frame[ITEM].isin(listed)]
            for column in columns:
                found[column].update(_known(frame, column))
    return found


def _known(frame: pd.DataFrame, column: str) -> dict[str, Any]:
    there = frame[frame[column].notna()]
    values: Iterable[Any] = there[column]
    if column != POPULARITY:
        values = (" ".join(str(value).split())[:_MOST_NAME] for value in values)
    else:
        values = (float(value) for value in values)
    return dict(zip(there[ITEM], values, strict=True))


def _segments(tables: Sequence[Named], numbers: Mapping[str, str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for path, name in tables:
        for user, labels in labels_of(Path(path), name, numbers).items():
            found.setdefault(numbers[user], {}).update(labels)
    return found
