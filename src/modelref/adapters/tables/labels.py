"""Segments: columns of a table of users that hold a few labels."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from modelref.adapters.tables.opening import read_whole

USER, TASK = "user", "task"
_MOST_LABELS = 40
"""A column with more would be an id, and could name a person."""


def segment_columns(tables: Sequence[pd.DataFrame]) -> list[str]:
    """Names of the columns with a few labels, on all the tables that have them."""
    names = dict.fromkeys(str(name) for table in tables for name in table.columns)
    return [
        name
        for name in names
        if name not in (USER, TASK)
        and not any(
            is_number(table[name]) or table[name].nunique() > _MOST_LABELS
            for table in tables
            if name in table
        )
    ]


def is_number(column: "pd.Series") -> bool:
    """Whether a column holds numbers; truth values are none."""
    return is_numeric_dtype(column) and not is_bool_dtype(column)


def labels_of(path: Path, name: str) -> dict[str, dict[str, str]]:
    """By user as text, their label in each segment column; nothing where it names no user.

    Raises:
        BadInput: it is no table.
    """
    table = read_whole(path, name)
    if USER not in table.columns:
        return {}
    columns = segment_columns([table])
    rows = table.drop_duplicates(USER)
    users = rows[USER].astype(str)
    labels = {
        column: rows[column].astype(str).where(rows[column].notna(), "") for column in columns
    }
    return {
        user: {
            column: str(labels[column].iloc[at]) for column in columns if labels[column].iloc[at]
        }
        for at, user in enumerate(users)
    }
