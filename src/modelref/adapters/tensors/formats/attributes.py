"""Attributes of an HDF5 file: what its writer noted beside the values."""

from collections.abc import Iterable
from hashlib import blake2b
from math import prod
from typing import Any

import h5py
import numpy as np

from modelref.adapters.tensors.tensor import DIGEST

_MOST_BYTES = 8 << 20
_MOST_UNPACKED = 32 << 20
"""Bytes that texts of any length may come to, as each may be one and the same."""


def attributes_digest(archive: h5py.File, names: Iterable[bytes], size: int) -> str | None:
    """A digest of all attributes.

    Args:
        archive: the file.
        names: its groups and datasets, by their paths in it.
        size: its bytes.

    Returns:
        ``""`` where there are none; None where they are more than weights need, or refer to
        something else.
    """
    digest, read = blake2b(digest_size=DIGEST), 0
    for where in (b".", *names):
        owner = h5py.h5o.open(archive.id, where)
        for at in range(h5py.h5a.get_num_attrs(owner)):
            attribute = h5py.h5a.open(owner, index=at)
            data = _data(attribute, size)
            read += _MOST_BYTES + 1 if data is None else len(data)
            if data is None or read > _MOST_BYTES:
                return None
            digest.update(repr((where, attribute.name, str(attribute.dtype))).encode() + data)
            read += len(attribute.name)
    return digest.hexdigest() if read else ""


def _data(attribute: Any, size: int) -> bytes | None:
    """Its values; None where they are too many, or unknown."""
    shape, dtype = attribute.shape, attribute.dtype
    if shape is None:
        return b""
    text = h5py.check_string_dtype(dtype)
    vague = dtype.hasobject
    if vague and text is None:
        return None
    if vague and shape and prod(shape) * size > _MOST_UNPACKED:
        return None
    if not vague and prod(shape) * dtype.itemsize > _MOST_BYTES:
        return None
    values = np.empty(shape, dtype)
    attribute.read(values)
    return repr(values.tolist()).encode() if vague else values.tobytes()
