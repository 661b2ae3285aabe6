"""Files that lie: refused by what their headers say, before anything large is allocated."""

import tracemalloc
from collections.abc import Callable, Iterator
from typing import BinaryIO

import h5py
import numpy as np
import pytest

from modelref.adapters.tensors.files import TensorFiles
from modelref.errors import BadInput
from modelref.ports import Tensor
from support.hostile_headers import CASES
from support.hostile_weights import (
    hdf5,
    onnx_of,
    rebuilt,
    torch_of,
)
from support.weights import npz, safetensors

Opened = Callable[[bytes], BinaryIO]
_MOST = 24 << 20
"""Bytes of memory that a refusal may take, imports included."""


@pytest.fixture(autouse=True)
def _little_memory() -> Iterator[None]:
    tracemalloc.start()
    yield
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < _MOST


def tensors(opened: Opened, end: str, data: bytes) -> list[Tensor]:
    found = TensorFiles().read(f"w{end}", opened(data))
    return list(found.tensors) if found else []


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_and_said_why(case: str, opened: Opened) -> None:
    end, data, why = CASES[case]
    with pytest.raises(BadInput, match=why) as refused:
        tensors(opened, end, data)
    assert refused.value.kind == "unsound-weights"
    assert refused.value.message.startswith(f"w{end} ")


def test_a_linked_dataset_of_another_file_is_not_followed(opened: Opened) -> None:
    def fill(file: h5py.File) -> None:
        file["inner"] = np.ones(3)
        file["outer"] = h5py.ExternalLink("/etc/passwd", "/")
        file["alias"] = h5py.SoftLink("/inner")

    assert [tensor.name for tensor in tensors(opened, ".h5", hdf5(fill))] == ["inner"]


def test_a_packed_member_that_is_damaged_is_named(opened: Opened) -> None:
    data = bytearray(npz(packed=True, x=np.random.default_rng(0).standard_normal(500_000)))
    data[3_000_000] ^= 1
    (tensor,) = tensors(opened, ".npz", bytes(data))
    with pytest.raises(BadInput, match=r"w.npz has a damaged member 'x.npy'"):
        TensorFiles().nonfinite(tensor)


@pytest.mark.parametrize("end", [".safetensors", ".npz", ".pt", ".onnx"])
def test_every_cut_is_refused_or_says_less(end: str, opened: Opened) -> None:
    whole = {
        ".safetensors": safetensors(x=np.ones(5)),
        ".npz": npz(x=np.ones(5)),
        ".pt": torch_of(rebuilt(0, (4,), (1,))),
        ".onnx": onnx_of(dims=[2], raw_data=bytes(8)),
    }[end]
    assert len(tensors(opened, end, whole)) == 1
    for size in range(0, len(whole), 7):
        try:
            found = tensors(opened, end, whole[:size])
        except BadInput:
            continue
        assert end == ".onnx", size  # a protocol buffer may end after any of its fields
        assert all(tensor.name == "x" for tensor in found)
