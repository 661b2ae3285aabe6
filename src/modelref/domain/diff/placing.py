"""Results per user held against the metrics files: whose figure each is, and whether both agree."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from modelref.domain.diff.metrics import PairedMetric
from modelref.domain.diff.results import Gap, MeasuredMetric, Own, Results, correct, endings
from modelref.domain.diff.values import finite
from modelref.domain.snapshot import Value, Values

Place: TypeAlias = tuple[str, str]
"""A metrics file, and a dotted key in it."""

SHARED = 0.9
"""Share of a side's users that the other must have too, so that both speak of the same users."""
_MOST_ROUNDED, _ALWAYS_ROUNDED = 0.01, 0.0005
_SUMMED = 1e-5
"""Relative difference of two sums of the same figures, in single precision."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One side's metrics files, and what it is called.

    Attributes:
        name: the side.
        metrics: values by file and key.
    """

    name: str
    metrics: Values


class Placed(NamedTuple):
    """Results per user, by the place of their metric.

    Attributes:
        results: of those whose place is known, and that agree with the metrics files.
        doubts: why the figures at a place prove nothing.
    """

    results: Mapping[Place, PairedMetric]
    doubts: Mapping[Place, str]


class _Found(NamedTuple):
    """Where a metric stands on one side.

    Attributes:
        places: those that it may be; one where that is known.
        doubt: why it proves nothing; empty where it does.
    """

    places: tuple[Place, ...]
    doubt: str = ""


def place_results(results: Results, a: Figures | None, b: Figures, path: str) -> Placed:
    """Find the metric of the metrics files that each result is, and correct for their number.

    A metric is that of the key which is its own, or which alone ends in it; where several files
    have the key, of the one that holds the mean over the side's users.

    Args:
        results: what was measured, and what could not be.
        a: the first side; None where it was scored anew, so that no file has its figures.
        b: the second side.
        path: the file of results, where a metric stands that no metrics file has.
    """
    sound: list[tuple[Place, MeasuredMetric]] = []
    doubts: dict[Place, str] = {}
    sides = [side for side in (a, b) if side is not None]
    keys = set(keys_of(sides))
    for one in results.measured:
        key = _known_as(one.key, keys)
        means = zip(sides, one.own[-len(sides) :], strict=True)
        found = [_find(side, key, own) for side, own in means]
        places = next((these.places for these in reversed(found) if these.places), ())
        agreed = len(places) == 1 and all(these.places for these in found)
        why = next((these.doubt for these in found if these.doubt), "")
        if not places:
            sound.append(((path, key), one))
        elif why or not agreed:
            doubts |= dict.fromkeys(_all_of(found), why)
        else:
            sound.append((places[0], one))
            thin = _too_few(one)
            if thin:
                doubts[places[0]] = thin
    corrected = correct([one for _, one in sound])
    placed = {place: one for (place, _), one in zip(sound, corrected, strict=True)}
    names = (a.name if a else "the first side, scored anew", b.name)
    ending = _by_ending(sides) if results.gaps else {}
    for gap in results.gaps:
        for place in _missed(gap, keys, ending):
            if place not in placed:
                doubts.setdefault(place, gap.said(names))
    return Placed(placed, doubts)


def keys_of(sides: Sequence[Figures]) -> Sequence[str]:
    """All keys of some sides' metrics files, sorted."""
    return sorted({key for side in sides for values in side.metrics.values() for key in values})


def agrees(value: Value, mean: float) -> bool:
    """Whether a figure of a metrics file is a mean over users, rounded as it is written there.

    It may differ by half a unit of its last digit, though by no more than 1 % or 0.0005.
    """
    number = finite(value)
    if number is None:
        return False
    exponent = Decimal(repr(value)).as_tuple().exponent
    last = 0.5 * 10.0 ** int(exponent)
    most = max(_MOST_ROUNDED * abs(number), _ALWAYS_ROUNDED)
    return abs(number - mean) <= min(last, most) + _SUMMED * max(abs(number), abs(mean))


def _find(side: Figures, key: str, own: Own) -> _Found:
    places = tuple((path, key) for path, values in side.metrics.items() if key in values)
    if not places:
        return _Found((), f"{side.name} has no {key} in its metrics files")
    right = tuple(place for place in places if agrees(side.metrics[place[0]][key], own.mean))
    if len(right) == 1:
        return _Found(right)
    if len(places) > 1:
        files = " and ".join(path for path, _ in places)
        return _Found(
            places,
            f"the results per user of {side.name} are ambiguous: {key} stands in {files}, and "
            f"{'each' if right else 'none'} holds their mean of {own.mean:.6g}",
        )
    path, _ = places[0]
    return _Found(
        places,
        f"{key} of {side.name} is {side.metrics[path][key]!r:.40} in {path}, and "
        f"{own.mean:.6g} on average over its {own.users:,} results per user",
    )


def _by_ending(sides: Sequence[Figures]) -> Mapping[str, list[Place]]:
    """Places by their key, and by what of it stands after each dot."""
    found: dict[str, list[Place]] = {}
    for side in sides:
        for path, values in side.metrics.items():
            for key in values:
                for ending in endings(key):
                    found.setdefault(ending, []).append((path, key))
    return found


def _missed(
    gap: Gap, keys: Collection[str], ending: Mapping[str, Sequence[Place]]
) -> Sequence[Place]:
    """Metrics that a gap is about: that of its key, or all that end in it, of any task.

    Where none has its task, that of the column's own name.
    """
    places = ending.get(gap.key, ())
    if gap.key in keys or gap.of_column:
        return [place for place in places if gap.of_column or place[1] == gap.key]
    if not places:
        return [place for place in ending.get(gap.metric, ()) if place[1] == gap.metric]
    return places if len({key for _, key in places}) == 1 else ()


def _all_of(found: Sequence[_Found]) -> Iterator[Place]:
    for these in found:
        yield from these.places


def _too_few(one: MeasuredMetric) -> str:
    """Say so where one side has results of many users that the other has none of."""
    most = max(own.users for own in one.own)
    if one.paired.users >= SHARED * most:
        return ""
    return (
        f"only {one.paired.users:,} of {most:,} users have a result of {one.key} on both sides, "
        f"and {SHARED:.0%} are asked for"
    )


def _known_as(key: str, keys: set[str]) -> str:
    ending = [other for other in keys if other.endswith(f".{key}")]
    return ending[0] if key not in keys and len(ending) == 1 else key
