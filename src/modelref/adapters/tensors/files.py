"""Tensors of files; port ``Tensors``. What needs numpy is imported when a file needs it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from modelref.adapters.extras import READERS
from modelref.errors import BadInput, OutOfReach

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from modelref.adapters.tensors.rotation import Factors
    from modelref.adapters.tensors.tensor import FileTensor
    from modelref.domain.diff.weights import Nonfinite, ScoreChange, ValueChange
    from modelref.ports import Contents, Ids, Matrix, Pairing, Rotation, Tensor

_FORMATS = {
    ".safetensors": "safetensors",
    ".npy": "npy",
    ".npz": "npz",
    ".pt": "torch",
    ".pth": "torch",
    ".ckpt": "torch",
    ".onnx": "onnx",
    ".h5": "hdf5",
    ".hdf5": "hdf5",
}
_ZIP = b"PK\3\4"
_T = TypeVar("_T")


class TensorFiles:
    """Readers by the end of a file's name; port ``Tensors``."""

    def read(self, path: str, file: BinaryIO) -> Contents | None:
        """List what a file holds; None where it is none of weights."""
        reader = _reader(path, file)
        if reader is None:
            return None
        from modelref.adapters.tensors.tensor import barrier, repeated, unsound

        with barrier(path):
            found = reader(path, file)
        twice = repeated(tensor.name for tensor in found.tensors)
        if twice is not None:
            raise unsound(path, f"has the tensor {twice!r} twice")
        return found

    def ids(self, path: str, file: BinaryIO, column: str, rows: int) -> Ids:
        """Name a column as the ids of so many rows."""
        from modelref.adapters.tensors.ids import FileIds

        return FileIds(path, file, column, rows)

    def pair(self, a: Ids, b: Ids) -> Pairing:
        """Find the rows of one side on the other."""
        from modelref.adapters.tensors.ids import FileIds, pair

        return pair(_own(a, FileIds), _own(b, FileIds))

    def names(
        self, path: str, file: BinaryIO, columns: tuple[str, str], ids: Sequence[str]
    ) -> Sequence[str]:
        """Look up what people call a few ids."""
        from modelref.adapters.tensors.ids import look_up

        return look_up(path, file, columns, ids)

    def compare(
        self,
        a: Tensor,
        b: Tensor,
        pairing: Pairing | None = None,
        columns: Pairing | None = None,
        rotation: Rotation | None = None,
    ) -> ValueChange:
        """Compare the rows that both have."""
        from modelref.adapters.tensors.compare import compare_rows
        from modelref.adapters.tensors.ids import Paired
        from modelref.adapters.tensors.rotation import Aligned
        from modelref.adapters.tensors.tensor import barrier
        from modelref.adapters.tensors.texts import FileText, compare_texts

        rows = _own(pairing, Paired) if pairing else None
        if isinstance(a, FileText) and isinstance(b, FileText):
            return compare_texts(a, b, rows)
        before, after = _numbers(a), _numbers(b)
        own = _own(columns, Paired) if columns else None
        turn = _own(rotation, Aligned) if rotation else None
        with _one_thread(), barrier(after.path):
            return compare_rows(before, after, rows, own, turn)

    def align(self, users: Matrix, items: Matrix) -> Rotation | None:
        """Find the rotation between two pairs of factor matrices."""
        from modelref.adapters.tensors.rotation import align
        from modelref.adapters.tensors.tensor import barrier

        left, right = _factors(users), _factors(items)
        with _one_thread(), barrier(left.b.path):
            return align(left, right)

    def compare_scores(self, users: Matrix, items: Matrix) -> ScoreChange | None:
        """Compare the scores of a panel."""
        from modelref.adapters.tensors.rotation import compare_scores
        from modelref.adapters.tensors.tensor import barrier

        left, right = _factors(users), _factors(items)
        with _one_thread(), barrier(left.b.path):
            return compare_scores(left, right)

    def nonfinite(self, tensor: Tensor) -> Nonfinite:
        """Count values that are no numbers."""
        from modelref.adapters.tensors.compare import count_nonfinite
        from modelref.adapters.tensors.tensor import barrier
        from modelref.adapters.tensors.texts import FileText
        from modelref.domain.diff.weights import NONE

        if isinstance(tensor, FileText):
            return NONE
        numbers = _numbers(tensor)
        with barrier(numbers.path):
            return count_nonfinite(numbers)


def _reader(path: str, file: BinaryIO) -> Callable[[str, BinaryIO], Contents] | None:
    name = path.lower()
    module = next((module for end, module in _FORMATS.items() if name.endswith(end)), None)
    if module == "torch" or name.endswith(".bin"):
        file.seek(0)
        zipped = file.read(len(_ZIP)) == _ZIP
        if module and not zipped:
            raise BadInput(
                f"{path} is no zip file, as PyTorch writes since 1.6",
                kind="unsound-weights",
                hint="save it again with a newer PyTorch",
            )
        module = "torch" if zipped else None
    if module is None:
        return None
    try:
        found = import_module(f"modelref.adapters.tensors.formats.{module}")
    except ModuleNotFoundError as error:
        raise OutOfReach(
            f"{path} needs {error.name} to be read", kind="missing-library", hint=READERS
        ) from error
    reader: Callable[[str, BinaryIO], Contents] = getattr(found, f"read_{module}")
    return reader


def _one_thread() -> AbstractContextManager[object]:
    """Keep linear algebra on one thread: for a block, two would only wait for each other."""
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(1)
    return limits


def _factors(matrix: Matrix) -> Factors:
    from modelref.adapters.tensors.ids import Paired
    from modelref.adapters.tensors.rotation import Factors

    a, b, pairing = matrix
    return Factors(_numbers(a), _numbers(b), _own(pairing, Paired))


def _numbers(tensor: Tensor) -> FileTensor:
    """A tensor that this adapter made.

    Raises:
        BadInput: it holds texts.
    """
    from modelref.adapters.tensors.tensor import FileTensor
    from modelref.adapters.tensors.texts import FileText

    if isinstance(tensor, FileText):
        raise tensor.refused()
    return _own(tensor, FileTensor)


def _own(value: object, kind: type[_T]) -> _T:
    """A value that this adapter made, as what it is.

    Raises:
        TypeError: another adapter made it.
    """
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value
