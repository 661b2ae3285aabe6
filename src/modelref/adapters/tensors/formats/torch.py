"""PyTorch's checkpoints since 1.6: a zip file with a pickle and one member a storage.

Read without PyTorch: the pickle as data (see :mod:`modelref.adapters.tensors.formats.pickled`),
the storages where they lie. ``torch.load(weights_only=True)`` takes the same files; it would read
them whole.
"""

from collections.abc import Iterator, Mapping
from math import prod
from typing import Any, BinaryIO, NamedTuple
from zipfile import ZIP_STORED, ZipInfo

from modelref.adapters.tensors.dtypes import DTYPES
from modelref.adapters.tensors.formats.pickled import (
    Call,
    Name,
    NotUnderstood,
    Persistent,
    understood,
)
from modelref.adapters.tensors.formats.plain import PlainValues, length_shown
from modelref.adapters.tensors.formats.zipped import members, stored_at
from modelref.adapters.tensors.packed import check_packing, strided
from modelref.adapters.tensors.tensor import (
    FileTensor,
    Region,
    length,
    read_at,
    sides_of,
    unsound,
)
from modelref.ports import Contents

_PICKLE = "data.pkl"
_LONGEST_PICKLE = 8 << 20
_MOST_VALUES = 200_000
_MOST_TENSORS = 20_000
_LONGEST_NAME = 2000
_LONGEST_NAMES = 32 << 20
_STORAGES = {
    "DoubleStorage": "float64",
    "FloatStorage": "float32",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
    "UntypedStorage": "uint8",
}
_DTYPES = {
    "float8_e4m3fn": "float8_e4m3",
    "float8_e5m2": "float8_e5m2",
    "uint16": "uint16",
    "uint32": "uint32",
    "uint64": "uint64",
}
_REBUILD = {"_rebuild_tensor_v2", "_rebuild_tensor_v3"}
_REBUILD_PARAMETER = "_rebuild_parameter"
_NO_TENSORS = {Name("torch", "Size"), Name("torch", "device")}


class _Storage(NamedTuple):
    """Values that tensors are cut from: where they lie, their dtype and their bytes."""

    offset: int
    dtype: str
    size: int


def read_torch(path: str, file: BinaryIO) -> Contents:
    """List the tensors of a checkpoint, under their keys joined by dots.

    Raises:
        BadInput: it is no such file, holds something else than tensors and plain values, or has
            views that would unpack to far more than it is.
    """
    return _Checkpoint(path, file).contents()


class _Checkpoint:
    """One file."""

    def __init__(self, path: str, file: BinaryIO) -> None:
        self._path = path
        self._file = file
        self._members = {info.filename: info for info in members(path, file)[1]}
        pickle = next((name for name in self._members if _is_pickle(name)), None)
        if pickle is None:
            raise unsound(path, f"is a zip file without a {_PICKLE}: no checkpoint of PyTorch")
        self._pickle = pickle
        self._folder = pickle.removesuffix(_PICKLE)

    def contents(self) -> Contents:
        info = self._members[self._pickle]
        if info.file_size > _LONGEST_PICKLE:
            raise unsound(self._path, f"has a {_PICKLE} of {info.file_size} bytes")
        found, beside = [], PlainValues()
        try:
            for name, value in _leaves(understood(self._bytes(info))):
                if isinstance(value, Call):
                    found.append(self._tensor(name, value))
                else:
                    beside.add(name, value)
        except NotUnderstood as error:
            raise unsound(
                self._path, f"holds more than tensors and plain values ({error})"
            ) from error
        check_packing(self._path, length(self._file), sum(tensor.size for tensor in found))
        return Contents(found, beside.digest, beside.doubt)

    def _tensor(self, name: str, call: Call) -> FileTensor:
        of, args = _rebuilt(call)
        if of.module != "torch._utils" or of.name not in _REBUILD:
            raise NotUnderstood(f"it calls {str(of)[:80]}")
        try:
            persistent, offset, sides, strides = args[:4]
            storage = self._storage(persistent)
            if of.name == "_rebuild_tensor_v3":
                storage = storage._replace(dtype=_DTYPES[args[6].name])
            itemsize = DTYPES[storage.dtype].itemsize
            shape = sides_of(self._path, name, sides, itemsize)
            sides_of(self._path, name, (offset, *strides), 0)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise NotUnderstood(f"the tensor {name[:80]!r} is not as PyTorch writes it") from error
        if len(shape) != len(strides):
            raise unsound(self._path, f"has a shape of {name!r} that is none")
        last = offset + sum((side - 1) * step for side, step in zip(shape, strides, strict=True))
        if prod(shape) and (last + 1) * itemsize > storage.size:
            raise unsound(self._path, f"has a tensor {name!r} that reaches beyond its storage")
        start = Region(self._file, storage.offset + offset * itemsize)
        turned = len(shape) == 2 and strides == (1, shape[0]) and max(shape) < prod(shape)
        return FileTensor(
            self._path,
            name,
            shape,
            storage.dtype,
            lambda: start if turned else _laid_out(self._path, start, (shape, strides), itemsize),
            self._big_endian(),
            turned=turned,
        )

    def _storage(self, persistent: Persistent) -> _Storage:
        _, kind, key, _, _ = persistent.id
        if not isinstance(key, str):
            raise TypeError
        info = self._members[f"{self._folder}data/{key}"]
        if info.compress_type != ZIP_STORED:
            raise NotUnderstood("its storages are packed")
        return _Storage(
            stored_at(self._path, self._file, info), _STORAGES[kind.name], info.file_size
        )

    def _big_endian(self) -> bool:
        info = self._members.get(f"{self._folder}byteorder")
        return info is not None and self._bytes(info) == b"big"

    def _bytes(self, info: ZipInfo) -> bytes:
        at = stored_at(self._path, self._file, info)
        return read_at(self._file, at, min(info.file_size, _LONGEST_PICKLE))


def _is_pickle(name: str) -> bool:
    return name.count("/") == 1 and name.endswith(f"/{_PICKLE}")


def _rebuilt(call: Call) -> Call:
    """The call that makes a tensor; the one that makes it a parameter is left out."""
    if call.of != Name("torch._utils", _REBUILD_PARAMETER):
        return call
    inner = call.args[0] if call.args else None
    if not isinstance(inner, Call):
        raise NotUnderstood("it has a parameter that is no tensor")
    return inner


def _leaves(root: Any) -> Iterator[tuple[str, Any]]:
    """Tensors and plain values of nested mappings and lists, in order, by keys joined by dots."""
    pending: list[tuple[str, Any]] = [("", root)]
    visited = told = found = 0
    while pending:
        name, value = pending.pop()
        visited += 1
        told += len(name) + length_shown(value)
        if visited > _MOST_VALUES:
            raise NotUnderstood(f"it has more than {_MOST_VALUES} values")
        if len(name) > _LONGEST_NAME or told > _LONGEST_NAMES:
            raise NotUnderstood("it is nested too deep, or has endless names or texts")
        if isinstance(value, Call) and value.of in _NO_TENSORS:
            value = value.args
        if isinstance(value, Call):
            found += 1
            if found > _MOST_TENSORS:
                raise NotUnderstood(f"it has more than {_MOST_TENSORS} tensors")
            yield name, value
        elif isinstance(value, Mapping | list | tuple) and not isinstance(value, Name | Persistent):
            if len(pending) + len(value) > _MOST_VALUES:
                raise NotUnderstood(f"it has more than {_MOST_VALUES} values")
            items = value.items() if isinstance(value, Mapping) else enumerate(value)
            below = [(f"{name}.{key}" if name else str(key), item) for key, item in items]
            pending.extend(reversed(below))
        else:
            yield name, value


_Layout = tuple[tuple[int, ...], tuple[int, ...]]


def _laid_out(path: str, start: Region, layout: _Layout, itemsize: int) -> Region:
    """Values with their last side fastest; a view of a larger tensor is unpacked."""
    shape, strides = layout
    plain = [prod(shape[side + 1 :]) for side in range(len(shape))]
    fits = [
        side < 2 or have == want for side, have, want in zip(shape, strides, plain, strict=True)
    ]
    if all(fits) or not prod(shape):
        return start
    if all(fits[1:]):
        size = prod(shape[1:]) * itemsize
        return strided(path, start, shape[0], size, strides[0] * itemsize)
    raise unsound(path, "has a tensor that is a view with gaps; save a contiguous copy")
