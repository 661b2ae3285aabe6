"""Columns of tables that nobody vouches for, a batch of rows at a time."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

import numpy as np

from modelref.adapters.tensors.badids import bad_ids, check_length, no_column
from modelref.adapters.tensors.tensor import barrier, length, unsound

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH = 1 << 16
"""Rows that are read at a time."""
_LARGEST_JSON = 256 << 20
_ENDS = {".parquet": "parquet", ".csv": "csv", ".json": "json"}
Column: TypeAlias = "Sequence[Any] | NDArray[np.int64]"


def read_column(path: str, file: BinaryIO, column: str) -> Iterator[Column]:
    """A column of a table in batches: int64 arrays of whole numbers, else texts, None for none.

    Raises:
        BadInput: the file has no such column, or cannot be read.
    """
    with barrier(path):
        yield from _batches(path, file, column)


def _batches(path: str, file: BinaryIO, column: str) -> Iterator[Column]:
    kind = next((kind for end, kind in _ENDS.items() if path.lower().endswith(end)), "")
    if kind == "parquet":
        from modelref.adapters.tensors.parquet import parquet_batches

        yield from parquet_batches(path, file, column, BATCH)
    elif kind == "csv":
        yield from _csv(path, file, column)
    elif kind == "json":
        yield from _json(path, file, column)
    else:
        raise bad_ids(path, "is no Parquet, CSV or JSON file: ids cannot be read from it")


def texts_at(batches: Iterable[Column], rows: Sequence[int]) -> list[str]:
    """What stands in a few rows of a column; ``""`` where nothing does."""
    found: dict[int, str] = {}
    start, last = 0, max(rows, default=-1)
    for batch in batches:
        for row in rows:
            if start <= row < start + len(batch):
                found[row] = _text(batch[row - start]) or ""
        start += len(batch)
        if start > last:
            break
    return [found.get(row, "") for row in rows]


def _csv(path: str, file: BinaryIO, column: str) -> Iterator[Column]:
    file.seek(0)
    text = io.TextIOWrapper(io.BufferedReader(_Unclosed(file)), "utf-8-sig", newline="")
    try:
        table = csv.DictReader(text)
        if column not in (table.fieldnames or ()):
            raise no_column(path, column, table.fieldnames or ())
        batch: list[str | None] = []
        for row in table:
            one = row[column] or None
            check_length(path, column, len(one or ""))
            batch.append(one)
            if len(batch) == BATCH:
                yield batch
                batch = []
        yield batch
    except (csv.Error, UnicodeDecodeError) as error:
        raise unsound(path, "cannot be read as CSV") from error


def _json(path: str, file: BinaryIO, column: str) -> Iterator[Column]:
    """A list of ids, a list of records, or a mapping from columns to lists."""
    if length(file) > _LARGEST_JSON:
        raise unsound(path, f"has {length(file)} bytes; ids in JSON may have {_LARGEST_JSON}")
    file.seek(0)
    try:
        value = json.loads(file.read())
        values = value[column] if isinstance(value, dict) else value
        ids = [_whole(one[column] if isinstance(one, dict) else one) for one in values]
    except KeyError:
        there = value if isinstance(value, dict) else next(iter(values))
        raise no_column(path, column, list(there)) from None
    except (ValueError, TypeError, RecursionError) as error:
        raise unsound(path, "cannot be read as a list of ids") from error
    if all(type(one) is int and -(1 << 63) <= one < 1 << 63 for one in ids):
        yield np.array(ids, np.int64)
        return
    texts = [_text(one) for one in ids]
    check_length(path, column, max(len(one or "") for one in texts))
    yield texts


class _Unclosed(io.RawIOBase):
    """A file that stays open when what was wrapped around it goes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _text(one: object) -> str | None:
    return None if one is None else str(one)


def _whole(value: Any) -> Any:
    """A number without a fraction as a whole one, as Parquet and panels tell it."""
    return int(value) if type(value) is float and value.is_integer() else value
