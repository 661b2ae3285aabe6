"""Every format gives the values that were written, by whoever wrote them."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import h5py
import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from modelref.adapters.tensors import packed
from modelref.adapters.tensors.blocks import RowReader
from modelref.adapters.tensors.files import TensorFiles
from modelref.adapters.tensors.tensor import FileTensor
from modelref.errors import BadInput, OutOfReach
from support.hostile_weights import npy_header, rebuilt, torch_of
from support.weights import npz, safetensors, safetensors_of

GOLDEN = Path(__file__).parents[4] / "golden" / "torch-2.13.pt"
BASE = np.arange(24, dtype=np.float32).reshape(4, 6)


Opened = Callable[[bytes], BinaryIO]
Read = Callable[[str, bytes], dict[str, FileTensor]]


@pytest.fixture
def read(opened: Opened) -> Read:
    def tensors(name: str, data: bytes) -> dict[str, FileTensor]:
        found = TensorFiles().read(name, opened(data))
        assert found is not None
        return {tensor.name: tensor for tensor in found.tensors if isinstance(tensor, FileTensor)}

    return tensors


def values(tensor: FileTensor) -> Any:
    with RowReader(tensor) as reader:
        return tensor.kind.decode(reader.span(0, tensor.rows)).reshape(tensor.shape).copy()


@pytest.mark.parametrize(
    "dtype", ["f8", "f4", "f2", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "?"]
)
def test_numpy_and_safetensors_keep_every_type(dtype: str, read: Read) -> None:
    array = BASE.astype(dtype)
    for name, data in (
        ("w.safetensors", safetensors(x=array)),
        ("w.npz", npz(x=array)),
        ("w.npz", npz(x=array, packed=True)),
    ):
        tensor = read(name, data)["x"]
        assert (tensor.shape, tensor.dtype) == ((4, 6), array.dtype.name)
        assert (values(tensor) == array.astype(float)).all()


def test_npy_is_named_after_its_file(read: Read) -> None:
    file = io.BytesIO()
    np.save(file, BASE)
    assert (values(read("model/items.npy", file.getvalue())["items"]) == BASE).all()


@pytest.mark.parametrize(
    "array", [np.asfortranarray(BASE), BASE.astype(">f4"), BASE[0], BASE[0, 3]]
)
@pytest.mark.parametrize("deflated", [True, False])
def test_numpy_layouts(array: Any, deflated: bool, read: Read) -> None:
    tensor = read("w.npz", npz(x=array, packed=deflated))["x"]
    assert (values(tensor) == array).all()


def test_a_large_array_in_fortran_order_is_turned_piece_by_piece(read: Read) -> None:
    array = np.asfortranarray(np.random.default_rng(0).standard_normal((9000, 37)))
    assert (values(read("w.npz", npz(x=array))["x"]) == array).all()


@pytest.mark.parametrize("shape", [(9000, 37), (37, 9000), (500, 500), (1, 9), (9, 1)])
def test_tiles_of_any_shape_are_turned(
    shape: tuple[int, int], read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "_TILE", 40_000)
    array = np.asfortranarray(np.random.default_rng(0).standard_normal(shape))
    assert (values(read("w.npz", npz(x=array))["x"]) == array).all()


def test_texts_are_told_as_such(read: Read, opened: Opened) -> None:
    found = TensorFiles().read("w.npz", opened(npz(x=BASE, ids=np.array(["a", "b"]))))
    assert found is not None
    assert [(one.name, one.dtype) for one in found.tensors] == [("x", "float32"), ("ids", "text")]


def test_what_numpy_says_of_an_old_header_is_not_passed_on(read: Read) -> None:
    header = npy_header("(2L,)")  # as Python 2 wrote it; a warning would be an error here
    assert read("w.npy", header + bytes(8))["w"].shape == (2,)


def test_pytorch_without_pytorch(read: Read) -> None:
    found = read("w.pt", GOLDEN.read_bytes())
    stepped = BASE.copy()
    stepped[1] -= 0.5
    assert np.allclose(values(found["model.items.weight"]), stepped, atol=1e-5)
    assert np.allclose(values(found["optimizer.state.0.exp_avg"])[1], 0.1)
    assert (values(found["turned"]) == BASE.T).all()
    assert (values(found["view"]) == BASE[:, 2:4]).all()
    assert (values(found["parts.1.0"]) == BASE[1]).all()
    assert (values(found["parameter"]) == BASE[0]).all()
    assert float(values(found["scalar"])) == 1.5
    for name, dtype in (("bfloat16", "bfloat16"), ("float16", "float16"), ("float64", "float64")):
        assert found[name].dtype == dtype
        assert (values(found[name]) == BASE).all()
    assert (values(found["int64"]) == BASE).all()
    assert (values(found["bool"]) == (BASE != 0)).all()
    rounded = BASE.copy()
    rounded[2, 5], rounded[3, 1], rounded[3, 3], rounded[3, 5] = 16, 20, 20, 24
    assert (values(found["float8"]) == rounded)[:2].all()
    assert found["float8"].dtype == "float8_e4m3"
    assert not {"epoch", "size", "parts.1.1"} & found.keys()


def test_eight_bit_floats_by_hand(read: Read) -> None:
    codes = bytes([0x00, 0x01, 0x38, 0x7E, 0x7F, 0xB8])
    header = {"x": {"dtype": "F8_E4M3", "shape": [6], "data_offsets": [0, 6]}}
    found = values(read("w.safetensors", safetensors_of(header, codes))["x"])
    assert found[[0, 1, 2, 3, 5]].tolist() == [0.0, 2.0**-9, 1.0, 448.0, -1.0]
    assert np.isnan(found[4])
    header = {"x": {"dtype": "F8_E5M2", "shape": [3], "data_offsets": [0, 3]}}
    found = values(read("w.safetensors", safetensors_of(header, bytes([0x3C, 0x7B, 0x7C])))["x"])
    assert found.tolist() == [1.0, 57344.0, np.inf]


@pytest.mark.parametrize("options", [{}, {"chunks": (2, 3), "compression": "gzip"}])
def test_hdf5(options: dict[str, Any], tmp_path: Path, read: Read) -> None:
    path = tmp_path / "w.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("layers/dense/vars/0", data=BASE, **options)
        file["step"] = 7
    found = read("w.weights.h5", path.read_bytes())
    assert (values(found["layers/dense/vars/0"]) == BASE).all()
    assert float(values(found["step"])) == 7


@pytest.mark.parametrize("chunks", [(1, 1, 1), (2, 3, 2), (7, 9, 11), (7, 1, 1), (1, 9, 4)])
def test_chunks_of_any_shape(
    chunks: tuple[int, ...], tmp_path: Path, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modelref.adapters.tensors.formats.hdf5._TILE", 100)
    array = np.random.default_rng(0).standard_normal((7, 9, 11))
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file.create_dataset("x", data=array, chunks=chunks)
    assert (values(read("w.h5", (tmp_path / "w.h5").read_bytes())["x"]) == array).all()


@pytest.mark.parametrize("kind", ["S3", h5py.string_dtype()])
def test_texts_in_hdf5(kind: Any, tmp_path: Path, opened: Opened) -> None:
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file.create_dataset("x", data=BASE)
        file.create_dataset("names", data=np.array([b"a", b"b"], "S3"), dtype=kind)
    found = TensorFiles().read("w.h5", opened((tmp_path / "w.h5").read_bytes()))
    assert found is not None
    assert [(one.name, one.dtype) for one in found.tensors] == [("names", "text"), ("x", "float32")]


def test_a_view_with_gaps_is_read_in_spans(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "BLOCK", 40)
    storage = np.arange(40, dtype=np.float32)
    for rows, width, step in ((6, 2, 7), (3, 4, 0), (5, 4, 1), (4, 1, 12)):
        found = read("w.pt", torch_of(rebuilt(1, (rows, width), (step, 1)), storage.tobytes()))
        want = [[1 + row * step + at for at in range(width)] for row in range(rows)]
        assert values(found["x"]).tolist() == want


def test_onnx_initialisers(read: Read) -> None:
    typed = helper.make_tensor("typed", onnx.TensorProto.FLOAT, [2], [1.5, 2.5])
    graph = helper.make_graph([], "g", [], [], [numpy_helper.from_array(BASE, "raw"), typed])
    found = read("w.onnx", helper.make_model(graph).SerializeToString())
    assert (values(found["raw"]) == BASE).all()
    assert values(found["typed"]).tolist() == [1.5, 2.5]


@pytest.mark.parametrize("name", ["model.json", "weights.bin", "index.faiss", "README"])
def test_other_files_are_none_of_weights(name: str, opened: Opened) -> None:
    assert TensorFiles().read(name, opened(b"whatever")) is None


def test_an_old_checkpoint_is_named(opened: Opened) -> None:
    with pytest.raises(BadInput, match=r"old.pt is no zip file, as PyTorch writes since 1\.6"):
        TensorFiles().read("old.pt", opened(b"\x80\x02\x8a"))


@pytest.mark.parametrize(("name", "library"), [("w.onnx", "onnx"), ("w.h5", "h5py")])
def test_a_missing_library_is_named(
    name: str, library: str, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, library, None)
    with pytest.raises(OutOfReach, match=f"{name} needs {library} to be read") as error:
        TensorFiles().read(name, opened(b""))
    assert error.value.hint == f"pip install {library}"


def test_the_core_alone_names_what_it_lacks(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    def import_module(_: str) -> None:
        raise ModuleNotFoundError("No module named 'numpy'", name="numpy")

    monkeypatch.setattr("modelref.adapters.tensors.files.import_module", import_module)
    with pytest.raises(OutOfReach, match=r"w.npy needs numpy to be read") as error:
        TensorFiles().read("w.npy", opened(b""))
    assert error.value.hint.startswith("pip install numpy ")
