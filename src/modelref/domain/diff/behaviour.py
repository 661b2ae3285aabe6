"""Behaviour: whose lists change from one version to another, and how.

Both versions answered for the same panel of users. Users stand here under keys that only join the
two sides: no value below holds one.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log2
from statistics import fmean
from types import MappingProxyType
from typing import Any

from modelref.domain.diff.lists import Lists, Seeds, kept, longest, seed_floor
from modelref.domain.diff.rankings import (
    Ranking,
    jaccard,
    kendall_tau,
    overlap,
    rank_biased_overlap,
)

Segments = Mapping[Any, Mapping[str, str]]
"""By user, what segment they are in, by segment column."""

_MOST_EXAMPLES = 5
_FEWEST = 5
"""Users that a segment must have to be told: fewer could be recognised."""
_MOST_DESCRIBED = 2
"""Segments that describe a user of an example: many together could name one person."""
_MOST_CATEGORIES = 10


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is known of items.

    Attributes:
        names: by item.
        categories: by item.
        popularity: how often each listed item was met.
        met: how often all items together were.
        count: how many items there are.
    """

    names: Mapping[Any, str] = field(default_factory=lambda: MappingProxyType({}))
    categories: Mapping[Any, str] = field(default_factory=lambda: MappingProxyType({}))
    popularity: Mapping[Any, float] = field(default_factory=lambda: MappingProxyType({}))
    met: float = 0
    count: int = 0


@dataclass(frozen=True, slots=True)
class Shift:
    """A number of both sides.

    Attributes:
        before: of the first side.
        after: of the second side.
    """

    before: float
    after: float

    @property
    def change(self) -> float:
        """After minus before."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class CategoryShift:
    """How much of all lists a category fills.

    Attributes:
        category: its name.
        share: of the places in the lists, 0 to 1.
    """

    category: str
    share: Shift


@dataclass(frozen=True, slots=True)
class SegmentBehaviour:
    """Some of the panel.

    Attributes:
        column: the segment column, as ``income``.
        segment: its value, as ``35-49K``.
        users: how many of the panel are in it.
        overlap: mean overlap of their lists.
        rbo: mean rank-biased overlap.
        top1_changed: share of them whose first item is another.
    """

    column: str
    segment: str
    users: int
    overlap: float
    rbo: float
    top1_changed: float


@dataclass(frozen=True, slots=True)
class Example:
    """One of the panel whose lists changed most.

    Attributes:
        description: the segments they are in.
        before: the first side's list, by name.
        after: the second side's list, by name.
        overlap: of the two.
    """

    description: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    overlap: float


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
        coverage: different items in all lists.
        items: how many items there are to show; 0 where that is not known.
        novelty: mean self-information of the listed items in bits, more for rarer ones; None where
            popularity is not known.
        categories: those whose share of the lists changed most.
        histogram: users by how many of k items stay, from none to all.
        segments: the same by segment, those that change most first.
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
    coverage: Shift
    items: int
    novelty: Shift | None
    categories: tuple[CategoryShift, ...]
    histogram: tuple[int, ...]
    segments: tuple[SegmentBehaviour, ...]
    examples: tuple[Example, ...]

    def __bool__(self) -> bool:
        """Whether any list, or the panel itself, differs."""
        before, after = self.lengths
        return bool(self.examples or self.only_before or self.only_after or before != after)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two lists of one user."""

    user: Hashable
    before: Ranking
    after: Ranking
    overlap: float
    rbo: float

    @property
    def top1_changed(self) -> bool:
        return self.before[:1] != self.after[:1]


def diff_behaviour(
    before: Lists,
    after: Lists,
    *,
    catalogue: Catalogue = Catalogue(),  # frozen
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
    pairs = [_pair(user, before[user][:k], after[user][:k]) for user in both]
    taus = [tau for one in pairs if (tau := kendall_tau(one.before, one.after)) is not None]
    old = [item for one in pairs for item in one.before]
    new = [item for one in pairs for item in one.after]
    return BehaviourDiff(
        k,
        lengths,
        len(both),
        len(before) - len(both),
        len(after) - len(both),
        fmean(one.overlap for one in pairs),
        kept(before, after),
        fmean(jaccard(one.before, one.after) for one in pairs),
        fmean(one.rbo for one in pairs),
        fmean(taus) if taus else None,
        fmean(one.top1_changed for one in pairs),
        seed_floor(seeds, k, both) if seeds else None,
        Shift(len(set(old)), len(set(new))),
        catalogue.count,
        _novelty(old, new, catalogue),
        _categories(old, new, catalogue.categories),
        _histogram(pairs, k),
        _segments(pairs, segments),
        _examples(pairs, catalogue, _recurring(pairs, segments)),
    )


def _pair(user: Hashable, before: Ranking, after: Ranking) -> _Pair:
    return _Pair(user, before, after, overlap(before, after), rank_biased_overlap(before, after))


def _novelty(
    old: Sequence[Hashable], new: Sequence[Hashable], catalogue: Catalogue
) -> Shift | None:
    """Mean self-information, where every item counts as met once more than it was."""
    total = catalogue.met + catalogue.count
    if not catalogue.met or not old or not new:
        return None

    def mean(items: Sequence[Hashable]) -> float:
        return fmean(-log2((catalogue.popularity.get(item, 0) + 1) / total) for item in items)

    return Shift(mean(old), mean(new))


def _categories(
    old: Sequence[Hashable], new: Sequence[Hashable], categories: Mapping[Any, str]
) -> tuple[CategoryShift, ...]:
    if not categories or not old or not new:
        return ()
    before, after = (
        Counter(categories.get(item, "unknown") for item in side) for side in (old, new)
    )
    shifts = [
        CategoryShift(name, Shift(before[name] / len(old), after[name] / len(new)))
        for name in sorted({*before, *after})
    ]
    changed = [shift for shift in shifts if shift.share.change]
    changed.sort(key=lambda shift: (-abs(shift.share.change), shift.category))
    return tuple(changed[:_MOST_CATEGORIES])


def _histogram(pairs: Sequence[_Pair], k: int) -> tuple[int, ...]:
    counts = Counter(len(set(one.before) & set(one.after)) for one in pairs)
    return tuple(counts[kept] for kept in range(k + 1))


def _segments(pairs: Sequence[_Pair], segments: Segments) -> tuple[SegmentBehaviour, ...]:
    groups: dict[tuple[str, str], list[_Pair]] = {}
    for one in pairs:
        for place in segments.get(one.user, {}).items():
            groups.setdefault(place, []).append(one)
    found = [
        SegmentBehaviour(
            column,
            segment,
            len(group),
            fmean(one.overlap for one in group),
            fmean(one.rbo for one in group),
            fmean(one.top1_changed for one in group),
        )
        for (column, segment), group in groups.items()
        if len(group) >= _FEWEST
    ]
    return tuple(sorted(found, key=lambda one: (one.rbo, one.column, one.segment)))


def _recurring(pairs: Sequence[_Pair], segments: Segments) -> Mapping[Any, Sequence[str]]:
    """By user, the segments they share with enough others, as text."""
    sizes = Counter(place for one in pairs for place in segments.get(one.user, {}).items())
    return {
        one.user: [
            f"{column}: {segment}"
            for column, segment in segments.get(one.user, {}).items()
            if sizes[column, segment] >= _FEWEST
        ]
        for one in pairs
    }


def _examples(
    pairs: Sequence[_Pair], catalogue: Catalogue, segments: Mapping[Any, Sequence[str]]
) -> tuple[Example, ...]:
    """Users whose lists change most; where several do alike, by what is shown of them.

    The order must not depend on who they are: it would tell something of the ids.
    """

    def names(items: Ranking) -> tuple[str, ...]:
        return tuple(catalogue.names.get(item, str(item)) for item in items)

    changed = sorted((one for one in pairs if one.before != one.after), key=lambda one: one.rbo)
    edge = changed[: _MOST_EXAMPLES * 4]
    shown = [
        (
            one.rbo,
            Example(
                ", ".join(segments[one.user][:_MOST_DESCRIBED]) or "one of the panel",
                names(one.before),
                names(one.after),
                one.overlap,
            ),
        )
        for one in edge
    ]
    shown.sort(key=lambda one: (one[0], one[1].description, one[1].before, one[1].after))
    return tuple(example for _, example in shown[:_MOST_EXAMPLES])
