"""Initialisers of ONNX graphs. Needs onnx, which reads the whole file into memory."""

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any, BinaryIO

from modelref.adapters.tensors.dtypes import DTYPES
from modelref.adapters.tensors.packed import unpacked
from modelref.adapters.tensors.tensor import FileTensor, length, sides_of, unsound
from modelref.errors import OutOfReach

_LARGEST = 2 << 30
"""Bytes: a protocol buffer has no more."""
_DTYPES = {
    "FLOAT": "float32",
    "DOUBLE": "float64",
    "FLOAT16": "float16",
    "BFLOAT16": "bfloat16",
    "FLOAT8E4M3FN": "float8_e4m3",
    "FLOAT8E5M2": "float8_e5m2",
    "INT64": "int64",
    "INT32": "int32",
    "INT16": "int16",
    "INT8": "int8",
    "UINT64": "uint64",
    "UINT32": "uint32",
    "UINT16": "uint16",
    "UINT8": "uint8",
    "BOOL": "bool",
}


def read_onnx(path: str, file: BinaryIO) -> Sequence[FileTensor]:
    """List the initialisers of a graph.

    Raises:
        OutOfReach: onnx is not installed.
        BadInput: it is no ONNX, or keeps values in other files.
    """
    try:
        import onnx
    except ImportError as error:
        raise OutOfReach(
            f"{path} needs onnx to be read", kind="missing-library", hint="pip install onnx"
        ) from error
    if length(file) > _LARGEST:
        raise unsound(path, f"has {length(file)} bytes; a protocol buffer has at most {_LARGEST}")
    from google.protobuf.message import DecodeError

    model = onnx.ModelProto()
    try:
        file.seek(0)
        model.ParseFromString(file.read())
    except DecodeError as error:
        raise unsound(path, "is no ONNX") from error
    if not model.HasField("graph"):
        raise unsound(path, "is no ONNX: there is no graph in it")
    return [_tensor(path, one) for one in model.graph.initializer]


def _tensor(path: str, one: Any) -> FileTensor:
    import onnx

    name = _name(path, one)
    known = onnx.TensorProto.DataType.values()
    code = onnx.TensorProto.DataType.Name(one.data_type) if one.data_type in known else "unknown"
    dtype = _DTYPES.get(code)
    if dtype is None:
        raise unsound(path, f"has values of type {code} in {name!r}, which cannot be compared")
    if one.data_location == onnx.TensorProto.EXTERNAL:
        raise unsound(path, f"keeps the values of {name!r} in another file")
    shape = sides_of(path, name, one.dims, DTYPES[dtype].itemsize)
    needed = prod(shape) * DTYPES[dtype].itemsize
    if one.raw_data and len(one.raw_data) != needed:
        raise unsound(path, f"gives {name!r} other values than its shape needs")

    def pieces() -> Iterator[bytes]:
        if one.raw_data:
            yield one.raw_data
        else:
            yield _values(path, one)

    return FileTensor(path, name, shape, dtype, lambda: unpacked(path, pieces()))


def _name(path: str, one: Any) -> str:
    name = one.name  # bytes, where they are no UTF-8
    if not isinstance(name, str):
        raise unsound(path, "has a tensor whose name is no UTF-8")
    return name


def _values(path: str, one: Any) -> bytes:
    """Bytes of values that stand in the typed fields of the message."""
    from onnx import numpy_helper

    try:
        return bytes(numpy_helper.to_array(one).tobytes())
    except (ValueError, TypeError) as error:
        raise unsound(path, f"gives {one.name!r} other values than its shape needs") from error
