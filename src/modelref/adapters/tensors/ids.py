"""Ids of rows: read from a column, and one side's rows found on the other.

Whole numbers are compared as they are, other ids by 64 bits of their BLAKE2b hash: 8 bytes a row
in memory, however long the ids. Two ids of one file with the same hash would be refused as
repeated, never mixed up. Pairing holds 28 bytes a row at most (both sides' keys, and the order of
the second's while it is sorted), 12 of which stay.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from modelref.adapters.tensors.badids import bad_ids
from modelref.adapters.tensors.columns import BATCH, Column, read_column, texts_at
from modelref.domain.diff.order import moved
from modelref.domain.diff.weights import RowCounts

_PLACE_BITS = 31
_MOST_ROWS = (1 << _PLACE_BITS) - 1
_NEAR = 1 << 32
"""Keys that are less apart leave room for a place in 63 bits."""
_NO_IDS = np.empty(0, np.int64)


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
        if self.rows > _MOST_ROWS:
            raise bad_ids(self.path, f"cannot have ids for {self.rows} rows")
        try:
            keys = np.empty(self.rows, np.int64)
        except MemoryError:
            raise bad_ids(self.path, f"cannot have ids for {self.rows} rows") from None
        count = 0
        for batch in self._batches():
            if not isinstance(batch, np.ndarray) and None in batch:
                raise bad_ids(self.path, f"has rows without an id in {self.column!r}")
            if count + len(batch) <= self.rows:
                keys[count : count + len(batch)] = batch if integral else _hashes(batch)
            count += len(batch)
        if count != self.rows:
            raise bad_ids(
                self.path, f"has {count} ids in {self.column!r} for a tensor of {self.rows} rows"
            )
        return keys

    def texts(self, rows: Sequence[int]) -> list[str]:
        """The ids of a few rows."""
        return texts_at(self._batches(), rows)

    def repeated(self) -> Exception:
        """The error of ids of which two are the same."""
        return bad_ids(self.path, f"has an id twice in {self.column!r}: rows cannot be told apart")

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
    partner: NDArray[np.int32]
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
    before = a.keys(integral=integral)
    if _has_repeats(before):
        raise a.repeated()
    among = _Sorted(b.keys(integral=integral), before)
    if among.repeats():
        raise b.repeated()
    partner = among.places(before)
    del among
    shared = int(np.count_nonzero(partner >= 0))
    counts = RowCounts(
        True,
        shared,
        b.rows - shared,
        a.rows - shared,
        0 if _in_order(partner) else moved(_runs(partner)),
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
    texts = texts_at(read_column(path, file, value), list(rows.values()))
    found = dict(zip(rows, texts, strict=True))
    return [found.get(one, "") for one in ids]


def _hashes(batch: Column) -> NDArray[np.int64]:
    digests = b"".join(
        hashlib.blake2b(str(one).encode("utf-8", "surrogatepass"), digest_size=8).digest()
        for one in batch
    )
    return np.frombuffer(digests, np.int64)


def _has_repeats(keys: NDArray[np.int64]) -> bool:
    return not increasing(keys) and _sorted_repeat(np.sort(keys))


def increasing(keys: NDArray[np.int64]) -> bool:
    """Whether each is more than the one before."""
    return bool((keys[1:] > keys[:-1]).all())


def _sorted_repeat(keys: NDArray[np.int64]) -> bool:
    return bool((keys[1:] == keys[:-1]).any())


class _Sorted:
    """Keys among which others are looked up, sorted in place where they differ from these."""

    def __init__(self, keys: NDArray[np.int64], other: NDArray[np.int64]) -> None:
        """Sort them.

        Args:
            keys: (rows,), given up to this.
            other: those that will be looked up; most files only grow at their end.
        """
        most = min(len(keys), len(other))
        differ = keys[:most] != other[:most]
        self._same = int(differ.argmax()) if differ.any() else most
        self._head, self._keys = keys[: self._same], keys[self._same :]
        self._order: NDArray[np.int32] | None = None
        if not increasing(self._keys):
            self._sort()

    def _sort(self) -> None:
        low, high = int(self._keys.min()), int(self._keys.max())
        if high - low < _NEAR:
            self._order = _sorted_with_places(self._keys, low)
            return
        self._order = np.argsort(self._keys).astype(np.int32)
        self._keys = _taken(self._keys, self._order)
        self._head = self._head.copy()  # lets the array go that it was a part of

    def repeats(self) -> bool:
        """Whether two of them are the same; those that differ from none looked up are not."""
        return _sorted_repeat(self._keys) or bool((self._find(self._head) >= 0).any())

    def places(self, keys: NDArray[np.int64]) -> NDArray[np.int32]:
        """Where each key stands among them, -1 where it does not; all keys of a side differ."""
        places = np.empty(len(keys), np.int32)
        for start in range(0, self._same, BATCH):
            stop = min(start + BATCH, self._same)
            places[start:stop] = np.arange(start, stop)
        places[self._same :] = self._find(keys[self._same :])
        return places

    def _find(self, keys: NDArray[np.int64]) -> NDArray[np.int32]:
        """Places of keys behind the first ones, which are as they were."""
        places = np.full(len(keys), -1, np.int32)
        if not len(self._keys):
            return places
        for start in range(0, len(keys), BATCH):
            some = keys[start : start + BATCH]
            # in order, they are found near each other
            turn = np.arange(len(some)) if increasing(some) else np.argsort(some)
            at = np.searchsorted(self._keys, some[turn])
            hit = self._keys[np.minimum(at, len(self._keys) - 1)] == some[turn]
            found = at[hit] if self._order is None else self._order[at[hit]]
            places[start + turn[hit]] = found + self._same
        return places


def _sorted_with_places(keys: NDArray[np.int64], low: int) -> NDArray[np.int32]:
    """Sort keys in place, each together with where it stood: quicker than by their places.

    Args:
        keys: (n,), less than 2^32 apart.
        low: the least of them.

    Returns:
        (n,), where they stood.
    """
    keys -= low
    keys <<= _PLACE_BITS
    for start in range(0, len(keys), BATCH):
        keys[start : start + BATCH] |= np.arange(start, min(start + BATCH, len(keys)))
    keys.sort()
    places = (keys & _MOST_ROWS).astype(np.int32)
    keys >>= _PLACE_BITS
    keys += low
    return places


def _taken(keys: NDArray[np.int64], order: NDArray[np.int32]) -> NDArray[np.int64]:
    """Keys in an order, block by block: all of it as an index would take 8 bytes a row more."""
    taken = np.empty_like(keys)
    for start in range(0, len(keys), BATCH):
        taken[start : start + BATCH] = keys[order[start : start + BATCH]]
    return taken


def _blocks(partner: NDArray[np.int32]) -> Iterator[NDArray[np.int32]]:
    """Places of rows that have one, in blocks: memory is counted in bytes a row."""
    for start in range(0, len(partner), BATCH):
        some = partner[start : start + BATCH]
        yield some[some >= 0]


def _in_order(partner: NDArray[np.int32]) -> bool:
    last = -1
    for some in _blocks(partner):
        if len(some) and (some[0] <= last or not (some[1:] > some[:-1]).all()):
            return False
        last = int(some[-1]) if len(some) else last
    return True


def _runs(partner: NDArray[np.int32]) -> Iterator[tuple[int, int]]:
    """Rows that follow each other on both sides: the first one's place, and how many."""
    return chain.from_iterable(map(_runs_of, _blocks(partner)))


def _runs_of(places: NDArray[np.int32]) -> Iterator[tuple[int, int]]:
    starts = np.flatnonzero(np.diff(places, prepend=places[:1] - 2) != 1)
    lengths = np.diff(starts, append=len(places))
    return zip(places[starts].tolist(), lengths.tolist(), strict=True)
