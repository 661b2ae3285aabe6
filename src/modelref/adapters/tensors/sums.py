"""What two tensors' values come to, block by block, in one pass."""

import math
from dataclasses import InitVar, dataclass, field

import numpy as np
from numpy.typing import NDArray

from modelref.adapters.tensors.changed import ByColumn, ByRow, RowsChanged
from modelref.adapters.tensors.dtypes import Floats, Raw
from modelref.adapters.tensors.tensor import FileTensor
from modelref.domain.diff.weights import NONE, Nonfinite, ValueChange

MOST_TOLD = 5
"""Rows that are told as those that changed most."""
_NARROW = 128
"""Values of a row up to which einsum is quicker than a dot product a row."""
_TINY = 1e-24
"""Mean square below which a float32 sum of squares loses digits."""
_LEAST = 1e-290
"""Sum of squares below which float64 loses digits."""


@dataclass(slots=True)
class Sums:
    """Running sums over pairs of blocks.

    Attributes:
        a: the first side, for how its values are kept.
        b: the second side.
        rotation: (factors, factors), what aligns the first side's rows with the second's.
        told: whether the rows that changed most are wanted.
        across: whether blocks lie across, (n, rows); such rows are neither told nor rotated.
    """

    a: FileTensor
    b: FileTensor
    rotation: NDArray[np.float32] | None = None
    told: bool = False
    across: InitVar[bool] = False
    _rows: RowsChanged = field(init=False)
    _values: int = 0
    _changed: int = 0
    _squares: NDArray[np.float64] = field(default_factory=lambda: np.zeros(4))
    _dot: float = 0.0
    _largest: float = 0.0
    _before: Nonfinite = NONE
    _after: Nonfinite = NONE
    _most: list[tuple[float, int]] = field(default_factory=list)
    _open_length: float = 0.0
    _left_out: int = 0

    def __post_init__(self, across: bool) -> None:
        self._rows = ByColumn() if across else ByRow()

    def add(self, a: Raw, b: Raw, rows: NDArray[np.integer], *, whole: bool = True) -> None:
        """Count in a pair of blocks.

        Args:
            a: (n, width), raw values of the first side.
            b: (n, width), raw values of the second.
            rows: (n,), numbers of the second side's rows.
            whole: False for a part of rows that more parts follow.
        """
        if not a.size:
            return
        self._values += a.size
        x, y = self.a.kind.decode(a), self.b.kind.decode(b)
        differ = self._differ(a, b, x, y)
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            squares = _product(x, x), _product(y, y)
            if not np.isfinite(squares).all():
                differ &= ~(np.isnan(x) & np.isnan(y))
                x, y = self._finite(x, y)
                squares = _product(x, x), _product(y, y)
            changed = int(np.count_nonzero(differ))
            self._changed += changed
            self._rows.add(differ, changed, whole=whole)
            self._squares[:2] += squares
            self._dot += _product(x, y) if changed else squares[0]
            if changed or self.rotation is not None or self._open_length:
                self._add_change(x, y, rows, whole=whole)

    def result(self) -> ValueChange:
        """What it all came to."""
        aa, bb, dd, aligned = self._squares.tolist()
        return ValueChange(
            self._relative(max(math.sqrt(dd), self._largest), aa),
            _cosine(self._dot, aa, bb),
            self._largest,
            self._values,
            self._changed,
            self._rows.count,
            self._before,
            self._after,
            self._relative(math.sqrt(aligned), aa) if self.rotation is not None else None,
            tuple((row, change) for change, row in sorted(self._most, reverse=True)),
        )

    def _relative(self, length: float, base: float) -> float | None:
        """A change over the first side, given its sum of squares; None where that is no number."""
        if self._left_out == self._values:
            return None
        if not (length or self._largest):
            return 0.0
        sound = base >= _LEAST and math.isfinite(length + base)
        return length / math.sqrt(base) if sound else None

    def _differ(self, a: Raw, b: Raw, x: Floats, y: Floats) -> NDArray[np.bool_]:
        exact = self.a.dtype == self.b.dtype and self.a.kind.exact
        differ: NDArray[np.bool_] = np.not_equal(a, b) if exact else np.not_equal(x, y)
        return differ

    def _add_change(self, x: Floats, y: Floats, rows: NDArray[np.integer], *, whole: bool) -> None:
        change = y - x
        self._largest = max(self._largest, float(change.max()), -float(change.min()))
        if self.rotation is None:
            squares = _row_squares(change)
            self._squares[2] += squares.sum(dtype=np.float64)
        else:
            self._squares[2] += _product(change, change)
            change = y - x @ self.rotation
            squares = _row_squares(change)
            self._squares[3] += squares.sum(dtype=np.float64)
        if self.told:
            lengths = np.hypot(_lengths(change, squares), self._open_length)
            self._open_length = 0.0 if whole else float(lengths[0])
            if whole:
                self._tell(lengths, rows)

    def _finite(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """The same values as float64, those pairs zero of which one is not finite; counts these."""
        self._before += nonfinite(x)
        self._after += nonfinite(y)
        good = np.isfinite(x) & np.isfinite(y)
        self._left_out += good.size - int(np.count_nonzero(good))
        return np.where(good, x, 0.0).astype(np.float64), np.where(good, y, 0.0).astype(np.float64)

    def _tell(self, lengths: Floats, rows: NDArray[np.integer]) -> None:
        least = self._most[0][0] if len(self._most) == MOST_TOLD else 0.0
        if float(lengths.max(initial=0.0)) <= least:
            return
        top = np.argsort(lengths, kind="stable")[-MOST_TOLD:]
        found = [(float(lengths[one]), int(rows[one])) for one in top if lengths[one] > 0]
        self._most = sorted([*self._most, *found])[-MOST_TOLD:]


def nonfinite(values: Floats) -> Nonfinite:
    """Count what is no number."""
    nan, finite = np.isnan(values), np.isfinite(values)
    nans = int(np.count_nonzero(nan))
    return Nonfinite(nans, values.size - int(np.count_nonzero(finite)) - nans)


def _product(x: Floats, y: Floats) -> float:
    """Sum of products; in float64 where float32 would lose it."""
    total = float(np.dot(x.ravel(), y.ravel()))
    if np.isfinite(total) and abs(total) > _TINY * x.size:
        return total
    if not (x.any() and y.any()):
        return 0.0
    return float(np.dot(x.ravel().astype(np.float64), y.ravel().astype(np.float64)))


def _row_squares(values: Floats) -> Floats:
    """Sum of squares of each row, (n,)."""
    if values.shape[1] <= _NARROW:
        squares: Floats = np.einsum("ij,ij->i", values, values)
    else:
        squares = np.vecdot(values, values)
    if float(squares.sum()) > _TINY * values.size:
        return squares
    wide = values.astype(np.float64)
    exact: Floats = np.vecdot(wide, wide)
    return exact


def _lengths(values: Floats, squares: Floats) -> Floats:
    """Length of each row, (n,), given its sum of squares; right where float64 has no such sum."""
    lengths: Floats = np.sqrt(squares)
    total = float(squares.sum(dtype=np.float64))
    if total >= _LEAST * len(squares) and math.isfinite(total):
        return lengths
    largest = np.abs(values).max(axis=1, keepdims=True).astype(np.float64)
    scaled = values / np.where(largest > 0, largest, 1.0)
    wide: Floats = largest[:, 0] * np.sqrt(np.vecdot(scaled, scaled))
    return wide


def _cosine(dot: float, aa: float, bb: float) -> float | None:
    if not (min(aa, bb) >= _LEAST and math.isfinite(aa + bb)):
        return None
    return min(1.0, max(-1.0, dot / math.sqrt(aa) / math.sqrt(bb)))
