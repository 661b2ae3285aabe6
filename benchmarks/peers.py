"""Peers: `implicit` behind our protocol, and figures measured earlier on the same protocol."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from recommender.fitting.family import Family, Fitted, Sizes, Tensors

if TYPE_CHECKING:
    from recommender.arrays import Floats, Ints
    from recommender.fitting.dataset import FitData

IMPLICIT = "implicit ALS 64"

# recall, nDCG, MAP, F1, hit, coverage at 20 on weeks 50 to 53, each with parameters chosen on the
# validation weeks. None: not measured.
EARLIER: dict[str, dict[str, tuple[float | None, ...]]] = {
    "all": {
        "two-stage, HistGradientBoosting ranker": (0.1491, 0.3587, 0.2199, 0.1593, 0.868, 0.128),
        "TIFU-kNN": (0.1414, 0.3462, 0.2091, 0.1510, 0.855, 0.169),
        "GP-TopFreq": (0.1365, 0.3315, None, None, None, None),
        "PureSVD 128 (log)": (0.0926, 0.2537, 0.1294, 0.1016, 0.811, 0.014),
        "implicit BM25": (0.082, 0.202, 0.099, None, None, None),
        "rectools iALS": (0.084, 0.195, None, None, None, None),
        "implicit ALS 64": (0.072, 0.177, 0.073, None, None, None),
        "LightFM BPR": (0.051, 0.129, None, None, None, None),
    },
    "novel": {
        "two-stage, HistGradientBoosting ranker": (0.0318, 0.0477, 0.0138, 0.0279, 0.459, 0.023),
        "implicit ALS 64": (0.0293, 0.0441, 0.0128, None, None, None),
        "PureSVD 32 (log)": (0.0281, 0.0427, None, None, None, None),
        "rectools iALS": (0.0305, 0.0421, 0.0121, None, None, None),
        "implicit TF-IDF": (0.024, 0.039, None, None, None, None),
        "lenskit ItemKNN": (0.026, 0.038, None, None, None, None),
        "LightFM WARP": (0.022, 0.030, None, None, None, None),
    },
}

MOVIELENS = {
    "rectools EASE": 0.2054,
    "lenskit EASE": 0.2051,
    "implicit ALS": 0.2050,
    "PureSVD 32": 0.2017,
    "LightFM WARP": 0.1991,
    "RecBole BPR": 0.1564,
    "popularity": 0.1132,
}


@dataclass(frozen=True)
class ImplicitAls(Family):
    """`implicit`'s ALS on the binary matrix."""

    @classmethod
    def parse(cls, section: Any) -> ImplicitAls:  # noqa: ARG003
        """Nothing to read."""
        return cls()

    def learn(self, data: FitData, seed: int) -> Tensors:
        """Fit with factors=64, regularization=10, alpha=1, iterations=15 on one thread."""
        als = import_module("implicit.als")
        matrix = data.counts.copy()
        matrix.data[:] = 1
        model = als.AlternatingLeastSquares(
            factors=64,
            regularization=10.0,
            alpha=1.0,
            iterations=15,
            num_threads=1,
            random_state=seed,
        )
        model.fit(matrix, show_progress=False)
        return {"user_factors": model.user_factors, "item_factors": model.item_factors}

    def shapes(self, sizes: Sizes) -> dict[str, tuple[int, ...]]:
        """As ours."""
        return {"user_factors": (sizes.users, 64), "item_factors": (sizes.items, 64)}

    def scores(self, fitted: Fitted, users: Ints) -> Floats:
        """Products of the vectors."""
        return fitted.floats("user_factors")[users] @ fitted.floats("item_factors").T
