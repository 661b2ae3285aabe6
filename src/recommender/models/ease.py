"""EASE, without an item x item matrix where users are fewer than items.

EASE (Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019) scores X B with
B = I - P diag(P)^-1 and P = (X'X + lambda I)^-1, items x items: 34 GB at 65,000 items. By the
push-through identity X (X'X + lambda I)^-1 = K^-1 X with K = XX' + lambda I, users x users:

    X B = X - K^-1 X / diag(P),    diag(P)_j = (1 - x_j' K^-1 x_j) / lambda.

The same scores, from a 2,469 x 2,469 inverse. Where users outnumber items the primal form is the
smaller one and is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import scipy.linalg.lapack as lapack
import scipy.sparse as sp

from recommender.errors import ModelError
from recommender.fitting.family import Family, Fitted, Sizes, Tensors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from recommender.arrays import Csr, Doubles, Floats, Ints
    from recommender.fitting.dataset import FitData
    from recommender.params import Section

WEIGHTINGS = ("binary", "log", "recency")

_LARGEST = 25_000
"""Side of the largest dense inverse: 5 GB in float64."""

_ITEMS_AT_ONCE = 2048


@dataclass(frozen=True)
class Ease(Family):
    """Linear item-to-item regression with a zero diagonal, in closed form.

    Attributes:
        regularization: lambda.
        weighting: Entry of a seen pair: 1 (`binary`), log(1 + count) (`log`), or the decayed
            count (`recency`).
        tau_days: Decay of `recency`.
    """

    regularization: float
    weighting: str
    tau_days: float

    @classmethod
    def parse(cls, section: Section) -> Self:
        """Read `train.ease`."""
        section.only("regularization", "weighting", "tau_days")
        return cls(
            section.number("regularization", above=0),
            section.choice("weighting", WEIGHTINGS),
            section.number("tau_days", above=0),
        )

    def learn(self, data: FitData, seed: int) -> Tensors:  # noqa: ARG002
        """Invert the smaller Gram matrix.

        Returns:
            `entries` (seen pairs,), and either `inverse` (users, users) with `diagonal` (items,),
            or `weights` (items, items); all float32.

        Raises:
            ModelError: The smaller side is too large for a dense inverse.
        """
        entries = self._entries(data)
        users, items = entries.shape
        if min(users, items) > _LARGEST:
            raise ModelError(
                f"ease needs a dense inverse of {min(users, items):,} rows; the most is "
                f"{_LARGEST:,}",
                "set train.model to als, or clean the data to fewer users or items",
            )
        if users <= items:
            return {"entries": entries.data, **dual(entries, self.regularization)}
        return {"entries": entries.data, "weights": primal(entries, self.regularization)}

    def shapes(self, sizes: Sizes) -> Mapping[str, tuple[int, ...]]:
        """One tensor a name that `learn` returns."""
        own: dict[str, tuple[int, ...]] = {"entries": (sizes.pairs,)}
        if sizes.users <= sizes.items:
            return {**own, "inverse": (sizes.users, sizes.users), "diagonal": (sizes.items,)}
        return {**own, "weights": (sizes.items, sizes.items)}

    def scores(self, fitted: Fitted, users: Ints) -> Floats:
        """X B for the rows of `users`."""
        entries = fitted.on_seen("entries")
        if "weights" in fitted.tensors:
            weighted: Floats = entries[users] @ fitted.floats("weights")
            return np.ascontiguousarray(weighted)
        projected = (entries.T @ fitted.floats("inverse")[users].T).T
        dense: Floats = entries[users].toarray()
        dense -= projected / fitted.floats("diagonal")
        return dense

    def _entries(self, data: FitData) -> Csr:
        if self.weighting == "recency":
            return data.decayed(self.tau_days)
        counts = data.counts
        values = np.ones_like(counts.data) if self.weighting == "binary" else np.log1p(counts.data)
        return sp.csr_array((values, counts.indices, counts.indptr), shape=counts.shape)


def dual(entries: Csr, regularization: float) -> dict[str, Floats]:
    """K^-1 (users, users) and diag(P) (items,)."""
    wide = entries.astype(np.float64)
    inverse = _inverse((wide @ wide.T).toarray(), regularization)
    columns = sp.csr_array(wide.T)
    diagonal = np.empty(entries.shape[1])
    for start in range(0, len(diagonal), _ITEMS_AT_ONCE):
        block = columns[start : start + _ITEMS_AT_ONCE]
        owner = np.repeat(np.arange(block.shape[0]), np.diff(block.indptr))
        projected = np.asarray(block @ inverse)[owner, block.indices]
        leverage = np.bincount(owner, block.data * projected, block.shape[0])
        diagonal[start : start + _ITEMS_AT_ONCE] = (1 - leverage) / regularization
    return {"inverse": inverse.astype(np.float32), "diagonal": diagonal.astype(np.float32)}


def primal(entries: Csr, regularization: float) -> Floats:
    """B (items, items)."""
    wide = entries.astype(np.float64)
    inverse = _inverse((wide.T @ wide).toarray(), regularization)
    weights = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights.astype(np.float32)


def _inverse(gram: Doubles, regularization: float) -> Doubles:
    """(gram + regularization I)^-1, symmetric positive definite; `gram` is overwritten."""
    gram[np.diag_indices_from(gram)] += regularization
    factor, refused = lapack.dpotrf(gram, lower=1, overwrite_a=1)
    half, singular = lapack.dpotri(factor, lower=1, overwrite_c=1)
    if refused or singular:
        raise ModelError(
            f"ease cannot invert its Gram matrix with regularization {regularization:g}",
            "raise the regularization of ease in params.yaml",
        )
    lower = np.tril(half)
    inverse: Doubles = lower + np.tril(lower, -1).T
    return inverse
