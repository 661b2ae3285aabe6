"""Segments of users: columns of their table that hold a few labels."""

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from modelref.adapters.tables.ids import as_text
from modelref.adapters.tables.opening import Table
from modelref.adapters.tables.users import USER, read_columns, read_keys


def labels_of(path: Path, name: str, users: Collection[str]) -> dict[str, dict[str, str]]:
    """By user, their label in each segment column; nothing where the table names no user.

    Args:
        path: where it lies.
        name: what the file is called.
        users: ids as text of those whose labels are wanted; of several rows of one, the first is
            taken.

    Raises:
        BadInput: it is no table.
    """
    if USER not in Table(path, name).types:
        return {}
    ids = as_text(read_keys(path, name).ids)
    segments = read_columns(path, name, numbers=False).labels
    wanted = pa.array([user.encode("utf-8", "replace") for user in users], pa.binary())
    rows = np.flatnonzero(pc.is_in(ids, value_set=wanted).to_numpy(zero_copy_only=False))
    found: dict[str, dict[str, str]] = {}
    for row, user in zip(rows.tolist(), ids.take(rows).to_pylist(), strict=True):
        codes = ((column, labels.names, labels.codes[row]) for column, labels in segments.items())
        labels = {column: names[code] for column, names, code in codes if code >= 0}
        found.setdefault(user.decode("utf-8", "replace"), labels)
    return found
