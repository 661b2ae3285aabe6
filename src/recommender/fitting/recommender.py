"""A recommender: a family, fitted. The one protocol that every family is used through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

from recommender.errors import ModelError
from recommender.fitting.family import Fitted, pattern
from recommender.fitting.threads import one_thread
from recommender.topk import EMPTY, top_k

if TYPE_CHECKING:
    from recommender.arrays import Csr, Floats, Ids, Ints
    from recommender.fitting.dataset import FitData
    from recommender.fitting.family import Family

_BATCH_BYTES = 24 << 20
"""Scores held at once. The allocator hands blocks up to 32 MB out again without new pages;
beyond, page faults cost as much as the product itself."""


class Recommender:
    """Top-k lists for users by id.

    Attributes:
        family: Hyper-parameters, learning and scoring.
    """

    def __init__(self, family: Family, fitted: Fitted | None = None) -> None:
        self.family = family
        self._fitted = fitted

    @property
    def fitted(self) -> Fitted:
        """What the family has learned.

        Raises:
            ModelError: Nothing yet.
        """
        if self._fitted is None:
            raise ModelError(
                f"this {type(self.family).__name__} is not fitted",
                "call fit(), or load a saved one",
            )
        return self._fitted

    def fit(self, data: FitData, seed: int) -> Self:
        """Learn from `data` and forget what was learned before.

        Raises:
            ModelError: The data are too large for the family.
        """
        with one_thread():
            tensors = self.family.learn(data, seed)
        self._fitted = Fitted(data.users, data.items, pattern(data.counts), tensors)
        return self

    def scores(self, users: Ints) -> Floats:
        """Score every item for users by index: (users, items), float32."""
        with one_thread():
            return self.family.scores(self.fitted, users)

    def rank(self, users: Ints, k: int, hidden: Csr | None = None) -> tuple[Ints, Floats]:
        """Best items of users by index.

        Args:
            users: (users,) indices.
            k: Length of the lists.
            hidden: Users x items of the whole id map; pairs in it are never shown.

        Returns:
            Item indices (users, min(k, items)) and their scores, as `top_k` gives them.
        """
        if k < 1:
            raise ModelError(f"lists of {k} items were asked for", "ask for at least 1")
        fitted, lists, values = self.fitted, [], []
        size = max(1, _BATCH_BYTES // (4 * len(fitted.items)))
        for start in range(0, len(users), size):
            batch = users[start : start + size]
            scores = self.scores(batch)
            if hidden is not None:
                scores[hidden[batch].nonzero()] = -np.inf
            index, best = top_k(scores, k)
            lists.append(index)
            values.append(best)
        if not lists:
            width = min(k, len(fitted.items))
            return np.empty((0, width), np.int64), np.empty((0, width), np.float32)
        return np.vstack(lists), np.vstack(values)

    def recommend(
        self, users: Ids, k: int, *, exclude_seen: bool
    ) -> tuple[list[Ids], list[Floats]]:
        """Best items of users by id.

        Args:
            users: (users,) ids.
            k: Length of the lists; the catalogue's size is the most.
            exclude_seen: Leave out what the user met in the fit weeks.

        Returns:
            Item ids of each user, best first, ties to the lower item index; and their scores. A
            list is shorter than k where nothing else may be shown.

        Raises:
            UnknownUserError: A user is not in the model.
            ModelError: k is less than 1, or the model is not fitted.
        """
        fitted = self.fitted
        lists, scores = self.rank(
            fitted.users.known(users), k, fitted.seen if exclude_seen else None
        )
        shown = lists != EMPTY
        return (
            [fitted.items.ids[line[keep]] for line, keep in zip(lists, shown, strict=True)],
            [line[keep] for line, keep in zip(scores, shown, strict=True)],
        )
