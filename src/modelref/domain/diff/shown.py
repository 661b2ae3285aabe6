"""What is shown in the lists of some users: how rare it is, and of which category."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from math import fsum, log2
from types import MappingProxyType
from typing import Any

from modelref.domain.diff.rankings import Ranking

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


NOTHING_KNOWN = Catalogue()


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
    """How much of the lists a category fills.

    Attributes:
        category: its name.
        share: of the places in the lists, 0 to 1.
    """

    category: str
    share: Shift


@dataclass(frozen=True, slots=True)
class Shown:
    """What all lists of some users show.

    Attributes:
        coverage: different items in them.
        novelty: mean self-information of the listed items in bits, more for rarer ones; None where
            popularity is not known.
        categories: those whose share of the lists changed most.
    """

    coverage: Shift
    novelty: Shift | None
    categories: tuple[CategoryShift, ...]


def what_is_shown(
    old: Iterable[Ranking], new: Iterable[Ranking], catalogue: Catalogue = NOTHING_KNOWN
) -> Shown:
    """Compare what is listed on both sides.

    Args:
        old: lists of the first side.
        new: lists of the second side.
        catalogue: what is known of items.
    """
    before, after = (Counter(chain.from_iterable(lists)) for lists in (old, new))
    return Shown(
        Shift(len(before), len(after)),
        _novelty(before, after, catalogue),
        _categories(before, after, catalogue.categories),
    )


def _novelty(
    before: Counter[Hashable], after: Counter[Hashable], catalogue: Catalogue
) -> Shift | None:
    """Mean self-information in bits, where every item counts as met once more than it was."""
    met = catalogue.met + catalogue.count
    if not catalogue.met or not before or not after:
        return None

    def mean(listed: Counter[Hashable]) -> float:
        bits = (
            times * -log2((catalogue.popularity.get(item, 0) + 1) / met)
            for item, times in listed.items()
        )
        return fsum(bits) / listed.total()

    return Shift(mean(before), mean(after))


def _categories(
    before: Counter[Hashable], after: Counter[Hashable], categories: Mapping[Any, str]
) -> tuple[CategoryShift, ...]:
    """Categories whose share of the lists changed, the largest change first; none unknown."""
    if not categories or not before or not after:
        return ()
    old, new = _shares(before, categories), _shares(after, categories)
    shifts = [
        CategoryShift(name, Shift(old.get(name, 0), new.get(name, 0)))
        for name in sorted({*old, *new})
    ]
    changed = [shift for shift in shifts if shift.share.change]
    changed.sort(key=lambda shift: (-abs(shift.share.change), shift.category))
    return tuple(changed[:_MOST_CATEGORIES])


def _shares(listed: Counter[Hashable], categories: Mapping[Any, str]) -> Mapping[str, float]:
    """Of the places in some lists, the share of each category."""
    counts: Counter[str] = Counter()
    for item, times in listed.items():
        counts[categories.get(item, "unknown")] += times
    return {name: count / listed.total() for name, count in counts.items()}
