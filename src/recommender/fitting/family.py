"""What a model family is: hyper-parameters that can learn and score.

A family is a frozen dataclass of its hyper-parameters. What it learns are named tensors, and
nothing else: so saving, loading, hashing and comparing models is the same for every family, and no
pickle is needed. To add a family, add a file to `recommender/models` with a subclass of `Family`;
`train.model` then accepts the file's name.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

if TYPE_CHECKING:
    from recommender.arrays import Csr, Floats, Ints
    from recommender.fitting.dataset import FitData
    from recommender.interactions import IdMap
    from recommender.params import Section

Tensors = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Fitted:
    """What a family has learned.

    Attributes:
        users: Users in index order.
        items: Items in index order.
        seen: Users x items, 1 where the user met the item in the fit weeks.
        tensors: What `Family.learn` returned.
    """

    users: IdMap
    items: IdMap
    seen: Csr
    tensors: Tensors

    def floats(self, name: str) -> Floats:
        """A dense float32 tensor."""
        return self.tensors[name]

    def on_seen(self, name: str) -> Csr:
        """A tensor of one value per seen pair, as users x items."""
        seen = self.seen
        return sp.csr_array((self.tensors[name], seen.indices, seen.indptr), shape=seen.shape)

    def part(self, name: str) -> Fitted:
        """The tensors named `name.*`, for a family made of others."""
        start = f"{name}."
        own = {
            key.removeprefix(start): value
            for key, value in self.tensors.items()
            if key.startswith(start)
        }
        return Fitted(self.users, self.items, self.seen, own)


class Sizes(NamedTuple):
    """How much a model was fitted on."""

    users: int
    items: int
    pairs: int


class Family(ABC):
    """Hyper-parameters of one kind of model."""

    @property
    def draws(self) -> bool:
        """Whether `learn` draws at random, so that another seed makes another model."""
        return False

    @classmethod
    @abstractmethod
    def parse(cls, section: Section) -> Self:
        """Read the family's own section of params.yaml.

        Raises:
            ParamsError: A key is missing, unknown, of the wrong type or out of range.
        """

    @abstractmethod
    def learn(self, data: FitData, seed: int) -> Tensors:
        """Learn from `data`; called with BLAS pinned to one thread.

        Args:
            data: The fit weeks.
            seed: Of every random draw.

        Returns:
            Tensors by name. A tensor with one value per seen pair follows the pattern of
            `data.counts`.
        """

    @abstractmethod
    def shapes(self, sizes: Sizes) -> Mapping[str, tuple[int, ...]]:
        """The tensors that `learn` returns for data of these sizes, and their shapes.

        Args:
            sizes: Users, items and seen pairs.
        """

    @abstractmethod
    def scores(self, fitted: Fitted, users: Ints) -> Floats:
        """Score every item.

        Args:
            fitted: What `learn` learned.
            users: (users,) indices.

        Returns:
            (users, items), float32, C-contiguous, finite, the caller's to change.
        """


def pattern(matrix: Csr) -> Csr:
    """The same pairs, each 1."""
    ones = np.ones(matrix.nnz, dtype=np.float32)
    return sp.csr_array((ones, matrix.indices, matrix.indptr), shape=matrix.shape)
