"""Personal frequency, older purchases counting less.

A purchase `age` days old counts e^(-age / tau). On next-basket data this simplest of personal
models is hard to beat (cf. TopFreq and recency-aware UP-CF, Faggioli, Polato & Aiolli, UMAP 2020).
"""

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

# Far below what one purchase a year old counts, and above the resolution of float32 beside it.
_TIE_BREAK = np.float32(1e-6)


@dataclass(frozen=True)
class RecencyFrequency(Family):
    """Sum over a user's purchases of an item of e^(-age / tau); popularity breaks ties.

    Attributes:
        tau_days: Days after which a purchase counts 1/e.
        popularity_days: Window of the popularity that breaks ties.
    """

    tau_days: float
    popularity_days: int

    @classmethod
    def parse(cls, section: Section) -> Self:
        """Read `train.recency_frequency`."""
        section.only("tau_days", "popularity_days")
        return cls(section.number("tau_days", above=0), section.integer("popularity_days", 1))

    def learn(self, data: FitData, seed: int) -> Tensors:  # noqa: ARG002
        """Decay the counts."""
        popularity = data.popularity(self.popularity_days)
        return {
            "decayed": data.decayed(self.tau_days).data,
            "popularity": popularity / max(popularity.max(), np.float32(1)),
        }

    def shapes(self, sizes: Sizes) -> Mapping[str, tuple[int, ...]]:
        """One tensor a name that `learn` returns."""
        return {"decayed": (sizes.pairs,), "popularity": (sizes.items,)}

    def scores(self, fitted: Fitted, users: Ints) -> Floats:
        """The user's decayed counts, and a trace of popularity."""
        dense: Floats = fitted.on_seen("decayed")[users].toarray()
        dense += _TIE_BREAK * fitted.floats("popularity")
        return dense
