"""The in-memory twin of the port ``Tensors``: whole arrays at once, as plainly as can be."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from modelref.domain.diff.order import moved
from modelref.domain.diff.weights import Nonfinite, RowCounts, ScoreChange, ValueChange
from modelref.errors import BadInput
from modelref.ports import Contents

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelref.ports import Ids, Matrix, Pairing, Rotation, Tensor

_MOST = 5
_BEST = 10


@dataclass(frozen=True, eq=False)
class MemoryTensor:
    """An array with a name; port ``Tensor``."""

    name: str
    array: Any

    @property
    def shape(self) -> tuple[int, ...]:
        """Its sides."""
        return tuple(self.array.shape)

    @property
    def dtype(self) -> str:
        """Its type of values."""
        return "text" if self.array.dtype.kind in "SU" else str(self.array.dtype)


@dataclass(frozen=True)
class MemoryIds:
    """Ids in a list; port ``Ids``."""

    ids: tuple[str, ...]

    def texts(self, rows: Sequence[int]) -> list[str]:
        """The ids of a few rows."""
        return [self.ids[row] for row in rows]


@dataclass(frozen=True)
class MemoryPairing:
    """Pairs of row numbers, in the first side's order; port ``Pairing``."""

    pairs: tuple[tuple[int, int], ...]
    counts: RowCounts

    @property
    def places(self) -> tuple[list[int], list[int]]:
        """Rows of the first side, and of the second."""
        return [a for a, _ in self.pairs], [b for _, b in self.pairs]


@dataclass(frozen=True, eq=False)
class MemoryRotation:
    """An orthogonal matrix; port ``Rotation``."""

    matrix: Any

    @property
    def factors(self) -> int:
        """How many factors it rotates."""
        return len(self.matrix)


class MemoryTensors:
    """Tensors of npz files and ids of JSON lists; port ``Tensors``."""

    def read(self, path: str, file: BinaryIO) -> Contents | None:
        """Read all arrays."""
        if not path.endswith(".npz"):
            return None
        import numpy as np

        try:
            arrays: Mapping[str, Any] = np.load(_whole(file), allow_pickle=False)
            return Contents([MemoryTensor(name, arrays[name]) for name in arrays])
        except (ValueError, OSError) as error:
            raise BadInput(f"{path} is no npz file", kind="unsound-weights") from error

    def ids(self, path: str, file: BinaryIO, column: str, rows: int) -> Ids:
        """Read the ids of a column."""
        import json

        ids = tuple(str(one) for one in json.load(_whole(file))[column])
        if len(ids) != rows or len(set(ids)) < rows:
            raise BadInput(f"{path} does not fit its tensor", kind="unsound-weights")
        return MemoryIds(ids)

    def pair(self, a: Ids, b: Ids) -> Pairing:
        """Find equal ids."""
        if not (isinstance(a, MemoryIds) and isinstance(b, MemoryIds)):
            raise TypeError
        there = {one: row for row, one in enumerate(b.ids)}
        pairs = [(row, there[one]) for row, one in enumerate(a.ids) if one in there]
        shared = len(pairs)
        counts = RowCounts(
            True,
            shared,
            len(b.ids) - shared,
            len(a.ids) - shared,
            moved((row, 1) for _, row in pairs),
        )
        return MemoryPairing(tuple(pairs), counts)

    def names(
        self, path: str, file: BinaryIO, columns: tuple[str, str], ids: Sequence[str]
    ) -> Sequence[str]:
        """Look up in a JSON mapping of columns."""
        import json

        table = json.load(_whole(file))
        names = dict(zip(map(str, table[columns[0]]), table[columns[1]], strict=True))
        return [names.get(one, "") for one in ids]

    def compare(
        self,
        a: Tensor,
        b: Tensor,
        pairing: Pairing | None = None,
        columns: Pairing | None = None,
        rotation: Rotation | None = None,
    ) -> ValueChange:
        """Compare whole arrays."""
        import numpy as np

        if "text" in (a.dtype, b.dtype):
            return _of_texts(a, b)
        x, y = _rows(a, b, pairing)
        if isinstance(columns, MemoryPairing):
            here, there = columns.places
            x, y = x[:, here], y[:, there]
        differ = (x != y) & ~(np.isnan(x) & np.isnan(y))
        good = np.isfinite(x) & np.isfinite(y)
        before, after = _nonfinite(x), _nonfinite(y)
        x, y = np.where(good, x, 0), np.where(good, y, 0)
        turned = x @ rotation.matrix if isinstance(rotation, MemoryRotation) else x
        lengths = np.linalg.norm(y - turned, axis=1)
        told = np.argsort(lengths)[::-1][:_MOST] if pairing is not None else ()
        base, end = np.linalg.norm(x), np.linalg.norm(y)
        rows = pairing.places[1] if isinstance(pairing, MemoryPairing) else []
        return ValueChange(
            _relative(np.linalg.norm(y - x), base) if good.any() else None,
            float((x * y).sum() / base / end) if base and end else None,
            float(np.abs(y - x).max(initial=0.0)),
            x.size,
            int(differ.sum()),
            int(differ.any(axis=1).sum()),
            before,
            after,
            _relative(np.linalg.norm(y - turned), base)
            if rotation is not None and good.any()
            else None,
            tuple((rows[one], float(lengths[one])) for one in told if lengths[one]),
        )

    def align(self, users: Matrix, items: Matrix) -> Rotation | None:
        """Find the rotation from the singular vectors of the product."""
        import numpy as np

        product = sum(x.T @ y for x, y in (_rows(*matrix) for matrix in (users, items)))
        if not np.isfinite(product).all():
            return None
        left, _, right = np.linalg.svd(product)
        return MemoryRotation(left @ right)

    def compare_scores(self, users: Matrix, items: Matrix) -> ScoreChange | None:
        """Compare all scores."""
        import numpy as np

        (ua, ub), (ia, ib) = _rows(*users), _rows(*items)
        before, after = ua @ ia.T, ub @ ib.T
        base, end = np.linalg.norm(before), np.linalg.norm(after)
        if not before.size or not np.isfinite(base + end):
            return None
        best = min(_BEST, before.shape[1])
        kept = [
            len({*np.argsort(-a, kind="stable")[:best]} & {*np.argsort(-b, kind="stable")[:best]})
            for a, b in zip(before, after, strict=True)
        ]
        return ScoreChange(
            len(before),
            before.shape[1],
            _relative(np.linalg.norm(after - before), base),
            float((before * after).sum() / base / end) if base and end else None,
            float(np.mean(kept) / best),
        )

    def nonfinite(self, tensor: Tensor) -> Nonfinite:
        """Count values that are no numbers."""
        return Nonfinite() if tensor.dtype == "text" else _nonfinite(_array(tensor))


def _whole(file: BinaryIO) -> io.BytesIO:
    file.seek(0)
    return io.BytesIO(file.read())


def _array(tensor: Tensor) -> Any:
    """(rows, width), float64."""
    if not isinstance(tensor, MemoryTensor):
        raise TypeError
    return tensor.array.reshape(
        tensor.shape[0] if tensor.shape else 1, math.prod(tensor.shape[1:])
    ).astype("float64")


def _of_texts(a: Tensor, b: Tensor) -> ValueChange:
    """Nothing, where both are the same."""
    if not (isinstance(a, MemoryTensor) and isinstance(b, MemoryTensor)):
        raise TypeError
    if a.array.tolist() != b.array.tolist():
        raise BadInput(f"{b.name} holds texts, which are not compared", kind="no-numbers")
    return ValueChange(0.0, None, 0.0, a.array.size, 0, 0)


def _rows(a: Tensor, b: Tensor, pairing: Pairing | None) -> tuple[Any, Any]:
    x, y = _array(a), _array(b)
    if isinstance(pairing, MemoryPairing):
        here, there = pairing.places
        return x[here], y[there]
    return x, y


def _nonfinite(array: Any) -> Nonfinite:
    import numpy as np

    return Nonfinite(int(np.isnan(array).sum()), int(np.isinf(array).sum()))


def _relative(distance: Any, base: Any) -> float | None:
    if not distance:
        return 0.0
    return float(distance / base) if base else None
