"""Examples: users whose lists change most, with both lists by name, never who they are."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modelref.domain.diff.listpairs import FEWEST, ListPair, Segments
from modelref.domain.diff.rankings import Ranking
from modelref.domain.diff.shown import Catalogue

_MOST_EXAMPLES = 5
_MOST_DESCRIBED = 2
"""Segments that describe a user of an example: many together could name one person."""


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


def most_changed(
    pairs: Sequence[ListPair], catalogue: Catalogue, segments: Segments
) -> tuple[Example, ...]:
    """Users whose lists change most; where several do alike, by what is shown of them.

    The order must not depend on who they are: it would tell something of the ids.
    """

    def names(items: Ranking) -> tuple[str, ...]:
        return tuple(catalogue.names.get(item, str(item)) for item in items)

    recurring = _recurring(pairs, segments)
    changed = sorted((one for one in pairs if one.before != one.after), key=lambda one: one.rbo)
    edge = changed[: _MOST_EXAMPLES * 4]
    shown = [
        (
            one.rbo,
            Example(
                ", ".join(recurring[one.user][:_MOST_DESCRIBED]) or "one of the panel",
                names(one.before),
                names(one.after),
                one.overlap,
            ),
        )
        for one in edge
    ]
    shown.sort(key=lambda one: (one[0], one[1].description, one[1].before, one[1].after))
    return tuple(example for _, example in shown[:_MOST_EXAMPLES])


def _recurring(pairs: Sequence[ListPair], segments: Segments) -> Mapping[Any, Sequence[str]]:
    """By user, the segments they share with enough others, as text."""
    sizes = Counter(place for one in pairs for place in segments.get(one.user, {}).items())
    return {
        one.user: [
            f"{column}: {segment}"
            for column, segment in segments.get(one.user, {}).items()
            if sizes[column, segment] >= FEWEST
        ]
        for one in pairs
    }
