"""Factor matrices up to rotation: orthogonal Procrustes, and scores that no rotation changes.

Scores are U V'. For every orthogonal R they are those of U R and V R as well, so that two trainings
may differ in all values and recommend the same.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modelref.adapters.tensors.blocks import RowReader
from modelref.adapters.tensors.ids import Paired, increasing
from modelref.adapters.tensors.tensor import FileTensor
from modelref.domain.diff.weights import ScoreChange

_MOST_FACTORS = 1024
"""Of wider matrices, a rotation alone would take more memory and time than all the rest."""
_AT_ONCE = 1024
_MOST_BLOCKS = 16
"""Blocks of rows of each matrix that a rotation is estimated on; evenly spaced in larger ones."""
_USERS = 256
_ITEMS = 1024
_BEST = 10


@dataclass(frozen=True, slots=True)
class Factors:
    """A factor matrix of both sides.

    Attributes:
        a: (rows, factors), the first side.
        b: (rows, factors), the second side.
        pairing: their rows by id.
    """

    a: FileTensor
    b: FileTensor
    pairing: Paired

    def shared(self, most: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows of both sides, evenly spaced by id where there are more than wanted."""
        rows = np.flatnonzero(self.pairing.partner >= 0)
        if len(rows) > most:
            wanted = np.linspace(0, len(rows) - 1, most).astype(np.int64)
            keys = self.pairing.keys[rows]
            rows = rows[wanted] if increasing(keys) else np.sort(rows[np.argsort(keys)[wanted]])
        return rows, self.pairing.partner[rows].astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Aligned:
    """A rotation; port ``Rotation``.

    Attributes:
        matrix: (factors, factors), orthogonal, to be multiplied from the right.
    """

    matrix: NDArray[np.float32]

    @property
    def factors(self) -> int:
        """How many factors it rotates."""
        return len(self.matrix)


def align(users: Factors, items: Factors) -> Aligned | None:
    """The rotation or reflection that brings one side's factors nearest to the other's.

    It minimises the squared distance of both matrices together, over the orthogonal matrices
    (P. H. Schönemann, "A generalized solution of the orthogonal Procrustes problem",
    Psychometrika 31, 1966); of matrices with more than 16,384 rows, over a part of these.

    Returns:
        None where values are not finite, or there are more than 1,024 factors.
    """
    width = users.a.width
    if width > _MOST_FACTORS:
        return None
    product = np.zeros((width, width))
    for factors in (users, items):
        here = np.flatnonzero(factors.pairing.partner >= 0)
        with RowReader(factors.a) as first, RowReader(factors.b) as second, _quiet():
            for some in _blocks(len(here)):
                rows = here[some]
                a = _wide(factors.a, first, rows)
                product += a.T @ _wide(factors.b, second, factors.pairing.partner[rows])
    if not np.isfinite(product).all():
        return None
    left, _, right = np.linalg.svd(product)
    return Aligned((left @ right).astype(np.float32))


def compare_scores(users: Factors, items: Factors) -> ScoreChange | None:
    """Compare the scores of a panel: some rows of one matrix times some of the other.

    Returns:
        None where nothing is shared, values are not finite, or there are more than 1,024 factors.
    """
    if max(users.a.width, users.b.width) > _MOST_FACTORS:
        return None
    with _quiet():
        before, after = _scores(users, items)
        base, end = float((before**2).sum()), float((after**2).sum())
    if not before.size or not np.isfinite(base + end):
        return None
    distance = float(((after - before) ** 2).sum())
    return ScoreChange(
        len(before),
        before.shape[1],
        (distance / base) ** 0.5 if base else (None if distance else 0.0),
        float((before * after).sum()) / (base * end) ** 0.5 if base and end else None,
        _kept(before, after),
    )


def _scores(users: Factors, items: Factors) -> list[NDArray[np.float64]]:
    """(users, items), the panel's scores on each side."""
    rows, columns = users.shared(_USERS), items.shared(_ITEMS)
    sides = ((users.a, items.a), (users.b, items.b))
    return [
        _some(left, rows[side]) @ _some(right, columns[side]).T
        for side, (left, right) in enumerate(sides)
    ]


def _kept(before: NDArray[np.float64], after: NDArray[np.float64]) -> float:
    """Mean share of the best items of a row that stay among them."""
    best = min(_BEST, before.shape[1])
    stay = _tops(before, best) & _tops(after, best)
    return float(stay.sum() / (len(before) * best))


def _tops(scores: NDArray[np.float64], best: int) -> NDArray[np.bool_]:
    """Which scores are the best ones of their row; of equal ones, the first."""
    least = np.partition(scores, -best, axis=1)[:, -best, None]
    above = scores > least
    rest = best - np.count_nonzero(above, axis=1, keepdims=True)
    equal = scores == least
    tops: NDArray[np.bool_] = above | (equal & (np.cumsum(equal, axis=1, dtype=np.int32) <= rest))
    return tops


def _quiet() -> np.errstate:
    """Values that are not finite are looked for in the result."""
    return np.errstate(invalid="ignore", over="ignore")


def _blocks(count: int) -> list[slice]:
    """All rows in blocks, or evenly spaced blocks where there are too many."""
    starts = np.arange(0, count, _AT_ONCE)
    if len(starts) > _MOST_BLOCKS:
        starts = np.linspace(0, count - _AT_ONCE, _MOST_BLOCKS).astype(np.int64)
    return [slice(start, min(start + _AT_ONCE, count)) for start in starts.tolist()]


def _wide(tensor: FileTensor, reader: RowReader, rows: NDArray[np.integer]) -> NDArray[np.float64]:
    """Some rows as float64."""
    return tensor.kind.decode(reader.take(rows)).astype(np.float64)


def _some(tensor: FileTensor, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    with RowReader(tensor) as reader:
        return _wide(tensor, reader, rows)
