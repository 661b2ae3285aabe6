"""Columns of tables that nobody vouches for, a batch of rows at a time."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias, cast

import numpy as np

from modelref.adapters.tensors.tensor import barrier, length, unsound
from modelref.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH = 1 << 16
"""Rows that are read at a time."""
_BUFFER = 1 << 20
_LARGEST_JSON = 256 << 20
_MOST_SHOWN = 10
_LONGEST_SHOWN = 40
_ENDS = {".parquet": "parquet", ".csv": "csv", ".json": "json"}
Column: TypeAlias = "Sequence[Any] | NDArray[np.int64]"


def read_column(path: str, file: BinaryIO, column: str) -> Iterator[Column]:
    """A column of a table in batches: int64 arrays of whole numbers, else texts, None for none.

    Raises:
        BadInput: the file has no such column, or cannot be read.
    """
    with barrier(path):
        yield from _batches(path, file, column)


def bad_ids(path: str, why: str) -> BadInput:
    """The error of ids that do not fit.

    Args:
        path: their file.
        why: what is wrong, as the end of a sentence that starts with the path.
    """
    hint = "meta.modelref.ids in dvc.yaml says which column has the ids of a tensor's rows"
    return BadInput(f"{path} {why}", kind="bad-ids", hint=hint)


def _batches(path: str, file: BinaryIO, column: str) -> Iterator[Column]:
    kind = next((kind for end, kind in _ENDS.items() if path.lower().endswith(end)), "")
    if kind == "parquet":
        yield from _parquet(path, file, column)
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


def _parquet(path: str, file: BinaryIO, column: str) -> Iterator[Column]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(file, pre_buffer=False, buffer_size=_BUFFER)
        if column not in table.schema_arrow.names:
            raise _no_column(path, column, table.schema_arrow.names)
        batches = table.iter_batches(BATCH, columns=[column], use_threads=False)
        for batch in batches:
            values = batch.column(0)
            if pa.types.is_integer(values.type) and not values.null_count:
                # to_numpy() would import pandas
                yield cast("NDArray[np.int64]", np.from_dlpack(values.cast(pa.int64())))
            else:
                yield values.cast(pa.string()).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise unsound(path, "cannot be read as Parquet") from error


def _csv(path: str, file: BinaryIO, column: str) -> Iterator[Column]:
    file.seek(0)
    text = io.TextIOWrapper(io.BufferedReader(_Unclosed(file)), "utf-8-sig", newline="")
    try:
        table = csv.DictReader(text)
        if column not in (table.fieldnames or ()):
            raise _no_column(path, column, table.fieldnames or ())
        batch: list[str | None] = []
        for row in table:
            batch.append(row[column] or None)
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
        ids = [one[column] if isinstance(one, dict) else one for one in values]
    except KeyError:
        there = value if isinstance(value, dict) else next(iter(values))
        raise _no_column(path, column, list(there)) from None
    except (ValueError, TypeError, RecursionError) as error:
        raise unsound(path, "cannot be read as a list of ids") from error
    whole = all(type(one) is int and -(1 << 63) <= one < 1 << 63 for one in ids)
    yield np.array(ids, np.int64) if whole else [_text(one) for one in ids]


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


def _no_column(path: str, column: str, there: Sequence[str]) -> BadInput:
    shown = ", ".join(repr(one[:_LONGEST_SHOWN]) for one in there[:_MOST_SHOWN]) or "none"
    more = ", …" if len(there) > _MOST_SHOWN else ""
    return bad_ids(
        path, f"has no column {column!r}, which should tell whose each row is (has {shown}{more})"
    )


def _text(one: object) -> str | None:
    return None if one is None else str(one)
