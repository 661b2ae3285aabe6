"""Ids of rows: read from a column, and one side's rows found on the other.

Whole numbers are compared as they are, other ids by 64 bits of their BLAKE2b hash: 8 bytes a row
in memory, however long the ids. Two ids of one file with the same hash would be refused as
repeated, never mixed up.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from modelref.adapters.tensors.tensor import length, unsound
from modelref.domain.diff.order import moved
from modelref.domain.diff.weights import RowCounts

_BATCH = 1 << 16
_LARGEST_JSON = 256 << 20
_NO_IDS = np.empty(0, np.int64)
_ENDS = {".parquet": "parquet", ".csv": "csv", ".json": "json"}
Column: TypeAlias = "Sequence[Any] | NDArray[np.int64]"


@dataclass(frozen=True)
class FileIds:
    """Ids in a file, one a row; port ``Ids``.

    Attributes:
        path: the file, for messages.
        file: the file.
        column: which column.
        rows: how many there must be.
    """

    path: str
    file: BinaryIO
    column: str
    rows: int

    @cached_property
    def integral(self) -> bool:
        """Whether they are whole numbers: a file says so of a column as a whole."""
        return isinstance(next(self._batches(), _NO_IDS), np.ndarray)

    def keys(self, *, integral: bool) -> NDArray[np.int64]:
        """A number for each row: its id, or the hash of its text.

        Returns:
            (rows,).

        Raises:
            BadInput: there are more or fewer than rows, one is missing, or one comes twice.
        """
        keys = np.empty(self.rows, np.int64)
        count = 0
        for batch in self._batches():
            if not isinstance(batch, np.ndarray) and None in batch:
                raise unsound(self.path, f"has rows without an id in {self.column!r}")
            if count + len(batch) <= self.rows:
                keys[count : count + len(batch)] = batch if integral else _hashes(batch)
            count += len(batch)
        if count != self.rows:
            raise unsound(
                self.path, f"has {count} ids in {self.column!r} for a tensor of {self.rows} rows"
            )
        return keys

    def texts(self, rows: Sequence[int]) -> list[str]:
        """The ids of a few rows."""
        return _texts(self._batches(), rows)

    def repeated(self) -> Exception:
        """The error of ids of which two are the same."""
        return unsound(self.path, f"has an id twice in {self.column!r}: rows cannot be told apart")

    def _batches(self) -> Iterator[Column]:
        """The column, a batch at a time: an array where all of it are whole numbers."""
        seen = 0
        for batch in read_column(self.path, self.file, self.column):
            seen += len(batch)
            yield batch
            if seen > self.rows:
                return  # too many already, whatever else the file claims to hold


@dataclass(frozen=True)
class Paired:
    """Rows of two sides, paired by id; port ``Pairing``.

    Attributes:
        ids: the second side's ids.
        partner: (rows of the first side,), row of the second side, -1 where it has none.
        counts: what came of it.
        keys: (rows of the first side,), what orders rows the same way in every version.
    """

    ids: FileIds
    partner: NDArray[np.int64]
    counts: RowCounts
    keys: NDArray[np.int64]

    @cached_property
    def plain(self) -> bool:
        """Whether every row stands where it stood."""
        counts = self.counts
        return not (counts.added or counts.removed or counts.moved)


def pair(a: FileIds, b: FileIds) -> Paired:
    """Find the rows of one side on the other.

    Raises:
        BadInput: the ids do not fit their tensors.
    """
    integral = a.integral and b.integral
    before, after = a.keys(integral=integral), b.keys(integral=integral)
    for side, keys in ((a, before), (b, after)):
        if _has_repeats(keys):
            raise side.repeated()
    partner = _places(before, after)
    shared = partner[partner >= 0]
    counts = RowCounts(
        True,
        len(shared),
        len(after) - len(shared),
        len(before) - len(shared),
        0 if (shared[1:] > shared[:-1]).all() else moved(_plain_numbers(shared)),
    )
    return Paired(b, partner, counts, before)


def look_up(path: str, file: BinaryIO, columns: tuple[str, str], ids: Sequence[str]) -> list[str]:
    """What stands beside a few ids in another column.

    Args:
        path: the file, for messages.
        file: the file.
        columns: that of the ids, and that of what is wanted.
        ids: which.

    Returns:
        One text an id; ``""`` where the file has none.

    Raises:
        BadInput: it has no such column, or cannot be read.
    """
    key, value = columns
    rows: dict[str, int] = {}
    wanted, start = set(ids), 0
    for batch in read_column(path, file, key):
        rows.update((str(one), start + at) for at, one in enumerate(batch) if str(one) in wanted)
        start += len(batch)
    texts = _texts(read_column(path, file, value), list(rows.values()))
    found = dict(zip(rows, texts, strict=True))
    return [found.get(one, "") for one in ids]


def read_column(path: str, file: BinaryIO, column: str) -> Iterator[Column]:
    """A column of a table in batches: int64 arrays of whole numbers, else texts, None for none.

    Raises:
        BadInput: the file has no such column, or cannot be read.
    """
    kind = next((kind for end, kind in _ENDS.items() if path.lower().endswith(end)), "")
    if kind == "parquet":
        yield from _parquet(path, file, column)
    elif kind == "csv":
        yield from _csv(path, file, column)
    elif kind == "json":
        yield from _json(path, file, column)
    else:
        raise unsound(path, "is no Parquet, CSV or JSON file: ids cannot be read from it")


def _parquet(path: str, file: BinaryIO, column: str) -> Iterator[Column]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(file, pre_buffer=False)
        if column not in table.schema_arrow.names:
            raise _no_column(path, column)
        batches = table.iter_batches(_BATCH, columns=[column], use_threads=False)
        for batch in batches:
            values = batch.column(0)
            if pa.types.is_integer(values.type) and not values.null_count:
                yield values.cast(pa.int64()).to_numpy(zero_copy_only=False)
            else:
                yield values.cast(pa.string()).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise unsound(path, "cannot be read as Parquet") from error


def _csv(path: str, file: BinaryIO, column: str) -> Iterator[Column]:
    file.seek(0)
    text = io.TextIOWrapper(io.BufferedReader(_Unclosed(file)), "utf-8", newline="")
    try:
        table = csv.DictReader(text)
        if column not in (table.fieldnames or ()):
            raise _no_column(path, column)
        batch: list[str | None] = []
        for row in table:
            batch.append(row[column] or None)
            if len(batch) == _BATCH:
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
        raise _no_column(path, column) from None
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


def _text(one: object) -> str | None:
    return None if one is None else str(one)


def _texts(batches: Iterable[Column], rows: Sequence[int]) -> list[str]:
    """What stands in a few rows of a column; ``""`` where nothing does."""
    found: dict[int, str] = {}
    start = 0
    for batch in batches:
        for row in rows:
            if start <= row < start + len(batch):
                found[row] = _text(batch[row - start]) or ""
        start += len(batch)
    return [found.get(row, "") for row in rows]


def _no_column(path: str, column: str) -> Exception:
    return unsound(path, f"has no column {column!r}, which should tell whose each row is")


def _hashes(batch: Column) -> NDArray[np.int64]:
    digests = b"".join(
        hashlib.blake2b(str(one).encode("utf-8", "surrogatepass"), digest_size=8).digest()
        for one in batch
    )
    return np.frombuffer(digests, np.int64)


def _has_repeats(keys: NDArray[np.int64]) -> bool:
    if (keys[1:] > keys[:-1]).all():
        return False
    ordered = np.sort(keys)
    return bool((ordered[1:] == ordered[:-1]).any())


def _places(keys: NDArray[np.int64], among: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each key stands among others, -1 where it does not; all keys of a side differ."""
    places = np.full(len(keys), -1, np.int64)
    most = min(len(keys), len(among))
    other = np.flatnonzero(keys[:most] != among[:most])
    same = int(other[0]) if len(other) else most
    places[:same] = np.arange(same)  # most files only grow at their end
    rest = among[same:]
    if not len(rest):
        return places
    order = np.argsort(rest)
    for start in range(same, len(keys), _BATCH):
        some = keys[start : start + _BATCH]
        at = order[np.minimum(np.searchsorted(rest, some, sorter=order), len(rest) - 1)]
        hit = rest[at] == some
        places[start : start + len(some)][hit] = at[hit] + same
    return places


def _plain_numbers(numbers: NDArray[np.int64]) -> Iterable[int]:
    for start in range(0, len(numbers), _BATCH):
        yield from numbers[start : start + _BATCH].tolist()
