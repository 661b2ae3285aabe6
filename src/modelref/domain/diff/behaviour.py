"""Behaviour: whose lists change from one version to another, and how.

Both versions answered for the same panel of users. Users stand here under keys that only join the
two sides: no value below holds one.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from types import MappingProxyType

from modelref.domain.diff.examples import Example, most_changed
from modelref.domain.diff.listpairs import (
    ListPair,
    SegmentBehaviour,
    Segments,
    by_segment,
    mean_tau,
    pair_lists,
    shown_to,
)
from modelref.domain.diff.lists import Lists, Seeds, kept, longest, seed_floor
from modelref.domain.diff.shown import NOTHING_KNOWN, Catalogue, Shown


@dataclass(frozen=True, slots=True)
class BehaviourDiff:
    """What changes for the panel.

    Attributes:
        k: length at which lists are compared: that of the shorter side.
        lengths: of the longest list, on the first side and on the second.
        users: users that both sides have a list for.
        only_before: users that only the first side has one for.
        only_after: users that only the second side has one for.
        overlap: mean share of a list that stays, of the users and ranks that both sides have.
        kept: the same of all users and ranks of the first side: a user without a list keeps
            nothing, nor does a rank that is gone.
        jaccard: mean Jaccard index.
        rbo: mean rank-biased overlap.
        tau: mean Kendall's tau of the items that stay; None where no two do.
        top1_changed: share of the users whose first item is another.
        floor: ``overlap`` of two trainings that differ in nothing but their seed, of the same
            users and ranks; None where no side has lists of both.
        shown: what all lists show.
        items: how many items there are to show; 0 where that is not known.
        histogram: users by how many of k items stay, from none to all.
        segments: the same by segment, those of the least overlap first.
        examples: users whose lists change most.
    """

    k: int
    lengths: tuple[int, int]
    users: int
    only_before: int
    only_after: int
    overlap: float
    kept: float
    jaccard: float
    rbo: float
    tau: float | None
    top1_changed: float
    floor: float | None
    shown: Shown
    items: int
    histogram: tuple[int, ...]
    segments: tuple[SegmentBehaviour, ...]
    examples: tuple[Example, ...]

    def __bool__(self) -> bool:
        """Whether any list, or the panel itself, differs."""
        before, after = self.lengths
        return bool(self.examples or self.only_before or self.only_after or before != after)


def diff_behaviour(
    before: Lists,
    after: Lists,
    *,
    catalogue: Catalogue = NOTHING_KNOWN,
    segments: Segments = MappingProxyType({}),
    seeds: Seeds | None = None,
) -> BehaviourDiff | None:
    """Compare the lists of a panel; None where the sides share no user.

    Args:
        before: the first side's lists.
        after: the second side's lists.
        catalogue: what is known of items.
        segments: what is known of users.
        seeds: lists of two trainings that differ in nothing but their seed, if there are any.
    """
    both = [user for user in before if user in after]
    lengths = (longest(before, both), longest(after, both))
    k = min(lengths)
    if not both or not k:
        return None
    pairs = [pair_lists(user, before[user][:k], after[user][:k]) for user in both]
    return BehaviourDiff(
        k,
        lengths,
        len(both),
        len(before) - len(both),
        len(after) - len(both),
        fmean(one.overlap for one in pairs),
        kept(before, after),
        fmean(one.jaccard for one in pairs),
        fmean(one.rbo for one in pairs),
        mean_tau(pairs),
        fmean(one.top1_changed for one in pairs),
        seed_floor(seeds, k, both) if seeds else None,
        shown_to(pairs, catalogue),
        catalogue.count,
        _histogram(pairs, k),
        by_segment(pairs, segments, catalogue),
        most_changed(pairs, catalogue, segments),
    )


def _histogram(pairs: Sequence[ListPair], k: int) -> tuple[int, ...]:
    counts = Counter(len(set(one.before) & set(one.after)) for one in pairs)
    return tuple(counts[kept] for kept in range(k + 1))
