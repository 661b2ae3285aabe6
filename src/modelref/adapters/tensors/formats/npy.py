"""One array of NumPy: ``.npy``, NEP 1. Nothing is ever unpickled."""

import re
import warnings
from collections.abc import Callable
from io import BytesIO
from math import prod
from pathlib import PurePosixPath
from tokenize import TokenError
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy_format

from modelref.adapters.tensors.dtypes import DTYPES
from modelref.adapters.tensors.tensor import FileTensor, Region, length, read_at, sides_of, unsound
from modelref.adapters.tensors.texts import FileText
from modelref.ports import Contents

HEADER_LIMIT = 4096
"""Bytes that are read to find a header; those that NumPy writes are 128."""
_TEXTS = "SU"
_UNREADABLE = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError),
    *(SyntaxError, TokenError, RecursionError, MemoryError),
)
"""What reading a header as Python's source may end in; its few bytes never fill memory."""
_VERSION = re.compile(rb"\x93NUMPY([\x01-\x03])\x00")


def read_npy(path: str, file: BinaryIO) -> Contents:
    """The tensor of a file, under the file's name.

    Raises:
        BadInput: it is not what the format asks for, or holds objects.
    """
    start = read_at(file, 0, HEADER_LIMIT)
    name = PurePosixPath(path).stem
    return Contents([array_at(path, name, start, length(file), lambda: Region(file, 0))])


def array_at(
    path: str, name: str, start: bytes, size: int, locate: Callable[[], Region]
) -> FileTensor | FileText:
    """The tensor, or the texts, of an array that lies somewhere in a file.

    Args:
        path: the file, for messages.
        name: the tensor's name.
        start: first bytes of the array, its header among them.
        size: bytes of header and values.
        locate: where the header starts, once values are wanted.

    Raises:
        BadInput: the header is none, or tells of objects, of records, or of another size.
    """
    sides, fortran, dtype, at = _header(path, name, start)
    if dtype.hasobject:
        raise unsound(path, f"holds Python objects in {name!r}, which are never unpickled")
    texts = dtype.kind in _TEXTS
    if not texts and dtype.name not in DTYPES:
        raise unsound(path, f"has values of type {dtype} in {name!r}, which cannot be compared")
    shape = sides_of(path, name, sides, dtype.itemsize)
    needed = at + prod(shape) * dtype.itemsize
    if needed != size:
        raise unsound(path, f"gives {name!r} {size} bytes, while its shape needs {needed} bytes")

    def values() -> Region:
        region = locate()
        return region._replace(offset=region.offset + at)

    if texts:
        return FileText(path, name, shape, dtype.itemsize, values)
    turned = fortran and max(shape, default=0) < prod(shape)
    return FileTensor(
        path, name, shape, dtype.name, values, dtype.str.startswith(">"), turned=turned
    )


def _header(path: str, name: str, start: bytes) -> tuple[tuple[Any, ...], bool, np.dtype[Any], int]:
    """Sides, whether the first side is fastest, dtype, and where the values begin."""
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
        with warnings.catch_warnings(action="ignore"):
            shape, fortran, dtype = read(stream, max_header_size=HEADER_LIMIT)
    except _UNREADABLE as error:
        raise unsound(path, f"has a header of NumPy in {name!r} that cannot be read") from error
    return tuple(shape), bool(fortran), dtype, version.end() + stream.tell()
