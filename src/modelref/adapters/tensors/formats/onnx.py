"""Tensors of ONNX graphs, wherever they stand. Needs onnx, which reads the whole file into memory.

Weights are initialisers, or values of ``Constant`` nodes, or attributes of nodes that hold floats
(trees, linear models); dense or sparse; in a graph, in the branches of a node, in a function.
"""

from collections.abc import Collection, Iterable, Iterator
from hashlib import blake2b
from math import prod
from typing import Any, BinaryIO

import numpy as np

from modelref.adapters.tensors.dtypes import DTYPES
from modelref.adapters.tensors.packed import unpacked
from modelref.adapters.tensors.tensor import DIGEST, FileTensor, length, sides_of, unsound
from modelref.errors import OutOfReach
from modelref.ports import Contents

_LARGEST = 2 << 30
"""Bytes: a protocol buffer has no more."""
_MOST_PARTS = 100_000
"""Nodes, attributes with values, and tensors."""
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
_TEXTS = 8
"""``TensorProto.STRING``."""
_PARTS_OF_MODEL = frozenset({"graph", "functions", "training_info"})
_PARTS_OF_GRAPH = frozenset({"node", "initializer", "sparse_initializer"})
_PARTS_OF_FUNCTION = frozenset({"node", "attribute_proto"})
_PARTS_OF_TRAINING = frozenset({"initialization", "algorithm"})
_ATTRIBUTES = frozenset({"attribute"})
_VALUES = frozenset(
    {"f", "floats", "t", "tensors", "g", "graphs"} | {"sparse_tensor", "sparse_tensors"}
)
"""What of an attribute is told apart."""


def read_onnx(path: str, file: BinaryIO) -> Contents:
    """List the tensors of a model.

    Initialisers go by their names, values of a ``Constant`` by that of its output, other
    attributes by ``OUTPUT.ATTRIBUTE``; what is in a branch or a function by its place before that.

    Raises:
        OutOfReach: onnx is not installed.
        BadInput: it is no ONNX, keeps values in other files, or has more than 100,000 nodes and
            tensors.
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
    return _Model(path).contents(model)


class _Model:
    """One file; gathers its tensors, and a digest of everything else."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._tensors: list[FileTensor] = []
        self._rest = blake2b(digest_size=DIGEST)
        self._parts = 0

    def contents(self, model: Any) -> Contents:
        self._add_rest(model, _PARTS_OF_MODEL)
        self._add_graph(model.graph, "")
        for function in model.functions:
            prefix = f"{function.domain}:{function.name}/"
            self._add_rest(function, _PARTS_OF_FUNCTION, prefix)
            self._add_attributes(function.attribute_proto, prefix)
            self._add_nodes(function.node, prefix)
        for at, training in enumerate(model.training_info):
            self._add_rest(training, _PARTS_OF_TRAINING)
            self._add_graph(training.initialization, f"training{at}.initialization/")
            self._add_graph(training.algorithm, f"training{at}.algorithm/")
        return Contents(self._tensors, self._rest.hexdigest())

    def _add_graph(self, graph: Any, prefix: str) -> None:
        self._add_rest(graph, _PARTS_OF_GRAPH, prefix)
        for one in graph.initializer:
            self._add_tensor(one, prefix + self._name(one))
        for one in graph.sparse_initializer:
            self._add_sparse(one, prefix + self._name(one.values))
        self._add_nodes(graph.node, prefix)

    def _add_nodes(self, nodes: Iterable[Any], prefix: str) -> None:
        for at, node in enumerate(nodes):
            self._count()
            if not node.attribute:
                self._rest.update(node.SerializeToString(deterministic=True))
                continue
            self._add_rest(node, _ATTRIBUTES, prefix)
            output = prefix + next((one for one in node.output if one), f"{node.op_type}.{at}")
            constant = output if node.op_type == "Constant" else ""
            self._add_attributes(node.attribute, f"{output}.", constant)

    def _add_attributes(self, attributes: Iterable[Any], prefix: str, constant: str = "") -> None:
        for one in attributes:
            self._count()
            self._add_rest(one, _VALUES, prefix)
            self._add_values(one, constant or f"{prefix}{one.name}")

    def _add_values(self, attribute: Any, name: str) -> None:
        for label, one in _labelled(attribute, "t", "tensors", name):
            self._add_tensor(one, label)
        for label, one in _labelled(attribute, "sparse_tensor", "sparse_tensors", name):
            self._add_sparse(one, label)
        for label, one in _labelled(attribute, "g", "graphs", name):
            self._add_graph(one, f"{label}/")
        if attribute.floats:
            self._add_floats(attribute.floats, (len(attribute.floats),), name)
        if attribute.HasField("f"):
            self._add_floats([attribute.f], (), name)

    def _add_floats(self, values: Any, shape: tuple[int, ...], name: str) -> None:
        def pieces() -> Iterator[bytes]:
            yield np.array(values, "<f4").tobytes()

        self._tensors.append(
            FileTensor(self._path, name, shape, "float32", lambda: unpacked(self._path, pieces()))
        )

    def _add_sparse(self, one: Any, name: str) -> None:
        self._rest.update(repr((name, list(one.dims))).encode())
        self._add_tensor(one.values, name)
        self._add_tensor(one.indices, f"{name}.indices")

    def _add_tensor(self, one: Any, name: str) -> None:
        self._count()
        self._rest.update(repr((name, one.doc_string)).encode())
        if one.data_type == _TEXTS:
            self._rest.update(repr(list(one.string_data)).encode())
        else:
            self._tensors.append(_tensor(self._path, one, name))

    def _add_rest(self, message: Any, apart: Collection[str], where: str = "") -> None:
        """Count in the fields of a message but for those that are told apart."""
        self._rest.update(repr(where).encode())
        for field, value in message.ListFields():
            if field.name not in apart:
                several = value if field.is_repeated else [value]
                plain = [_plain(one) for one in several]
                self._rest.update(repr((field.name, plain)).encode())

    def _name(self, one: Any) -> str:
        name = one.name  # bytes, where they are no UTF-8
        if not isinstance(name, str):
            raise unsound(self._path, "has a tensor whose name is no UTF-8")
        return name

    def _count(self) -> None:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise unsound(self._path, f"has more than {_MOST_PARTS} nodes and tensors")


def _tensor(path: str, one: Any, name: str) -> FileTensor:
    import onnx

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


def _values(path: str, one: Any) -> bytes:
    """Bytes of values that stand in the typed fields of the message."""
    from onnx import numpy_helper

    try:
        return bytes(numpy_helper.to_array(one).tobytes())
    except (ValueError, TypeError) as error:
        raise unsound(path, f"gives {one.name!r} other values than its shape needs") from error


def _labelled(attribute: Any, single: str, several: str, name: str) -> Iterator[tuple[str, Any]]:
    """The messages in two fields of an attribute, each with its name."""
    if attribute.HasField(single):
        yield name, getattr(attribute, single)
    for at, one in enumerate(getattr(attribute, several)):
        yield f"{name}.{at}", one


def _plain(value: Any) -> Any:
    """A field's value as one that shows all that is in it."""
    is_message = hasattr(value, "SerializeToString")
    return value.SerializeToString(deterministic=True) if is_message else value
