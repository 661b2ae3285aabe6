"""Users of a panel one by one and by segment: how much of their lists stays, and whose change most.

Users stand here under keys that only join the two sides: no value that leaves holds one.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from modelref.domain.diff.rankings import (
    Ranking,
    jaccard,
    kendall_tau,
    overlap,
    rank_biased_overlap,
)
from modelref.domain.diff.shown import Catalogue, Shown, what_is_shown
from modelref.domain.diff.standing_out import stand_out

Segments = Mapping[Any, Mapping[str, str]]
"""By user, what segment they are in, by segment column."""

FEWEST = 5
"""Users that a segment must have to be told: fewer could be recognised."""


@dataclass(frozen=True, slots=True)
class SegmentBehaviour:
    """Some of the panel.

    Attributes:
        column: the segment column, as ``income``.
        segment: its value, as ``35-49K``.
        users: how many of the panel are in it.
        overlap: mean overlap of their lists.
        jaccard: mean Jaccard index.
        rbo: mean rank-biased overlap.
        tau: mean Kendall's tau of the items that stay; None where no two do.
        top1_changed: share of them whose first item is another.
        shown: what their lists show.
        p_value: of their mean overlap, beside as many of the panel drawn at random; corrected for
            the number of segments.
    """

    column: str
    segment: str
    users: int
    overlap: float
    jaccard: float
    rbo: float
    tau: float | None
    top1_changed: float
    shown: Shown
    p_value: float


@dataclass(frozen=True, slots=True)
class ListPair:
    """Two lists of one user.

    Attributes:
        user: their key.
        before: the first side's list.
        after: the second side's list.
        overlap: of the two.
        jaccard: Jaccard index of the two.
        rbo: rank-biased overlap of the two.
        tau: Kendall's tau of the items in both; None where they share fewer than two.
    """

    user: Hashable
    before: Ranking
    after: Ranking
    overlap: float
    jaccard: float
    rbo: float
    tau: float | None

    @property
    def top1_changed(self) -> bool:
        """Whether the first item is another."""
        return self.before[:1] != self.after[:1]


def pair_lists(user: Hashable, before: Ranking, after: Ranking) -> ListPair:
    """Hold two lists of a user against each other."""
    return ListPair(
        user,
        before,
        after,
        overlap(before, after),
        jaccard(before, after),
        rank_biased_overlap(before, after),
        kendall_tau(before, after),
    )


def mean_tau(pairs: Sequence[ListPair]) -> float | None:
    """Mean of Kendall's tau; None where no user's lists share two items."""
    taus = [one.tau for one in pairs if one.tau is not None]
    return fmean(taus) if taus else None


def shown_to(pairs: Sequence[ListPair], catalogue: Catalogue) -> Shown:
    """What the lists of some users show."""
    return what_is_shown((one.before for one in pairs), (one.after for one in pairs), catalogue)


def by_segment(
    pairs: Sequence[ListPair], segments: Segments, catalogue: Catalogue
) -> tuple[SegmentBehaviour, ...]:
    """What segments keep, those of the least overlap first; small ones are left out.

    Args:
        pairs: of all users.
        segments: what is known of users.
        catalogue: what is known of items.
    """
    groups: dict[tuple[str, str], list[ListPair]] = {}
    for one in pairs:
        for place in segments.get(one.user, {}).items():
            groups.setdefault(place, []).append(one)
    told = {place: group for place, group in groups.items() if len(group) >= FEWEST}
    p_values = stand_out(
        [one.overlap for one in pairs], [[one.overlap for one in group] for group in told.values()]
    )
    found = [
        SegmentBehaviour(
            column,
            segment,
            len(group),
            fmean(one.overlap for one in group),
            fmean(one.jaccard for one in group),
            fmean(one.rbo for one in group),
            mean_tau(group),
            fmean(one.top1_changed for one in group),
            shown_to(group, catalogue),
            p_value,
        )
        for ((column, segment), group), p_value in zip(told.items(), p_values, strict=True)
    ]
    return tuple(sorted(found, key=lambda one: (one.overlap, one.column, one.segment)))
