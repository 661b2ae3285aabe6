"""safetensors: a JSON header and the values behind it.

The format is described in the README of https://github.com/huggingface/safetensors. Its own
library takes duplicate keys; here whatever the description forbids is refused, before anything
is allocated.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from math import prod
from typing import Any, BinaryIO

from modelref.adapters.tensors.dtypes import DTYPES
from modelref.adapters.tensors.tensor import (
    DIGEST,
    FileTensor,
    Region,
    length,
    read_at,
    repeated,
    sides_of,
    unsound,
)
from modelref.ports import Contents

_LENGTH = 8
_LONGEST_HEADER = 8 << 20
"""Bytes of JSON: some 80,000 tensors."""
_METADATA = "__metadata__"
_DTYPES = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "F8_E4M3": "float8_e4m3",
    "F8_E5M2": "float8_e5m2",
    "I64": "int64",
    "I32": "int32",
    "I16": "int16",
    "I8": "int8",
    "U64": "uint64",
    "U32": "uint32",
    "U16": "uint16",
    "U8": "uint8",
    "BOOL": "bool",
}


def read_safetensors(path: str, file: BinaryIO) -> Contents:
    """List the tensors of a file.

    Raises:
        BadInput: it is not what the format asks for.
    """
    size = length(file)
    announced = int.from_bytes(read_at(file, 0, _LENGTH), "little")
    if size < _LENGTH or announced > size - _LENGTH:
        raise unsound(path, f"ends within its header ({announced} bytes announced, {size} there)")
    if announced > _LONGEST_HEADER:
        raise unsound(path, f"has a header of {announced} bytes; the most is {_LONGEST_HEADER}")
    header = _header(path, read_at(file, _LENGTH, announced))
    start = _LENGTH + announced
    found = [_place(path, str(name), entry) for name, entry in header.items() if name != _METADATA]
    _check_offsets(path, found, size - start)
    tensors = [
        FileTensor(path, name, shape, dtype, lambda at=start + begin: Region(file, at))  # type: ignore[misc]
        for begin, _, name, shape, dtype in found
    ]
    return Contents(tensors, _digest(header[_METADATA]) if _METADATA in header else "")


def _header(path: str, text: bytes) -> Mapping[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        named = dict(pairs)
        if len(named) < len(pairs):
            twice = repeated(name for name, _ in pairs)
            raise unsound(path, f"has the key {twice!r} twice in its header")
        return named

    try:
        header = json.loads(text.decode("utf-8"), object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        raise unsound(path, "has a header that is no JSON") from error
    if not isinstance(header, dict):
        raise unsound(path, "has a header that is no JSON object")
    return header


def _digest(metadata: Any) -> str:
    text = json.dumps(metadata, sort_keys=True)
    return blake2b(text.encode(), digest_size=DIGEST).hexdigest()


_Place = tuple[int, int, str, tuple[int, ...], str]


def _place(path: str, name: str, entry: Any) -> _Place:
    """Begin and end of a tensor's bytes, its name, shape and dtype."""
    try:
        sides, (begin, end) = tuple(entry["shape"]), entry["data_offsets"]
        code = str(entry["dtype"])
    except (KeyError, TypeError, ValueError):
        raise unsound(path, f"says no dtype, shape and data_offsets of {name!r}") from None
    sides_of(path, name, (begin, end), 0)
    dtype = _DTYPES.get(code)
    if dtype is None:
        raise unsound(path, f"has values of type {code[:40]!r} in {name!r}, which is not known")
    shape = sides_of(path, name, sides, DTYPES[dtype].itemsize)
    needed = prod(shape) * DTYPES[dtype].itemsize
    if end - begin != needed:
        raise unsound(
            path, f"gives {name!r} {end - begin} bytes, while its shape needs {needed} bytes"
        )
    return begin, end, name, shape, dtype


def _check_offsets(path: str, found: Sequence[_Place], size: int) -> None:
    """Refuse tensors that overlap, leave holes, or reach beyond the end."""
    reached = 0
    for begin, end, name, *_ in sorted(found):
        if begin < reached:
            raise unsound(path, f"has tensors that overlap, {name!r} with the one before it")
        if begin > reached:
            raise unsound(path, f"has {begin - reached} bytes before {name!r} that are no tensor's")
        reached = end
    if reached != size:
        raise unsound(path, f"has {size} bytes of values, while its header tells of {reached}")
