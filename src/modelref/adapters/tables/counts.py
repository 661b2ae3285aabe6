"""Counting values, in memory that does not grow with the table."""

from typing import Any, TypeAlias, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
_Keys = TypeVar("_Keys", bound=np.generic)

_MOST_BINS = 1 << 17
_MANTISSA_DROPPED = 40
"""Bits of a double that its bin leaves out: 12 of its 52 stay, bins are 1/4096 of a value wide."""
_BUCKETS = 1 << 16


def counted(keys: NDArray[_Keys]) -> tuple[NDArray[_Keys], Ints]:
    """Distinct keys, sorted, and how often each came."""
    ordered = np.sort(keys)
    starts = _starts(ordered)
    return ordered[starts], np.diff(starts, append=len(ordered))


def joined(
    one: tuple[NDArray[_Keys], Ints], other: tuple[NDArray[_Keys], Ints]
) -> tuple[NDArray[_Keys], Ints]:
    """Two counts as :func:`counted` gives them, as one."""
    keys = np.concatenate((one[0], other[0]))
    times = np.concatenate((one[1], other[1]))
    order = np.argsort(keys, kind="stable")  # merges the two runs: much faster than sorting
    ordered = keys[order]
    starts = _starts(ordered)
    if not len(starts):
        return keys, times
    return ordered[starts], np.add.reduceat(times[order], starts)


def _starts(ordered: NDArray[_Keys]) -> NDArray[np.intp]:
    """Where each distinct key of a sorted array begins."""
    return np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])


class Histogram:
    """Numbers by bin: exact for integers and days while they are few, else fine bins.

    Attributes:
        halvings: how often neighbouring bins were joined.
    """

    def __init__(self, mode: str) -> None:
        """Start with nothing.

        Args:
            mode: ``integer``, ``days``, ``seconds`` or ``float``, the same for both sides of a
                comparison.
        """
        self.halvings = 0
        self._mode = mode
        self._keys = np.empty(0, dtype=np.int64)
        self._times = np.empty(0, dtype=np.int64)
        self._sums = np.empty(0, dtype=np.float64)

    def add(self, column: Any) -> None:
        """Add the values of an Arrow array; what is not finite is left out."""
        values = _numbers(column, self._mode)
        keys, which = np.unique(self._bins(values) >> self.halvings, return_inverse=True)
        times = np.bincount(which, minlength=len(keys))
        sums = np.bincount(which, weights=values.astype(np.float64), minlength=len(keys))
        self._join(keys, times.astype(np.int64), sums.astype(np.float64))

    def coarser(self, halvings: int) -> "Histogram":
        """The same with neighbouring bins joined until they were that often."""
        while self.halvings < halvings:
            self.halvings += 1
            keys, times, sums = self._keys >> 1, self._times, self._sums
            self._keys, self._times, self._sums = _no_bins()
            self._join(keys, times, sums)
        return self

    def bins(self) -> tuple[Ints, Ints, Floats]:
        """Keys in the order of their values, how many values each has, and their mean."""
        return self._keys, self._times, self._sums / np.maximum(self._times, 1)

    def _join(self, keys: Ints, times: Ints, sums: Floats) -> None:
        distinct, which = np.unique(np.concatenate([self._keys, keys]), return_inverse=True)
        size = len(distinct)
        self._times = np.bincount(
            which, weights=np.concatenate([self._times, times]), minlength=size
        ).astype(np.int64)
        weights = np.concatenate([self._sums, sums])
        self._sums = np.bincount(which, weights=weights, minlength=size).astype(np.float64)
        self._keys = distinct
        if size > _MOST_BINS:
            self.coarser(self.halvings + 1)

    def _bins(self, values: NDArray[Any]) -> Ints:
        if self._mode in ("integer", "days"):
            return values.astype(np.int64)
        bits = values.astype(np.float64).view(np.int64)
        magnitude = (bits & np.int64(0x7FFF_FFFF_FFFF_FFFF)) >> _MANTISSA_DROPPED
        return np.where(bits < 0, -magnitude, magnitude)


class Labels:
    """Texts and other labels by bucket of their hash: exact but for those that share one."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.times = np.zeros(_BUCKETS, dtype=np.int64)

    def add(self, hashes: NDArray[np.uint64]) -> None:
        """Add labels by their hashes, evenly spread."""
        self.times += np.bincount(
            (hashes % np.uint64(_BUCKETS)).astype(np.int64), minlength=_BUCKETS
        )


def _no_bins() -> tuple[Ints, Ints, Floats]:
    return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64)


def _numbers(column: Any, mode: str) -> NDArray[Any]:
    """Values as int64 or float64, those that are null or not finite left out."""
    column = column.drop_null()
    if mode == "days":
        if not pa.types.is_date(column.type):
            column = column.cast(pa.timestamp("us"), safe=False)  # a day needs no nanoseconds
        days = column.cast(pa.date32()).cast(pa.int32())
        return np.asarray(days.to_numpy(zero_copy_only=False))
    if mode == "seconds":
        micro = pa.time64("us") if pa.types.is_time(column.type) else pa.duration("us")
        spans = column.cast(micro, safe=False).cast(pa.int64()).to_numpy(zero_copy_only=False)
        return np.asarray(spans) / 1e6
    if pa.types.is_uint64(column.type):  # hashes as ids: half of them fit in no int64
        halved = column.to_numpy(zero_copy_only=False) >> np.uint64(1)
        column = pa.array(halved.astype(np.int64))
    if mode == "integer":
        return np.asarray(column.cast(pa.int64()).to_numpy(zero_copy_only=False))
    values = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return np.asarray(values[np.isfinite(values)]) + 0.0
