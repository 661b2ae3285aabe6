"""What a file of weights holds beside its tensors is told too, and a gate vouches for no more."""

import io
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from modelref.errors import OutOfReach
from support.hostile_weights import hdf5, rebuilt, torch_of
from support.inprocess import run
from support.nonfinite import count
from support.project import Project
from support.weights import npz, safetensors, safetensors_of, versions, weights_of

V = np.random.default_rng(0).standard_normal((20, 4)).astype("f4")
BROKEN = np.where(V > 1, np.nan, V).astype("f4")


def onnx_model(*nodes: onnx.NodeProto, sparse: Any = None, **initialisers: Any) -> bytes:
    named = [numpy_helper.from_array(value, name) for name, value in initialisers.items()]
    graph = helper.make_graph(list(nodes), "g", [], [], named)
    if sparse is not None:
        places = numpy_helper.from_array(np.arange(len(sparse)), "places")
        values = numpy_helper.from_array(sparse, "w")
        graph.sparse_initializer.append(helper.make_sparse_tensor(values, places, [99]))
    return bytes(helper.make_model(graph).SerializeToString())


def constant(value: Any, name: str = "w") -> onnx.NodeProto:
    return helper.make_node("Constant", [], [name], value=numpy_helper.from_array(value, "v"))


def branch(value: Any) -> onnx.NodeProto:
    inner = helper.make_graph([constant(value, "inner")], "b", [], [])
    return helper.make_node("If", ["c"], ["o"], then_branch=inner)


def trees(*weights: float) -> onnx.NodeProto:
    return helper.make_node("TreeEnsembleRegressor", ["x"], ["y"], target_weights=weights)


def function(value: Any) -> bytes:
    model = helper.make_model(helper.make_graph([], "g", [], []))
    opset = [helper.make_opsetid("", 18)]
    model.functions.append(helper.make_function("d", "F", [], ["w"], [constant(value)], opset))
    return bytes(model.SerializeToString())


def keras(config: str) -> bytes:
    def fill(file: h5py.File) -> None:
        file["w"] = V
        file.attrs["model_config"] = config
        file.attrs["layer_names"] = np.array([b"w"])

    return hdf5(fill)


def noted(**metadata: str) -> bytes:
    entry = {"dtype": "F32", "shape": [20, 4], "data_offsets": [0, V.nbytes]}
    return safetensors_of({"__metadata__": metadata, "w": entry}, V.tobytes())


def checkpoint(**values: Any) -> bytes:
    return torch_of(pickle.dumps(values, protocol=2))


def differing(folder: Path, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Project:
    """Both versions, which `--exit-code` tells apart."""
    project = versions(folder, before, after)
    done = run(
        project.root, *("diff", "rec@v0.1.0", "rec@v0.1.1"), "--only", "weights", "--exit-code"
    )
    assert done.code == 1
    assert "No weight differs." not in done.out
    return project


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("w", onnx_model(constant(V)), onnx_model(constant(V + 1))),
        ("w", onnx_model(sparse=V[0]), onnx_model(sparse=V[1])),
        ("o.then_branch/inner", onnx_model(branch(V)), onnx_model(branch(V + 1))),
        ("y.target_weights", onnx_model(trees(1.0, 2.0)), onnx_model(trees(1.0, 3.0))),
        ("d:F/w", function(V), function(V + 1)),
    ],
    ids=["constant", "sparse", "branch", "floats", "function"],
)
def test_weights_of_onnx_that_are_no_initialisers(
    name: str, before: bytes, after: bytes, tmp_path: Path
) -> None:
    said = weights_of(differing(tmp_path / "p", {"m.onnx": before}, {"m.onnx": after}))
    assert [one["tensor"] for one in said["weights"]] == [name]
    assert said["weights_files"] == []


RELU, SIGMOID = (helper.make_node(name, ["x"], ["y"]) for name in ("Relu", "Sigmoid"))
BESIDE: Mapping[str, tuple[bytes, bytes]] = {
    "m.onnx": (onnx_model(RELU, w=V), onnx_model(SIGMOID, w=V)),
    "m.h5": (keras("relu"), keras("sigmoid")),
    "m.safetensors": (noted(act="relu"), noted(act="tanh")),
    "m.pt": (checkpoint(temperature=0.5, w=[0.1, 0.2]), checkpoint(temperature=50.0, w=[0.1])),
}


@pytest.mark.parametrize("name", BESIDE)
def test_what_differs_beside_the_tensors_is_told(name: str, tmp_path: Path) -> None:
    before, after = ({name: data} for data in BESIDE[name])
    project = differing(tmp_path / "p", before, after)
    said = weights_of(project)
    (only,) = said["weights_files"]
    assert (said["weights"], only["path"], only["tensors"]) == ([], name, "beside")
    assert f"something in {name} that is no tensor differs" in " ".join(said["markdown"].split())


def test_tensors_that_are_told_hide_nothing_that_differs_beside_them(tmp_path: Path) -> None:
    before, after = onnx_model(RELU, w=V), onnx_model(SIGMOID, w=V + 1)
    said = weights_of(differing(tmp_path / "p", {"m.onnx": before}, {"m.onnx": after}))
    assert [one["tensor"] for one in said["weights"]] == ["w"]
    assert [one["tensors"] for one in said["weights_files"]] == ["beside"]


def test_what_cannot_be_read_beside_tensors_is_not_called_the_same(tmp_path: Path) -> None:
    def fill(file: h5py.File, values: Any) -> None:
        file["w"] = values
        file.attrs["of"] = file["w"].ref

    sides = [{"m.h5": hdf5(lambda file, v=v: fill(file, v))} for v in (V, V + 1)]  # type: ignore[misc]
    said = weights_of(differing(tmp_path / "p", *sides))
    assert [one["tensor"] for one in said["weights"]] == ["w"]
    assert [one["tensors"] for one in said["weights_files"]] == ["partly"]
    assert "only the tensors of m.h5 were compared; it holds more" in said["markdown"]


def test_the_same_tensors_packed_otherwise_are_told_as_such(tmp_path: Path) -> None:
    project = differing(tmp_path / "p", {"w.npz": npz(w=V)}, {"w.npz": npz(w=V, packed=True)})
    said = weights_of(project)
    assert [one["tensors"] for one in said["weights_files"]] == ["same"]
    assert "what is read of w.npz is the same; its hash is not" in said["markdown"]


def test_the_same_tensor_in_another_file(tmp_path: Path) -> None:
    file = io.BytesIO()
    np.save(file, V)
    said = weights_of(differing(tmp_path / "p", {"w.npy": file.getvalue()}, {"w.npz": npz(w=V)}))
    told = {one["path"]: (bool(one["from"]), bool(one["to"])) for one in said["weights_files"]}
    assert told == {"w.npy": (True, False), "w.npz": (False, True)}


def outside(file: h5py.File) -> None:
    file["w"] = V
    file["more"] = h5py.ExternalLink("other.h5", "/more")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("m.onnx", onnx_model(constant(BROKEN, "c"), w=V)),
        ("m.onnx", onnx_model(branch(BROKEN), w=V)),
        ("m.onnx", onnx_model(sparse=BROKEN[:, 0])),
        ("m.onnx", onnx_model(trees(1.0, float("nan")), w=V)),
        ("m.onnx", function(BROKEN)),
    ],
    ids=["constant", "branch", "sparse", "floats", "function"],
)
def test_values_of_onnx_that_are_no_numbers_are_counted(
    name: str, data: bytes, tmp_path: Path
) -> None:
    assert count(versions(tmp_path / "p", {name: data}), "rec@v0.1.0") > 0


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("m.pt", checkpoint(w=[1.0, float("nan")]), "m.pt holds a plain value that is nan: 'w.1'"),
        ("m.pt", checkpoint(best={"loss": float("inf")}), "is inf: 'best.loss'"),
        ("m.h5", hdf5(outside), "m.h5 has a link to another file: 'more'"),
    ],
    ids=["plain", "nested", "link"],
)
def test_a_file_that_may_hold_more_weights_is_not_vouched_for(
    name: str, data: bytes, why: str, tmp_path: Path
) -> None:
    project = versions(tmp_path / "p", {name: data, "w.safetensors": safetensors(w=V)})
    with pytest.raises(OutOfReach, match=f"weights of rec are not all known: .*{why}"):
        count(project, "rec@v0.1.0")


def test_settings_beside_tensors_are_no_doubt(tmp_path: Path) -> None:
    files: dict[str, Callable[[], bytes]] = {
        "a.h5": lambda: keras("relu"),
        "b.safetensors": lambda: noted(format="pt"),
        "c.pt": lambda: torch_of(rebuilt(0, (4,), (1,))),
        "d.pt": lambda: checkpoint(epoch=3, lr=0.1, name="rec", betas=(0.9, 0.99), none=None),
    }
    project = versions(tmp_path / "p", {name: data() for name, data in files.items()})
    assert count(project, "rec@v0.1.0") == 0
