"""Files of weights as nobody writes them: any header, any pickle, any member."""

import io
import pickle
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import h5py
import onnx
from onnx import helper


def entry(shape: list[Any], begin: int, end: int, dtype: str = "F32") -> dict[str, Any]:
    """A tensor in the header of a safetensors file."""
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def npy_header(shape: str, descr: str = "'<f4'") -> bytes:
    """The header of an array of NumPy."""
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    text = text.ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """A zip file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return file.getvalue()


def torch_of(pickled: bytes, storage: bytes = bytes(16)) -> bytes:
    """A checkpoint of PyTorch with one storage."""
    return zipped(("a/data.pkl", pickled), ("a/data/0", storage))


def rebuilt(offset: int, shape: tuple[int, ...], stride: tuple[int, ...], key: str = "0") -> bytes:
    """The pickle of one tensor under the name `x`."""
    storage = b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\n" + text(key) + text("cpu")
    flat = b"".join(pickle.dumps(part, protocol=2)[2:-1] for part in (offset, shape, stride))
    return (
        b"\x80\x02}"
        + text("x")
        + b"ctorch._utils\n_rebuild_tensor_v2\n("
        + storage
        + b"K\x04tQ"
        + flat
        + b"\x89}tRs."
    )


def called(of: bytes, args: bytes) -> bytes:
    """The pickle of a call under the name `x`."""
    return b"\x80\x02}" + text("x") + of + args + b"Rs."


def parameter(args: bytes) -> bytes:
    """The pickle of a parameter under the name `x`."""
    return called(b"ctorch._utils\n_rebuild_parameter\n", args)


def text(value: str) -> bytes:
    """A text in a pickle."""
    return b"X" + struct.pack("<L", len(value)) + value.encode()


def hdf5(fill: Callable[[h5py.File], object]) -> bytes:
    """An HDF5 file."""
    file = io.BytesIO()
    with h5py.File(file, "w") as archive:
        fill(archive)
    return file.getvalue()


def onnx_of(**fields: Any) -> bytes:
    """A graph with one initialiser."""
    tensor = onnx.TensorProto(name="x", data_type=onnx.TensorProto.FLOAT, **fields)
    return bytes(
        helper.make_model(helper.make_graph([], "g", [], [], [tensor])).SerializeToString()
    )
