"""Two tensors held against each other, row by row."""

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from modelref.adapters.tensors.blocks import BLOCK, RowReader
from modelref.adapters.tensors.dtypes import Raw
from modelref.adapters.tensors.ids import Paired
from modelref.adapters.tensors.rotation import Aligned
from modelref.adapters.tensors.sums import Sums, nonfinite
from modelref.adapters.tensors.tensor import FileTensor
from modelref.domain.diff.weights import NONE, Nonfinite, ValueChange

HELD = 44 << 20
"""Bytes of rows that are held at once where the other side has them in another order.

Each time, the other side is read from its start to its end: the more, the fewer times.
"""
_PLACE = 16
"""Bytes that a held row takes beside its values: where it belongs, as this is sorted."""
_WIDEST = 4 << 20
"""Bytes of a row above which it is read in parts."""
Blocks: TypeAlias = tuple[Raw, Raw, NDArray[np.integer]]
"""(n, width) of each side, and (n,), their rows' numbers on the second."""
_HERE_BITS = 32
_HERE = (1 << _HERE_BITS) - 1


def compare_rows(
    a: FileTensor,
    b: FileTensor,
    pairing: Paired | None,
    columns: Paired | None = None,
    rotation: Aligned | None = None,
) -> ValueChange:
    """Compare the rows that both have.

    Args:
        a: the first side.
        b: the second side, with rows of the same width unless columns are paired.
        pairing: rows by id; None pairs them by position.
        columns: columns by id, of tensors with two sides; None pairs them by position.
        rotation: applied to the first side for ``ValueChange.aligned``.
    """
    across = pairing is None and a.turned and b.turned
    if across:
        a, b = a.as_it_lies(), b.as_it_lies()
    turn = rotation.matrix if rotation else None
    sums = Sums(a, b, turn, told=pairing is not None, across=across)
    if not a.size or not b.size:
        return sums.result()
    with RowReader(a) as first, RowReader(b) as second:
        if across:
            _add_across(sums, first, second)
        elif columns is None and max(_row_bytes(a), _row_bytes(b)) > _WIDEST:
            _add_parts(sums, (first, second), pairing)
        else:
            _add_rows(sums, (first, second), pairing, columns)
    return sums.result()


def count_nonfinite(tensor: FileTensor) -> Nonfinite:
    """Count the values of a tensor that are NaN or infinite."""
    total = NONE
    if not tensor.size or (tensor.kind.raw[0] != "f" and tensor.kind.exact):
        return total  # whole numbers are finite
    step = BLOCK // tensor.kind.itemsize
    count = tensor.rows * tensor.width
    with RowReader(tensor.as_it_lies()) as reader:
        for start in range(0, count, step):
            values = tensor.kind.decode(reader.part(0, start, min(start + step, count)))
            if not np.isfinite(values).all():
                total += nonfinite(values)
    return total


def _add_rows(
    sums: Sums,
    readers: tuple[RowReader, RowReader],
    pairing: Paired | None,
    columns: Paired | None,
) -> None:
    """Compare blocks of rows."""
    widest = max(_row_bytes(sums.a), _row_bytes(sums.b))
    few = max(1, BLOCK // widest)
    if pairing is None or pairing.plain:
        pairs = _in_place(readers, sums.a.rows, few)
    elif not pairing.counts.moved:
        pairs = _by_place(readers, pairing, few, few)
    else:
        pairs = _by_place(readers, pairing, max(1, HELD // (widest + _PLACE)), few)
    here, there = _shared_columns(columns)
    for block, other, rows in pairs:
        if columns is None:
            sums.add(block, other, rows)
        else:
            sums.add(block[:, here], other[:, there], rows)


def _in_place(readers: tuple[RowReader, RowReader], count: int, few: int) -> Iterator[Blocks]:
    """Rows that stand where they stood, few at a time."""
    first, second = readers
    for start in range(0, count, few):
        stop = min(start + few, count)
        yield first.span(start, stop), second.span(start, stop), np.arange(start, stop)


def _by_place(
    readers: tuple[RowReader, RowReader], pairing: Paired, held: int, few: int
) -> Iterator[Blocks]:
    """Shared rows in the order of the second side's file, so that it is read and not sought in.

    Args:
        readers: of both sides.
        pairing: their rows by id.
        held: rows of the first side that are in memory at once.
        few: pairs of rows that are compared at once.
    """
    first, second = readers
    for start in range(0, len(pairing.partner), held):
        partner = pairing.partner[start : start + held]
        block = first.span(start, start + len(partner))
        places = _sorted_places(partner)
        for at in range(0, len(places), few):
            some = places[at : at + few]
            rows = some >> _HERE_BITS
            yield block.take(some & _HERE, axis=0), second.take(rows), rows


def _sorted_places(partner: NDArray[np.int32]) -> NDArray[np.int64]:
    """Places on the second side in order, each above the place here: one sort for both."""
    places = partner.astype(np.int64)
    places <<= _HERE_BITS
    places |= np.arange(len(places))
    places.sort()
    return places[np.count_nonzero(partner < 0) :]


def _add_parts(sums: Sums, readers: tuple[RowReader, RowReader], pairing: Paired | None) -> None:
    """Compare rows that are too wide for memory, part by part."""
    first, second = readers
    step = BLOCK // max(sums.a.kind.itemsize, sums.b.kind.itemsize)
    for row in range(sums.a.rows):
        other = row if pairing is None else int(pairing.partner[row])
        if other < 0:
            continue
        for start in range(0, sums.a.width, step):
            stop = min(start + step, sums.a.width)
            parts = first.part(row, start, stop), second.part(other, start, stop)
            sums.add(*parts, np.array([other]), whole=stop == sums.a.width)


def _add_across(sums: Sums, first: RowReader, second: RowReader) -> None:
    """Compare values in the order in which they lie: (columns, rows)."""
    columns, rows = sums.a.shape
    values = BLOCK // max(sums.a.kind.itemsize, sums.b.kind.itemsize)
    step = max(1, values // rows)
    for start in range(0, rows, values):
        stop = min(start + values, rows)
        for column in range(0, columns, step):
            end = min(column + step, columns)
            a, b = (
                reader.part(column, start, start + (end - column) * (stop - start)).reshape(
                    end - column, stop - start
                )
                for reader in (first, second)
            )
            sums.add(a, b, np.arange(start, stop), whole=end == columns)


def _row_bytes(tensor: FileTensor) -> int:
    return tensor.width * tensor.kind.itemsize


def _shared_columns(
    columns: Paired | None,
) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Columns of the first side that the second has, and where they stand there."""
    if columns is None:
        return np.empty(0, int), np.empty(0, int)
    kept = np.flatnonzero(columns.partner >= 0)
    return kept, columns.partner[kept]
