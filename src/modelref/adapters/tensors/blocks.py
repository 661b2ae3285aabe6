"""Rows of a tensor, a block at a time, by plain reads into a buffer that is used again.

Pages of a mapped file would count as this process's memory; bytes that were read do not pile up.
"""

import os
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

from modelref.adapters.tensors.dtypes import Raw
from modelref.adapters.tensors.packed import laid_out
from modelref.adapters.tensors.tensor import FileTensor, barrier, fill

BLOCK = 512 << 10
"""Bytes of a block: two of them and what is made of them stay in a core's cache."""
_GAP = 8192
"""Bytes between two rows up to which it is cheaper to read them than to ask twice."""
_AT_ONCE = 8 << 20
"""Bytes that are read together, gaps and all."""


class RowReader:
    """Reads rows of one tensor; to be used in a ``with``.

    What it returns is read only, and stands until its next call.
    """

    def __init__(self, tensor: FileTensor) -> None:
        self._tensor = tensor
        with barrier(tensor.path):
            self._region = laid_out(tensor)
        self._file, self._offset = self._region.file, self._region.offset
        self._dtype = np.dtype((">" if tensor.big_endian else "<") + tensor.kind.raw)
        self._row = tensor.width * self._dtype.itemsize
        self._buffer = bytearray()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._region.close()

    def span(self, start: int, stop: int) -> Raw:
        """Rows one after the other.

        Returns:
            (rows, width), the raw values.
        """
        return self._read(start * self._row, (stop - start) * self._row).reshape(
            stop - start, self._tensor.width
        )

    def part(self, row: int, start: int, stop: int) -> Raw:
        """Some values of one row.

        Returns:
            (1, values).
        """
        at = row * self._row + start * self._dtype.itemsize
        return self._read(at, (stop - start) * self._dtype.itemsize).reshape(1, -1)

    def take(self, rows: NDArray[np.integer]) -> Raw:
        """Rows by their numbers.

        Args:
            rows: (n,), each at most once.

        Returns:
            (n, width), in the order of the numbers.
        """
        if not len(rows):
            return self.span(0, 0)
        first, last = int(rows.min()), int(rows.max()) + 1
        near = min(len(rows) * (self._row + _GAP), _AT_ONCE)
        if (last - first) * self._row <= max(near, len(rows) * self._row, BLOCK):
            block = self.span(first, last)
            if last - first == len(rows) and bool((rows[1:] > rows[:-1]).all()):
                return block
            picked: Raw = block.take(rows - first, axis=0)
            return picked
        return self._scattered(rows)

    def _scattered(self, rows: NDArray[np.integer]) -> Raw:
        """Rows that lie far apart: runs of near ones are read together, some MB at a time."""
        order = np.argsort(rows)
        wanted = rows[order].astype(np.int64)
        result = np.empty((len(rows), self._tensor.width), self._native)
        apart = np.flatnonzero(np.diff(wanted) * self._row > _GAP + self._row) + 1
        begins = np.concatenate(([0], apart))
        ends = np.concatenate((apart, [len(wanted)]))
        sizes = wanted[ends - 1] - wanted[begins] + 1
        for some in _batches(sizes * self._row):
            lengths = sizes[some]
            reads = zip(wanted[begins[some]].tolist(), lengths.tolist(), strict=True)
            joined = b"".join(
                os.pread(self._file.fileno(), count * self._row, self._offset + row * self._row)
                for row, count in reads
            )
            block = np.frombuffer(joined, self._dtype).reshape(-1, self._tensor.width)
            inside = slice(begins[some][0], ends[some][-1])
            starts = np.cumsum(lengths) - lengths - wanted[begins[some]]
            members = ends[some] - begins[some]
            result[order[inside]] = block[wanted[inside] + np.repeat(starts, members)]
        return result

    @property
    def _native(self) -> np.dtype[np.generic]:
        return self._dtype.newbyteorder("=")

    def _read(self, at: int, count: int) -> Raw:
        if len(self._buffer) < count:
            self._buffer = bytearray(count)
        view = memoryview(self._buffer)[:count]
        fill(self._file, self._offset + at, view)
        return np.frombuffer(view, self._dtype).astype(self._native, copy=False)


def _batches(sizes: NDArray[np.int64]) -> list[slice]:
    """Runs of reads that together are some MB."""
    batch = np.cumsum(sizes) // _AT_ONCE
    edges = [0, *(np.flatnonzero(np.diff(batch)) + 1).tolist(), len(sizes)]
    return [slice(a, b) for a, b in pairwise(edges)]
