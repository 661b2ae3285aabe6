"""Hashes of values and of rows, and samples by hash: what is in both of two tables, in one pass.

Of all distinct values those are kept whose hash lies below a ceiling, which is halved whenever too
many are: while it never was, counts are exact. The same values are kept of both sides, so that what
came and went is counted on the sample and scaled (as bottom-k sketches do: Cohen & Kaplan 2007).
"""

from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pandas.util import hash_array

from modelref.adapters.tables.counts import counted, joined

Hashes: TypeAlias = NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_NULL = np.uint64(0xD6E8FEB86659FD93)


def column_hashes(column: Any, *, as_text: bool = False) -> Hashes:
    """Hash the values of a column; nulls have a hash of their own.

    Args:
        column: an Arrow array.
        as_text: hash what values look like, where the two sides have them in different types.
    """
    nulls = column.is_null().to_numpy(zero_copy_only=False)
    hashes = _hashes(column.cast(pa.string()) if as_text else column)
    return np.where(nulls, _NULL, hashes)


def row_hashes(columns: list[Any]) -> Hashes:
    """Hash rows of several columns, in their order."""
    hashes = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        hashes = (hashes ^ column_hashes(column)) * _GOLDEN
        hashes ^= hashes >> np.uint64(32)
    return mixed(hashes)


def mixed(hashes: Hashes) -> Hashes:
    """Spread hashes evenly over 64 bits (the finaliser of SplitMix64, Steele et al. 2014)."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))


def can_hash(kind: pa.DataType) -> bool:
    """Whether values of a type can be hashed: those that hold no other values."""
    return not pa.types.is_nested(kind)


def _hashes(column: Any) -> Hashes:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.dictionary_decode(), kind.value_type
    if pa.types.is_integer(kind) or pa.types.is_temporal(kind) or pa.types.is_boolean(kind):
        wide = pa.int32() if kind.bit_width == 32 and pa.types.is_temporal(kind) else pa.int64()
        numbers = pc.fill_null(column.cast(wide, safe=False), 0).to_numpy(zero_copy_only=False)
        return hash_array(numbers.astype(np.int64))
    if pa.types.is_floating(kind):
        values = pc.fill_null(column.cast(pa.float64()), 0.0).to_numpy(zero_copy_only=False)
        return hash_array(values + 0.0)  # so that -0.0 is 0.0
    return _text_hashes(column)


def _text_hashes(column: Any) -> Hashes:
    """Hash texts and bytes by hashing each distinct one once."""
    kind = column.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        binary = pa.types.is_binary(kind) or pa.types.is_large_binary(kind)
        column = column if binary else column.cast(pa.string())
    encoded = column.dictionary_encode()
    words = np.array(encoded.dictionary.to_pylist(), dtype=object)
    hashes = hash_array(words, categorize=False) if len(words) else np.zeros(1, np.uint64)
    codes = pc.fill_null(encoded.indices, 0).to_numpy(zero_copy_only=False)
    return np.asarray(hashes[codes], dtype=np.uint64)


class HashSample:
    """Distinct hashes below a ceiling, with how often each came.

    Attributes:
        halvings: how often the ceiling was halved; 0 while every hash is kept.
    """

    def __init__(self, most: int) -> None:
        """Start with nothing.

        Args:
            most: distinct hashes that are kept.
        """
        self.halvings = 0
        self._most = most
        self._hashes = np.empty(0, dtype=np.uint64)
        self._times = np.empty(0, dtype=np.int64)
        self._pending: list[Hashes] = []
        self._waiting = 0

    def add(self, hashes: Hashes) -> None:
        """Add hashes, evenly spread over 64 bits."""
        kept = hashes[_below(hashes, self.halvings)]
        self._pending.append(kept)
        self._waiting += len(kept)
        if self._waiting > self._most // 2:
            self._merge()

    def against(self, other: "HashSample", *, distinct: bool) -> tuple[int, int, int, int, bool]:
        """Count what came and went from this one to another.

        Args:
            other: the second side.
            distinct: count each hash once, however often it came.

        Returns:
            Numbers before, after, added, removed; whether they are estimates.
        """
        halvings = max(self.settled(), other.settled())
        (old, old_times), (new, new_times) = (one.kept(halvings) for one in (self, other))
        if distinct:
            old_times, new_times = np.ones_like(old_times), np.ones_like(new_times)
        before, after = int(old_times.sum()), int(new_times.sum())
        both = _shared((old, old_times), (new, new_times))
        counts = [figure << halvings for figure in (before, after, after - both, before - both)]
        return (counts[0], counts[1], counts[2], counts[3], halvings > 0)

    def kept(self, halvings: int) -> tuple[Hashes, NDArray[np.int64]]:
        """Those below the ceiling halved so often, sorted, and how often each came."""
        below = _below(self._hashes, halvings)
        return self._hashes[below], self._times[below]

    def settled(self) -> int:
        """How often the ceiling was halved, once all that was added is counted."""
        self._merge()
        return self.halvings

    def _merge(self) -> None:
        if self._pending:
            fresh = counted(np.concatenate(self._pending))
            self._pending, self._waiting = [], 0
            self._hashes, self._times = joined((self._hashes, self._times), fresh)
        while len(self._hashes) > self._most:
            self.halvings += 1
            self._hashes, self._times = self.kept(self.halvings)


def _shared(one: tuple[Hashes, NDArray[np.int64]], other: tuple[Hashes, NDArray[np.int64]]) -> int:
    """How many of two counts, sorted by hash, are in both."""
    (hashes, times), (others, other_times) = one, other
    if not len(others):
        return 0
    place = np.minimum(np.searchsorted(others, hashes), len(others) - 1)
    found = others[place] == hashes
    return int(np.minimum(times[found], other_times[place[found]]).sum())


def _below(hashes: Hashes, halvings: int) -> NDArray[np.bool_]:
    return hashes <= np.uint64((1 << (64 - halvings)) - 1)
