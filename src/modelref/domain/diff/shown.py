"""What is shown in all lists of a panel: how rare it is, and of which category."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log2
from statistics import fmean
from types import MappingProxyType
from typing import Any

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
    """How much of all lists a category fills.

    Attributes:
        category: its name.
        share: of the places in the lists, 0 to 1.
    """

    category: str
    share: Shift


def novelty_shift(
    old: Sequence[Hashable], new: Sequence[Hashable], catalogue: Catalogue
) -> Shift | None:
    """Mean self-information in bits, where every item counts as met once more than it was.

    Args:
        old: items of all lists of the first side, as often as they are listed.
        new: the same of the second side.
        catalogue: how often items were met; None is returned where that is not known.
    """
    total = catalogue.met + catalogue.count
    if not catalogue.met or not old or not new:
        return None

    def mean(items: Sequence[Hashable]) -> float:
        return fmean(-log2((catalogue.popularity.get(item, 0) + 1) / total) for item in items)

    return Shift(mean(old), mean(new))


def category_shifts(
    old: Sequence[Hashable], new: Sequence[Hashable], categories: Mapping[Any, str]
) -> tuple[CategoryShift, ...]:
    """Categories whose share of the lists changed, the largest change first.

    Args:
        old: items of all lists of the first side, as often as they are listed.
        new: the same of the second side.
        categories: by item; empty where none are known.
    """
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
