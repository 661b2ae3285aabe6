"""Matrix factorisation for implicit feedback by alternating least squares.

Hu, Koren & Volinsky, "Collaborative filtering for implicit feedback datasets", ICDM 2008: every
pair counts, a seen pair with confidence 1 + alpha r. Each half-step solves one small linear system
a row; as Takacs, Pilaszy & Tikk (RecSys 2011) propose, a few steps of conjugate gradients from the
last solution replace the exact solve. Here all rows take each step together, so the work is sparse
products and no Python loop runs over users or items.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import scipy.sparse as sp
from tqdm import tqdm

from recommender.fitting.family import Family, Fitted, Sizes, Tensors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from recommender.arrays import Csr, Floats, Ints
    from recommender.fitting.dataset import FitData
    from recommender.params import Section

WEIGHTINGS = ("binary", "log", "count")

_STEPS = 3
_PAIRS_AT_ONCE = 8192
_START = 0.01


@dataclass(frozen=True)
class Als(Family):
    """Users and items as vectors whose product says how likely they meet.

    Attributes:
        factors: Length of the vectors.
        iterations: Rounds over users, then items.
        regularization: Of the squared length of the vectors.
        alpha: Confidence of a seen pair over that of an unseen one, times r.
        weighting: r of a seen pair: 1 (`binary`), log(1 + count) (`log`), or `count`.
    """

    factors: int
    iterations: int
    regularization: float
    alpha: float
    weighting: str

    @classmethod
    def parse(cls, section: Section) -> Self:
        """Read `train.als`."""
        section.only("factors", "iterations", "regularization", "alpha", "weighting")
        return cls(
            section.integer("factors", 1, 1024),
            section.integer("iterations", 1, 1000),
            section.number("regularization", above=0),
            section.number("alpha", above=0),
            section.choice("weighting", WEIGHTINGS),
        )

    @property
    def draws(self) -> bool:
        """It starts from random factors."""
        return True

    def learn(self, data: FitData, seed: int) -> Tensors:
        """Alternate.

        Returns:
            `user_factors` (users, factors) and `item_factors` (items, factors), float32.
        """
        extra = self._extra_confidence(data.counts)
        across: Csr = sp.csr_array(extra.T)
        random = np.random.default_rng(seed)
        users, items = (
            random.standard_normal((side, self.factors), dtype=np.float32) * np.float32(_START)
            for side in extra.shape
        )
        for _ in tqdm(range(self.iterations), desc="als", disable=None):
            users = improve(users, items, extra, self.regularization)
            items = improve(items, users, across, self.regularization)
        return {"user_factors": users, "item_factors": items}

    def shapes(self, sizes: Sizes) -> Mapping[str, tuple[int, ...]]:
        """One tensor a name that `learn` returns."""
        return {
            "user_factors": (sizes.users, self.factors),
            "item_factors": (sizes.items, self.factors),
        }

    def scores(self, fitted: Fitted, users: Ints) -> Floats:
        """Products of the vectors."""
        return fitted.floats("user_factors")[users] @ fitted.floats("item_factors").T

    def _extra_confidence(self, counts: Csr) -> Csr:
        weights = {
            "binary": np.ones_like(counts.data),
            "log": np.log1p(counts.data),
            "count": counts.data,
        }
        values = weights[self.weighting] * np.float32(self.alpha)
        return sp.csr_array((values, counts.indices, counts.indptr), shape=counts.shape)


def improve(rows: Floats, others: Floats, extra: Csr, regularization: float) -> Floats:
    """A few steps of conjugate gradients on every row's least-squares problem.

    Args:
        rows: (rows, factors), where to start.
        others: (columns, factors), held fixed.
        extra: (rows, columns), confidence of a seen pair minus 1.
        regularization: lambda.

    Returns:
        (rows, factors), float32, better rows.
    """
    gram = others.T @ others
    gram[np.diag_indices_from(gram)] += np.float32(regularization)
    owner = np.repeat(np.arange(extra.shape[0]), np.diff(extra.indptr))

    def apply(vectors: Floats) -> Floats:
        return vectors @ gram + _reweighted(vectors, others, extra, owner)

    target = sp.csr_array((extra.data + 1, extra.indices, extra.indptr), shape=extra.shape) @ others
    residual = target - apply(rows)
    direction = residual.copy()
    length = np.einsum("ij,ij->i", residual, residual)
    rows = rows.copy()
    for _ in range(_STEPS):
        turned = apply(direction)
        # A row that is solved has no direction left; the floor keeps 0 / 0 out.
        curvature = np.maximum(np.einsum("ij,ij->i", direction, turned), np.float32(1e-30))
        step = (length / curvature)[:, None]
        rows += step * direction
        residual -= step * turned
        shorter = np.einsum("ij,ij->i", residual, residual)
        direction *= (shorter / np.maximum(length, np.float32(1e-30)))[:, None]
        direction += residual
        length = shorter
    return rows


def _reweighted(vectors: Floats, others: Floats, extra: Csr, owner: Ints) -> Floats:
    """Sum over a row's seen columns of extra confidence times (vector . other) other."""
    values = np.empty_like(extra.data)
    for start in range(0, len(values), _PAIRS_AT_ONCE):
        block = slice(start, start + _PAIRS_AT_ONCE)
        np.einsum(
            "ij,ij->i", vectors[owner[block]], others[extra.indices[block]], out=values[block]
        )
    values *= extra.data
    weighted = sp.csr_array((values, extra.indices, extra.indptr), shape=extra.shape)
    return np.asarray(weighted @ others)
