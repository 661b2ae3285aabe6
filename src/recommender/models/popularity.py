"""The same list for everyone: what most users met lately."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from recommender.fitting.family import Family, Fitted, Sizes, Tensors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from recommender.arrays import Floats, Ints
    from recommender.fitting.dataset import FitData
    from recommender.params import Section


@dataclass(frozen=True)
class Popularity(Family):
    """Items by the number of users that met them in the last `days` days.

    Attributes:
        days: Length of the window before the end of the fit weeks.
    """

    days: int

    @classmethod
    def parse(cls, section: Section) -> Self:
        """Read `train.popularity`."""
        section.only("days")
        return cls(section.integer("days", 1))

    def learn(self, data: FitData, seed: int) -> Tensors:  # noqa: ARG002
        """Count users an item."""
        return {"popularity": data.popularity(self.days)}

    def shapes(self, sizes: Sizes) -> Mapping[str, tuple[int, ...]]:
        """One tensor a name that `learn` returns."""
        return {"popularity": (sizes.items,)}

    def scores(self, fitted: Fitted, users: Ints) -> Floats:
        """The counts, once a user."""
        return np.tile(fitted.floats("popularity"), (len(users), 1))
