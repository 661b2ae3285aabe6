"""Files of weights that ask for endless time, memory or disk once they are compared."""

import struct
import sys
from collections.abc import Mapping

import h5py
import numpy as np
import onnx
from onnx import helper

from support.hostile_weights import (
    called,
    entry,
    hdf5,
    npy_header,
    onnx_of,
    parameter,
    rebuilt,
    text,
    torch_of,
    zipped,
)
from support.weights import safetensors_of

NINES = b"9" * 4000
DEEP = b")" + b"\x85" * 100_000
"""A tuple in a tuple in a tuple."""
LAUGHS = b"\x80\x02)q\x00" + b"".join(b"h%ch%c\x86q%c" % (n, n, n + 1) for n in range(60))
"""Tuples of two tuples of two tuples; the last one is small, unless it is shown or hashed."""


def npy(header: bytes, version: int = 1) -> bytes:
    length = struct.pack("<H" if version == 1 else "<L", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + length + header


def again(times: int) -> bytes:
    """The pickle of a list with one tensor, and some times more the same."""
    one = rebuilt(0, (1,), (1,))
    call = one[one.index(b"ctorch._utils") : one.rindex(b"R") + 1]
    return b"\x80\x02](" + call + b"q\x7f" + b"h\x7f" * times + b"e."


def colliding(count: int) -> bytes:
    """The pickle of a mapping whose keys Python hashes alike: multiples of its modulus."""
    keys = ((sys.hash_info.modulus * number).to_bytes(10, "little") for number in range(count))
    return b"\x80\x02}(" + b"".join(b"\x8a\x0a" + key + b"N" for key in keys) + b"u."


def bits_flipped() -> bytes:
    data = bytearray(zipped(("x.npy", npy_header("(2,)") + bytes(8))))
    at = data.rfind(b"PK\1\2") + 42
    data[at : at + 4] = b"\xff\xff\xff\xff"
    return bytes(data)


def dataset(shape: tuple[int, ...], **options: object) -> bytes:
    return hdf5(lambda file: file.create_dataset("x", shape, "f4", **options))


def many(file: h5py.File) -> None:
    space = h5py.h5s.create_simple((1,))
    for number in range(5_001):
        h5py.h5d.create(file.id, b"%d" % number, h5py.h5t.IEEE_F32LE, space)


def groups(file: h5py.File) -> None:
    for number in range(15_001):
        h5py.h5g.create(file.id, b"%d" % number)


def notes(file: h5py.File) -> None:
    file["x"] = np.ones(3, "f4")
    file.attrs["long"] = "z" * (4 << 20)
    for number in range(50):
        file.attrs[f"many {number}"] = ["z" * 60_000] * 3


def nodes(count: int) -> bytes:
    """A graph with so many nodes."""
    one = onnx.NodeProto(op_type="Relu", input=["x"], output=["y"])
    graph = helper.make_graph([one] * count, "g", [], [])
    return bytes(helper.make_model(graph).SerializeToString())


REFUSED: Mapping[str, tuple[bytes, str]] = {
    "sides of 4000 digits.safetensors": (
        safetensors_of({"x": entry([10**4000, 10**4000], 0, 0)}),
        "has a shape of 'x' that is none",
    ),
    "many sides of 4000 digits.safetensors": (
        safetensors_of(
            b'{"x":{"dtype":"F32","shape":['
            + b",".join([NINES] * 1900)
            + b'],"data_offsets":[0,4]}}',
            bytes(4),
        ),
        "has a shape of 'x' that is none",
    ),
    "nothing times too much.safetensors": (
        safetensors_of({"x": entry([0, 1 << 62, 1 << 62], 0, 0)}),
        "has a shape of 'x' that no file can hold",
    ),
    "a side in hexadecimal.npy": (
        npy(b"{'descr': '<f4', 'fortran_order': False, 'shape': (0x" + b"f" * 3900 + b",)}"),
        "has a shape of 'a side in hexadecimal' that is none",
    ),
    "not closed.npy": (npy(b"{'descr': '<f4', 'shape': ((("), "cannot be read"),
    "indented.npy": (npy(b"  {'descr': '<f4'\n   'x'\n 'y'"), "cannot be read"),
    "a member elsewhere.npz": (bits_flipped(), "has no member where its directory says"),
    "no step between rows.pt": (torch_of(rebuilt(0, (1 << 40, 4), (0, 1))), "would unpack to"),
    "a list is called.pt": (torch_of(called(b"]", b")")), "calls what has no name"),
    "a mapping is called.pt": (torch_of(called(b"}", b")")), "calls what has no name"),
    "a text is called.pt": (torch_of(called(text("x"), b")")), "calls what has no name"),
    "a number is called.pt": (torch_of(called(b"K\x05", b")")), "calls what has no name"),
    "a tuple is called.pt": (torch_of(called(b")", b")")), "calls what has no name"),
    "a call is called.pt": (torch_of(called(b"ca\nb\n)R", b")")), "calls what has no name"),
    "called with a number.pt": (torch_of(parameter(b"K\x05")), "calls what has no name"),
    "a parameter of nothing.pt": (torch_of(parameter(b")")), "has a parameter that is no tensor"),
    "a parameter of a number.pt": (
        torch_of(parameter(b"K\x05\x85")),
        "has a parameter that is no tensor",
    ),
    "a parameter of itself.pt": (
        torch_of(b"\x80\x02]q\x00ctorch._utils\n_rebuild_parameter\nh\x00Ra."),
        "calls what has no name",
    ),
    "a number for a shape.pt": (
        torch_of(rebuilt(0, 4, (1,))),  # type: ignore[arg-type]
        "is not as PyTorch writes it",
    ),
    "a deep key.pt": (torch_of(b"\x80\x02}" + DEEP + b"K\x01s."), "keys that are no texts"),
    "a key that is a laugh.pt": (
        torch_of(b"\x80\x02" + LAUGHS + b"}h\x3cK\x01s."),
        "keys that are",
    ),
    "a name that is a laugh.pt": (
        torch_of(b"\x80\x02" + LAUGHS + b"h\x3c\x93."),
        "no sound pickle",
    ),
    "a deep storage.pt": (
        torch_of(rebuilt(0, (1,), (1,)).replace(text("0"), DEEP)),
        "is not as PyTorch writes it",
    ),
    "a mapping in itself.pt": (
        torch_of(b"\x80\x02}q\x00" + text("a" * 60) + b"h\x00s."),
        "is nested too deep",
    ),
    "many nothings.pt": (torch_of(b"\x80\x02" + b"N" * 8_000_000 + b"."), "instructions"),
    "many names.pt": (torch_of(b"\x80\x02" + b"ca\nb\n" * 200_000 + b"."), "100000 names"),
    "many tensors.pt": (torch_of(again(20_000)), "has more than 20000 tensors"),
    "chunks of one value.h5": (dataset((2, 1 << 21), chunks=(1, 1)), "has 4194304 chunks"),
    "one large chunk.h5": (
        dataset((1 << 24,), chunks=(1 << 24,), compression="gzip"),
        "has chunks of 67108864 bytes",
    ),
    "many datasets.h5": (hdf5(many), "has more than 5000 datasets"),
    "an unknown type.onnx": (
        onnx_of(dims=[1]).replace(b"\x10\x01B\x01x", b"\x10\x63B\x01x"),
        "has values of type unknown",
    ),
    "a name that is none.onnx": (
        onnx_of(dims=[1], raw_data=bytes(4)).replace(b"B\x01x", b"B\x01\xff"),
        "has a tensor whose name is no UTF-8",
    ),
    "nothing.onnx": (b"", "is no ONNX"),
    "many nodes.onnx": (nodes(100_001), "has more than 100000 nodes and tensors"),
    "many groups.h5": (hdf5(groups), "has more than 15000 groups"),
    "a long text, many times.pt": (
        torch_of(b"\x80\x02](" + text("x" * 1_000_000) + b"q\x7f" + b"h\x7f" * 150_000 + b"e."),
        "has endless names or texts",
    ),
    "a size that is a laugh.pt": (
        torch_of(LAUGHS + b"ctorch\nSize\nh\x3cR."),
        "has more than 200000 values",
    ),
}
COMPARED: Mapping[str, bytes] = {
    "many rows of nothing.safetensors": safetensors_of({"x": entry([1 << 40, 0], 0, 0)}),
    "many rows of nothing.pt": torch_of(rebuilt(0, (1 << 60, 0), (0, 1))),
    "many rows of nothing.h5": dataset((1 << 40, 0)),
    "many rows of nothing in chunks.h5": dataset(
        (1 << 40, 0), chunks=(1024, 1), maxshape=(None, None)
    ),
    "rows on each other.pt": torch_of(rebuilt(0, (1 << 20, 4), (0, 1))),
    "many marks.pt": torch_of(b"\x80\x02}q\x00" + b"N" * 300_000 + b"(t" * 100_000 + b"h\x00."),
    "keys that collide.pt": torch_of(colliding(150_000)),
    "one long note, many times.h5": hdf5(notes),
    "a chunk read once.h5": dataset((1 << 23,), chunks=(1 << 23,), compression="gzip"),
}
