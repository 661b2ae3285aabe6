"""How alike two ranked lists are. A list names no item twice; rank 1 stands first."""

from bisect import bisect
from collections.abc import Hashable, Sequence

Ranking = Sequence[Hashable]

PERSISTENCE = 0.9
"""The p of rank-biased overlap: the first ten ranks carry 86 % of the weight."""


def overlap(a: Ranking, b: Ranking) -> float:
    """Share of the longer list that stands in both, 0 to 1; 1 where both are empty."""
    longest = max(len(a), len(b))
    return len(set(a) & set(b)) / longest if longest else 1.0


def jaccard(a: Ranking, b: Ranking) -> float:
    """Items in both lists, over items in either, 0 to 1; 1 where both are empty."""
    either = set(a) | set(b)
    return len(set(a) & set(b)) / len(either) if either else 1.0


def rank_biased_overlap(a: Ranking, b: Ranking, p: float = PERSISTENCE) -> float:
    """Extrapolated rank-biased overlap, 0 to 1: agreement at every depth, the top counting most.

    Webber, Moffat & Zobel, A similarity measure for indefinite rankings, ACM TOIS 28(4), 2010,
    equation 32, which takes lists of different lengths.

    Args:
        a: one list.
        b: the other.
        p: persistence, between 0 and 1: how likely a person goes on to the next rank.
    """
    short, long = sorted((a, b), key=len)
    s, depth = len(short), len(long)
    if not depth:
        return 1.0
    if not s:
        return 0.0
    shared = _shared_by_depth(short, long)
    total = sum(shared[d] / d * p**d for d in range(1, depth + 1))
    total += sum(shared[s] * (d - s) / (s * d) * p**d for d in range(s + 1, depth + 1))
    tail = (shared[depth] - shared[s]) / depth + shared[s] / s
    return (1 - p) / p * total + tail * p**depth


def kendall_tau(a: Ranking, b: Ranking) -> float | None:
    """Kendall's tau of the items in both lists, -1 to 1; None where they share fewer than two.

    Kendall, A new measure of rank correlation, Biometrika 30, 1938: pairs in the same order less
    pairs in the other, over all pairs.
    """
    places = {item: place for place, item in enumerate(b)}
    shared = [places[item] for item in a if item in places]
    pairs = len(shared) * (len(shared) - 1) // 2
    if not pairs:
        return None
    before: list[int] = []
    swapped = 0
    for place in shared:
        at = bisect(before, place)
        swapped += len(before) - at
        before.insert(at, place)
    return 1 - 2 * swapped / pairs


def _shared_by_depth(a: Ranking, b: Ranking) -> list[int]:
    """How many items the first d of both lists share, for each d from 0 to the longer's length."""
    shared = [0]
    seen_a: set[Hashable] = set()
    seen_b: set[Hashable] = set()
    for depth in range(max(len(a), len(b))):
        both = shared[-1]
        if depth < len(a):
            seen_a.add(a[depth])
            both += a[depth] in seen_b
        if depth < len(b):
            seen_b.add(b[depth])
            both += b[depth] in seen_a
        shared.append(both)
    return shared
