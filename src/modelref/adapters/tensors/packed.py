"""Values that do not lie as they are read: unpacked once, to a file without a name.

The disk holds what memory should not; the file is gone when it is closed.
"""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from math import prod, sqrt
from typing import Any, BinaryIO, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from modelref.adapters.tensors.tensor import FileTensor, Region, fill, unsound
from modelref.errors import OutOfReach

BLOCK = 1 << 20
"""Bytes that are unpacked at a time."""
_TILE = 8 << 20
"""Bytes that are turned at a time: of its sides, neither is short on the disk."""
_PACKED_MOST = 100
_SMALL = 64 << 20
Tile: TypeAlias = tuple[tuple[int, ...], NDArray[Any]]
"""Where its first value belongs, and values with as many sides as the whole."""


def check_packing(path: str, packed: int, unpacked: int) -> None:
    """Refuse a file that grows out of all proportion: weights hardly compress.

    Args:
        path: the file, for messages.
        packed: its bytes.
        unpacked: the bytes that it says it holds.

    Raises:
        BadInput: these are more than 64 MiB and more than a hundred times as many.
    """
    if unpacked > max(_SMALL, _PACKED_MOST * packed):
        raise unsound(path, f"is {packed} bytes that would unpack to {unpacked} bytes")


def laid_out(tensor: FileTensor) -> Region:
    """Where the bytes of a tensor are, its last side fastest.

    Raises:
        BadInput: they are damaged, or the other way round with more than two sides.
        OutOfReach: the disk is full.
    """
    region = tensor.locate()
    if not tensor.turned:
        return region
    return _transposed(tensor.path, region, tensor.shape, tensor.kind.itemsize)


def unpacked(path: str, pieces: Iterable[bytes | memoryview]) -> Region:
    """Write pieces one after the other.

    Raises:
        OutOfReach: the disk is full.
    """
    return _written(path, lambda file: file.writelines(pieces))


def placed(path: str, shape: tuple[int, ...], tiles: Iterable[Tile]) -> Region:
    """Write tiles of an array where they belong, its last side fastest.

    Args:
        path: the file, for messages.
        shape: sides of the whole.
        tiles: parts that together make it up.

    Raises:
        OutOfReach: the disk is full.
    """

    def write(file: BinaryIO) -> None:
        for at, tile in tiles:
            starts, runs = _runs(shape, at, tile)
            for start, run in zip(starts.tolist(), runs, strict=True):
                _write_at(file, start * tile.itemsize, run.data.cast("B"))

    return _written(path, write)


def strided(path: str, region: Region, rows: int, size: int, step: int) -> Region:
    """Rows that have gaps between them or lie on each other, laid out one after the other.

    Args:
        path: the file, for messages.
        region: the first row.
        rows: how many there are.
        size: bytes of a row.
        step: bytes from one row's start to the next one's.
    """
    most = max(1, BLOCK // max(size, step))

    def pieces() -> Iterator[bytes]:
        for start in range(0, rows, most):
            count = min(most, rows - start)
            span = memoryview(bytearray((count - 1) * step + size))
            fill(region.file, region.offset + start * step, span)
            values = np.frombuffer(span, np.uint8)
            yield np.lib.stride_tricks.as_strided(values, (count, size), (step, 1)).tobytes()

    return unpacked(path, pieces())


def _transposed(path: str, region: Region, shape: tuple[int, ...], itemsize: int) -> Region:
    """Values whose first side is fastest, laid out with their last side fastest.

    The region is let go.

    Raises:
        BadInput: there are more than two sides.
    """
    with closing(region):
        if len(shape) > 2:
            raise unsound(path, "is in Fortran order with more than two sides, which is not read")
        return placed(path, shape, _turned_tiles(region, (shape[0], shape[1]), itemsize))


def _turned_tiles(region: Region, shape: tuple[int, int], itemsize: int) -> Iterator[Tile]:
    rows, columns = shape
    values = _TILE // itemsize
    high = min(rows, max(int(sqrt(values)), values // columns))
    wide = min(columns, max(1, values // high))
    for column in range(0, columns, wide):
        for row in range(0, rows, high):
            count, runs = min(high, rows - row), min(wide, columns - column)
            tile = np.empty((runs, count), f"V{itemsize}")
            if count == rows:
                fill(region.file, region.offset + column * rows * itemsize, tile.data.cast("B"))
            else:
                for run in range(runs):
                    at = region.offset + ((column + run) * rows + row) * itemsize
                    fill(region.file, at, tile[run].data.cast("B"))
            yield (row, column), np.ascontiguousarray(tile.T)


def _runs(
    shape: tuple[int, ...], at: tuple[int, ...], tile: NDArray[Any]
) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Values of a tile that lie together in the whole.

    Returns:
        (runs,), which value of the whole each starts with; (runs, values).
    """
    last = tile.ndim - 1
    while last > 0 and tile.shape[last] == shape[last]:
        last -= 1
    starts = np.zeros(1, np.int64)
    for side in range(tile.ndim):
        count = tile.shape[side] if side < last else 1
        places = (at[side] + np.arange(count)) * prod(shape[side + 1 :])
        starts = np.add.outer(starts, places).ravel()
    return starts, np.ascontiguousarray(tile).reshape(len(starts), -1)


def _written(path: str, write: Callable[[BinaryIO], None]) -> Region:
    """A file without a name that something is written to.

    Raises:
        OutOfReach: the disk is full.
    """
    unnamed = tempfile.TemporaryFile(prefix="modelref-")  # noqa: SIM115  # its reader closes it
    file = cast("BinaryIO", unnamed)
    try:
        write(file)
        file.flush()
    except OSError as error:
        file.close()
        raise OutOfReach(
            f"cannot unpack {path}: {error.strerror}",
            kind="unwritable",
            hint=f"make room in {tempfile.gettempdir()}, or name another folder in TMPDIR",
        ) from error
    except BaseException:
        file.close()
        raise
    return Region(file, 0, own=True)


def _write_at(file: BinaryIO, at: int, data: memoryview) -> None:
    done = 0
    while done < len(data):
        done += os.pwrite(file.fileno(), data[done:], at + done)
