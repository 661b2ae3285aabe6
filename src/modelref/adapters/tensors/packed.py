"""Values that do not lie as they are read: unpacked once, to a file without a name.

The disk holds what memory should not; the file is gone when it is closed.
"""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from math import prod
from typing import BinaryIO, cast

from modelref.adapters.tensors.tensor import Region, fill, unsound
from modelref.errors import ModelRefError, OutOfReach

BLOCK = 1 << 20
"""Bytes that are unpacked at a time."""
_PACKED_MOST = 100
_SMALL = 64 << 20


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


def unpacked(path: str, pieces: Iterable[bytes | memoryview]) -> Region:
    """Write pieces one after the other.

    Raises:
        OutOfReach: the disk is full.
    """
    file = tempfile.TemporaryFile(prefix="modelref-")  # noqa: SIM115  # its reader closes it
    try:
        for piece in pieces:
            file.write(piece)
        file.flush()
    except OSError as error:
        file.close()
        raise OutOfReach(
            f"cannot unpack {path}: {error.strerror}",
            kind="unwritable",
            hint=f"make room in {tempfile.gettempdir()}, or name another folder in TMPDIR",
        ) from error
    except ModelRefError:
        file.close()
        raise
    return Region(cast("BinaryIO", file), 0, own=True)


def strided(path: str, region: Region, rows: int, size: int, step: int) -> Region:
    """Rows that have gaps between them, laid out without.

    Args:
        path: the file, for messages.
        region: the first row.
        rows: how many there are.
        size: bytes of a row.
        step: bytes from one row's start to the next one's.
    """

    def pieces() -> Iterator[memoryview]:
        row = memoryview(bytearray(size))
        for number in range(rows):
            fill(region.file, region.offset + number * step, row)
            yield row

    return unpacked(path, pieces())


def transposed(path: str, region: Region, shape: tuple[int, ...], itemsize: int) -> Region:
    """Values whose first side is fastest, laid out with their last side fastest.

    The region is let go.

    Raises:
        BadInput: there are more than two sides.
    """
    if len(shape) > 2:
        raise unsound(path, "is in Fortran order with more than two sides, which is not read")
    import numpy as np

    rows, columns = shape
    step = max(1, BLOCK // max(1, columns * itemsize))

    def pieces() -> Iterator[bytes]:
        for start in range(0, rows, step):
            count = min(step, rows - start)
            block = np.empty((columns, count * itemsize), np.uint8)
            for column in range(columns):
                at = region.offset + (column * rows + start) * itemsize
                fill(region.file, at, block[column].data)
            yield block.view(f"V{itemsize}").T.tobytes()

    with closing(region):
        return unpacked(path, pieces() if prod(shape) else ())
