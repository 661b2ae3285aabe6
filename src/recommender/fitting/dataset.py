"""What a model is fitted on: the fit weeks, seen from their end."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

if TYPE_CHECKING:
    from recommender.arrays import Csr, Floats, Ints
    from recommender.interactions import IdMap


@dataclass(frozen=True)
class FitData:
    """Events by index and age.

    Attributes:
        users: Users in index order.
        items: Items in index order.
        user: (events,) user index.
        item: (events,) item index.
        age_days: (events,) days before the end of the fit weeks, float32.
        weight: (events,) how much an event counts, float32.
    """

    users: IdMap
    items: IdMap
    user: Ints
    item: Ints
    age_days: Floats
    weight: Floats

    @property
    def shape(self) -> tuple[int, int]:
        """Users, items."""
        return len(self.users), len(self.items)

    @cached_property
    def counts(self) -> Csr:
        """Users x items: sum of the weights."""
        return self._matrix(self.weight)

    def decayed(self, tau_days: float) -> Csr:
        """Users x items: sum of weight times e^(-age / tau). Same pattern as `counts`."""
        return self._matrix(self.weight * np.exp(-self.age_days / np.float32(tau_days)))

    def popularity(self, days: int) -> Floats:
        """(items,) how many users met each item in the last `days` days."""
        recent = self.age_days <= days
        n_items = len(self.items)
        pairs = np.unique(self.user[recent] * n_items + self.item[recent])
        return np.bincount(pairs % n_items, minlength=n_items).astype(np.float32)

    def _matrix(self, values: Floats) -> Csr:
        matrix = sp.csr_array(
            sp.coo_array((values.astype(np.float32), (self.user, self.item)), shape=self.shape)
        )
        matrix.sum_duplicates()
        return matrix
