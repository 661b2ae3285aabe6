"""One array of NumPy: ``.npy``, NEP 1. Nothing is ever unpickled."""

import re
from collections.abc import Callable, Sequence
from io import BytesIO
from math import prod
from pathlib import PurePosixPath
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy_format

from modelref.adapters.tensors.dtypes import DTYPES
from modelref.adapters.tensors.packed import transposed
from modelref.adapters.tensors.tensor import FileTensor, Region, length, read_at, unsound

HEADER_LIMIT = 4096
"""Bytes that are read to find a header; those that NumPy writes are 128."""
_VERSION = re.compile(rb"\x93NUMPY([\x01-\x03])\x00")


def read_npy(path: str, file: BinaryIO) -> Sequence[FileTensor]:
    """The tensor of a file, under the file's name.

    Raises:
        BadInput: it is not what the format asks for, or holds objects.
    """
    start = read_at(file, 0, HEADER_LIMIT)
    name = PurePosixPath(path).stem
    return [array_at(path, name, start, length(file), lambda: Region(file, 0))]


def array_at(
    path: str, name: str, start: bytes, size: int, locate: Callable[[], Region]
) -> FileTensor:
    """The tensor of an array that lies somewhere in a file.

    Args:
        path: the file, for messages.
        name: the tensor's name.
        start: first bytes of the array, its header among them.
        size: bytes of header and values.
        locate: where the header starts, once values are wanted.

    Raises:
        BadInput: the header is none, or tells of objects, of records, or of another size.
    """
    shape, fortran, dtype, at = _header(path, name, start)
    if dtype.hasobject:
        raise unsound(path, f"holds Python objects in {name!r}, which are never unpickled")
    if dtype.name not in DTYPES:
        raise unsound(path, f"has values of type {dtype} in {name!r}, which cannot be compared")
    needed = at + prod(shape) * dtype.itemsize
    if needed != size:
        raise unsound(path, f"gives {name!r} {size} bytes, while its shape needs {needed} bytes")

    def values() -> Region:
        region = locate()
        found = region._replace(offset=region.offset + at)
        if not fortran or len(shape) < 2:
            return found
        return transposed(path, found, shape, dtype.itemsize)

    return FileTensor(name, shape, dtype.name, values, dtype.str.startswith(">"))


def _header(path: str, name: str, start: bytes) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
    """Shape, whether the first side is fastest, dtype, and where the values begin."""
    version = _VERSION.match(start)
    if version is None:
        raise unsound(path, f"has no header of NumPy in {name!r}")
    stream = BytesIO(start[version.end() :])
    read = (
        npy_format.read_array_header_1_0
        if version[1] == b"\x01"
        else npy_format.read_array_header_2_0
    )
    try:
        shape, fortran, dtype = read(stream, max_header_size=HEADER_LIMIT)
    except (ValueError, TypeError, RecursionError, MemoryError, OverflowError) as error:
        raise unsound(path, f"has a header of NumPy in {name!r} that cannot be read") from error
    if not all(type(side) is int and side >= 0 for side in shape):
        raise unsound(path, f"has sides of {name!r} that are no whole numbers")
    return tuple(shape), bool(fortran), dtype, version.end() + stream.tell()
