"""Lists of many users held against each other: how much of them stays, and what chance does."""

from collections.abc import Collection, Hashable, Iterable, Mapping
from statistics import fmean
from typing import Any

from modelref.domain.diff.rankings import Ranking, overlap

Lists = Mapping[Any, Ranking]
"""Items by user, best first. Users are of any type that joins the sides."""

Seeds = tuple[Lists, Lists]
"""Lists of two trainings that differ in nothing but their seed."""


def longest(lists: Lists, users: Iterable[Hashable]) -> int:
    """Length of the longest list that some users have; 0 without users."""
    return max((len(lists[user]) for user in users), default=0)


def kept(before: Lists, after: Lists) -> float:
    """Mean share of the first lists that stays, 0 to 1, over all their users and ranks.

    A user without a second list keeps nothing, nor does a rank that is gone; whom and what only
    the second lists have is left out.
    """
    k = longest(before, before)
    return fmean(overlap(items, after.get(user, ())[:k]) for user, items in before.items())


def seed_floor(seeds: Seeds, k: int, users: Collection[Hashable]) -> float | None:
    """Mean overlap of two trainings on the same data, of some users and their first ``k`` ranks.

    Returns:
        0 to 1; None where a user has no list of both, or none of both has that length: the
        overlap of other users or ranks says nothing beside it.
    """
    if not users or not all(user in side for user in users for side in seeds):
        return None
    if any(longest(side, users) < k for side in seeds):
        return None
    one, other = seeds
    return fmean(overlap(one[user][:k], other[user][:k]) for user in users)
