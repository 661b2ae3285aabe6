"""Files of weights whose headers lie, and why each is refused."""

import pickle
import struct
import zipfile
from typing import Any

import h5py
import numpy as np
import onnx

from support.hostile_weights import entry, hdf5, npy_header, onnx_of, rebuilt, torch_of, zipped
from support.weights import npz, safetensors, safetensors_of

HUGE = [1 << 20, 1 << 20]  # 4 TiB of float32
SAFETENSORS = {
    "empty": (b"", "ends within its header"),
    "cut in its header": (safetensors(x=np.ones(3))[:20], "ends within its header"),
    "cut in its values": (safetensors(x=np.ones(9))[:-4], "has 68 bytes of values, .* tells of 72"),
    "announces all there is": (b"\xff" * 8 + b"{}", "ends within its header"),
    "oversized header": (
        safetensors_of(b"{" + b" " * (9 << 20) + b"}"),
        "has a header of 9437186 bytes; the most is 8388608",
    ),
    "no JSON": (safetensors_of(b"{'x'"), "has a header that is no JSON"),
    "deep JSON": (safetensors_of(b"[" * 100_000), "has a header that is no JSON"),
    "a list": (safetensors_of([1, 2]), "has a header that is no JSON object"),
    "duplicate keys": (
        safetensors_of(b'{"x": {"dtype": "F32"}, "x": {"dtype": "F32"}}'),
        "has the key 'x' twice",
    ),
    "overlapping": (
        safetensors_of({"x": entry([2], 0, 8), "y": entry([2], 4, 12)}, bytes(12)),
        "has tensors that overlap, 'y' with the one before it",
    ),
    "hole": (safetensors_of({"x": entry([1], 4, 8)}, bytes(8)), "has 4 bytes before 'x'"),
    "bytes left over": (safetensors_of({"x": entry([1], 0, 4)}, bytes(8)), "has 8 bytes of values"),
    "4 TiB": (
        safetensors_of({"x": entry(HUGE, 0, 16)}, bytes(16)),
        "gives 'x' 16 bytes, while its shape needs 4398046511104 bytes",
    ),
    "4 TiB of offsets": (
        safetensors_of({"x": entry(HUGE, 0, 1 << 42)}, bytes(16)),
        "has 16 bytes of values, while its header tells of 4398046511104",
    ),
    "negative side": (safetensors_of({"x": entry([-1], 0, 4)}), "no whole numbers"),
    "true for a side": (safetensors_of({"x": entry([True], 0, 4)}, bytes(4)), "no whole numbers"),
    "float offset": (safetensors_of({"x": entry([1], 0, 4.5)}), "no whole numbers"),  # type: ignore[arg-type]
    "no shape": (safetensors_of({"x": {"dtype": "F32"}}), "says no dtype, shape and data_offsets"),
    "unknown type": (safetensors_of({"x": entry([1], 0, 4, "F4")}), "values of type 'F4' in 'x'"),
}


def renamed(data: bytes) -> bytes:
    """The same archive with its second member under the name of its first."""
    return data.replace(b"y.npy", b"x.npy")


PACKED = zipfile.ZIP_DEFLATED
NPZ = {
    "no zip": (b"PK\3\4 and no more", "is no sound zip file, or was cut"),
    "cut": (npz(x=np.ones(9))[:-30], "is no sound zip file, or was cut"),
    "objects": (
        zipped(("x.npy", npy_header("(1,)", "'|O'") + pickle.dumps([print]))),
        "holds Python objects in 'x', which are never unpickled",
    ),
    "records": (npz(x=np.zeros(2, "i4,f4")), "has values of type .* in 'x'"),
    "4 TiB": (
        zipped(("x.npy", npy_header("(1048576, 1048576)") + bytes(8))),
        "while its shape needs 4398046511232 bytes",
    ),
    "negative side": (zipped(("x.npy", npy_header("(-1,)"))), "no whole numbers"),
    "a call in its header": (
        zipped(("x.npy", npy_header("(__import__('os').getpid(),)"))),
        "header of NumPy in 'x' that cannot be read",
    ),
    "no array": (zipped(("notes.txt", b"hello")), "has no header of NumPy in 'notes.txt'"),
    "one name twice": (
        renamed(npz(x=np.ones(3), y=np.ones(3))),
        "has the member 'x.npy' twice",
    ),
    "a bomb": (
        zipped(
            ("x.npy", npy_header("(67108864,)") + bytes(256 << 20)), method=zipfile.ZIP_DEFLATED
        ),
        r"is \d+ bytes that would unpack to 268435584 bytes",
    ),
    "packed oddly": (zipped(("x.npy", b"x"), method=zipfile.ZIP_BZIP2), "oddly packed"),
    "many members": (
        b"PK\5\6" + struct.pack("<4H2LH", 0, 0, 65535, 65535, 5 << 20, 0, 0),
        "has a directory of 5242880 bytes; the most is 4194304",
    ),
}


class Harm:
    def __reduce__(self) -> tuple[Any, ...]:
        return (__import__("os").system, ("echo harm",))


LAUGHS = (
    b"\x80\x02]q\x00"
    + b"".join(
        b"](" + b"h" + bytes([n]) + b"h" + bytes([n]) + b"eq" + bytes([n + 1]) for n in range(60)
    )
    + b"."
)
TORCH = {
    "harm": (torch_of(pickle.dumps(Harm(), protocol=2)), "holds more than tensors"),
    "a call by its address": (torch_of(pickle.dumps(Harm())), "holds more than tensors"),
    "an instance": (torch_of(b"\x80\x02(i__main__\nHarm\n."), "it has the instruction INST"),
    "an extension": (torch_of(b"\x80\x02\x82\x01."), "it has the instruction EXT1"),
    "cut pickle": (torch_of(b"\x80\x02}X\xff\xff\x00\x00"), "it is no sound pickle"),
    "a frame of 4 TiB": (torch_of(b"\x80\x05\x96" + struct.pack("<Q", 1 << 42)), "no sound pickle"),
    "a long of 4 TiB": (torch_of(b"\x80\x02\x8b\xff\xff\xff\x7f"), "no sound pickle"),
    "a key twice": (
        torch_of(pickle.dumps({1: 0.0, "1": 1.0}, protocol=2)),
        "it has a key twice, or two that read the same",
    ),
    "a billion laughs": (torch_of(LAUGHS), "it has more than 200000 values"),
    "no pickle": (zipped(("a/b", b"")), "is a zip file without a data.pkl"),
    "beyond its storage": (torch_of(rebuilt(1, (4,), (1,))), "reaches beyond its storage"),
    "4 TiB": (torch_of(rebuilt(0, (1 << 20, 1 << 20), (1 << 20, 1))), "reaches beyond its storage"),
    "no such storage": (torch_of(rebuilt(0, (4,), (1,), "../../x")), "is not as PyTorch writes it"),
    "sides without strides": (
        torch_of(rebuilt(0, (4, 1), (1,))),
        "has a shape of 'x' that is none",
    ),
}


HDF5 = {
    "no HDF5": (b"\x89HDF\r\n\x1a\n and no more", "cannot be read as HDF5"),
    "4 TiB": (
        hdf5(lambda file: file.create_dataset("x", tuple(HUGE), "f4", chunks=(64, 64))),
        "would unpack to 4398046511104 bytes",
    ),
    "another file": (
        hdf5(lambda file: file.create_dataset("x", (9,), "f4", external=[("/etc/passwd", 0, 36)])),
        "keeps the values of 'x' in another file",
    ),
    "references": (
        hdf5(lambda file: file.create_dataset("x", (2,), dtype=h5py.ref_dtype)),
        "which are no numbers",
    ),
}


ONNX = {
    "no ONNX": (b"\xff" * 9, "is no ONNX"),
    "4 TiB": (onnx_of(dims=HUGE, raw_data=bytes(8)), "other values than its shape needs"),
    "another file": (
        onnx_of(dims=[1], data_location=onnx.TensorProto.EXTERNAL),
        "keeps the values of 'x' in another file",
    ),
}
CASES: dict[str, tuple[str, bytes, str]] = {
    f"{end[1:]}: {name}": (end, data, why)
    for end, cases in (
        (".safetensors", SAFETENSORS),
        (".npz", NPZ),
        (".pt", TORCH),
        (".h5", HDF5),
        (".onnx", ONNX),
    )
    for name, (data, why) in cases.items()
}
