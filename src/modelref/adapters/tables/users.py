"""A table of users: their ids, numbers and labels, column by column, in little memory."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from modelref.adapters.tables.ids import as_ids, compact, missing
from modelref.adapters.tables.opening import Table
from modelref.errors import BadInput

USER, TASK = "user", "task"
MOST_LABELS = 40
"""A column with more would be an id, and could name a person."""
_SPARE = 8
"""A column that is read is held in an array with one part in so many to spare."""


class Labels(NamedTuple):
    """A column of labels.

    Attributes:
        names: the labels.
        codes: (rows,) integers, the index of each row's label, -1 where it has none.
    """

    names: Sequence[str]
    codes: NDArray[Any]

    def among(self, names: Sequence[str]) -> NDArray[np.int8]:
        """(rows,) codes as indices of some names, at most 127, which hold all of these."""
        place = {name: number for number, name in enumerate(names)}
        codes = np.array([*(place[name] for name in self.names), -1], dtype=np.int8)
        found: NDArray[np.int8] = codes[self.codes]
        return found


class Keys(NamedTuple):
    """Whose and what the rows of a table are.

    Attributes:
        ids: (rows,) users, an Arrow array of int64, or of the bytes of a text.
        tasks: what each row was measured on; None where no column tells.
    """

    ids: Any
    tasks: Labels | None


class Columns(NamedTuple):
    """What a table says of its users.

    Attributes:
        numbers: by column, (rows,) float32 or float64, NaN where there is no value.
        labels: by column that has few of them.
        types: of all columns, by name in their order.
    """

    numbers: dict[str, NDArray[Any]]
    labels: dict[str, Labels]
    types: dict[str, pa.DataType]


def read_keys(path: Path, name: str) -> Keys:
    """Read the columns ``user`` and ``task``.

    Args:
        path: where the table lies.
        name: what the file is called.

    Raises:
        BadInput: it is no table of users; the message names what is wrong with it.
    """
    table = Table(path, name, ids=(USER,))
    if USER not in table.types:
        raise BadInput(f"{name} has no column {USER!r}", kind="no-column")
    if pa.types.is_nested(table.types[USER]):
        raise BadInput(f"{name} has no ids in its column {USER!r}", kind="unreadable-table")
    keys = [key for key in (USER, TASK) if key in table.types]
    ids: list[Any] = []
    tasks = _Labels(None)
    for block in table.blocks(keys):
        if any(missing(block.column(key)) for key in keys):
            raise BadInput(f"{name} has a row without {' or '.join(keys)}", kind="unreadable-table")
        ids = compact([*ids, block.column(USER)])
        if TASK in keys:
            tasks.add(block.column(TASK))
    return Keys(as_ids(ids, table.types[USER]), tasks.whole() if TASK in keys else None)


def read_columns(
    path: Path, name: str, *, counts: Collection[str] = (), numbers: bool = True
) -> Columns:
    """Read all other columns that hold numbers, or a few labels.

    Args:
        path: where the table lies.
        name: what the file is called.
        counts: columns in which truth values are results, 0 or 1: elsewhere they are labels.
        numbers: whether numbers are wanted.

    Raises:
        BadInput: it is no table, or has an infinite number; the message names it.
    """
    table = Table(path, name, ids=(USER,))
    figures = {one: _Numbers(one, name) for one in _numeric(table, counts)}
    words = {
        one: _Labels(MOST_LABELS)
        for one, kind in table.types.items()
        if one not in (USER, TASK, *figures) and not pa.types.is_nested(kind)
    }
    readers: dict[str, _Numbers | _Labels] = {**(figures if numbers else {}), **words}
    for columns in table.together(readers):
        for block in table.blocks(columns):
            for column in columns:
                readers[column].add(block.column(column))
    return Columns(
        {column: values.whole() for column, values in figures.items()},
        {column: labels for column, found in words.items() if (labels := found.whole())},
        table.types,
    )


def _numeric(table: Table, counts: Collection[str]) -> list[str]:
    return [
        name
        for name, kind in table.types.items()
        if name not in (USER, TASK)
        and (
            pa.types.is_integer(kind)
            or pa.types.is_floating(kind)
            or pa.types.is_decimal(kind)
            or pa.types.is_null(kind)
            or (pa.types.is_boolean(kind) and name in counts)
        )
    ]


class _Numbers:
    """A column of numbers, as it is read: of single precision where the file has no more."""

    def __init__(self, column: str, name: str) -> None:
        self._what = f"{name} has an infinite {column}"
        self._values: NDArray[Any] = np.empty(0, np.float32)
        self._count = 0

    def add(self, column: Any) -> None:
        kind = column.type
        if pa.types.is_boolean(kind):
            column = column.cast(pa.uint8())
        single = pa.types.is_float32(kind) or pa.types.is_float16(kind)
        wide = column.cast(pa.float32() if single else pa.float64(), safe=False)
        values = wide.to_numpy(zero_copy_only=False)
        if np.isinf(values).any():
            raise BadInput(self._what, kind="unreadable-table")
        end = self._count + len(values)
        if end > len(self._values):  # parts of a column would leave holes in the memory
            grown = np.empty(end + end // _SPARE, dtype=values.dtype)
            grown[: self._count] = self._values[: self._count]
            self._values = grown
        self._values[self._count : end] = values
        self._count = end

    def whole(self) -> NDArray[Any]:
        return self._values[: self._count]


class _Labels:
    """A column of labels, as it is read: given up once it has too many."""

    def __init__(self, most: int | None) -> None:
        self._most = most
        self._names: dict[str, int] = {}
        self._type = np.int8 if most is not None else np.int32
        self._parts: list[NDArray[Any]] = []
        self._given_up = False

    def add(self, column: Any) -> None:
        if self._given_up:
            return
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        encoded = column.dictionary_encode()
        if self._too_many(len(encoded.dictionary)):
            return
        words = [str(word) for word in encoded.dictionary.to_pylist()]
        codes = [self._names.setdefault(word, len(self._names)) if word else -1 for word in words]
        where = pc.fill_null(encoded.indices, len(codes)).to_numpy(zero_copy_only=False)
        if not self._too_many(len(self._names)):
            self._parts.append(np.array([*codes, -1], dtype=self._type)[where])

    def whole(self) -> Labels | None:
        if self._given_up:
            return None
        parts = [np.empty(0, self._type), *self._parts]
        return Labels(tuple(self._names), np.concatenate(parts))

    def _too_many(self, count: int) -> bool:
        self._given_up = self._most is not None and count > self._most
        return self._given_up
