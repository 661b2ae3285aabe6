"""What the metrics of a diff say in a few lines: those that decide, and for whom."""

from collections.abc import Collection, Iterator, Sequence

from modelref.api.kinds.metrics import counted
from modelref.api.kinds.segments import FEW_USERS, in_order, segment_change
from modelref.api.numbers import interval, number, rounded, signed
from modelref.domain.diff.metrics import MetricChange, Outcome, SegmentChange

FEW = 3
"""Metrics that are told in a few lines."""
_RANKS = {Outcome.WORSE: 0, Outcome.BETTER: 1}


def leading(changes: Sequence[MetricChange], asked: Collection[str] = ()) -> list[MetricChange]:
    """Metrics that differ, in the order in which they decide: the lost, the gate's, the worse.

    Args:
        changes: all that differ.
        asked: metrics that a gate asks for.
    """

    def rank(change: MetricChange) -> tuple[bool, bool, bool, int, float]:
        outcome = _RANKS.get(change.outcome, 2) if change.outcome else 3
        place = (not change.lost, change.metric not in asked, change.paired is None)
        return *place, outcome, -_strength(change)

    return sorted(changes, key=rank)


def counts(changes: Sequence[MetricChange]) -> str:
    """How many metrics say what: the lost, those measured on the same users, then the others."""
    lost = counted([change for change in changes if change.lost])
    kept = [change for change in changes if not change.lost]
    tested = counted([change for change in kept if change.paired is not None])
    averages = counted([change for change in kept if change.paired is None])
    told = (lost, tested, f"by averages alone, {averages}" if averages else "")
    return "; ".join(filter(None, told))


def metric_line(change: MetricChange) -> str:
    """A metric of both sides, with its interval where there is one."""
    if change.outcome is Outcome.GONE:
        return f"{change.metric} is gone: it was {number(change.before)}"
    if change.outcome is Outcome.NO_NUMBER:
        ends = f"{number(change.before)} → {number(change.after)}"
        return f"{change.metric} is no number: {ends}"
    said = f" {change.outcome.value}" if change.outcome else ""
    if change.paired is None:
        moved = f" ({signed(change.change)})" if change.change is not None else ""
        return f"{change.metric}: {number(change.before)} → {number(change.after)}{moved}{said}"
    one = change.paired
    ends = f"{rounded(one.before)} → {rounded(one.after)}"
    return f"{change.metric}: {ends}, {interval(one.change, one.interval)}{said}"


def for_whom(ordered: Sequence[MetricChange]) -> Iterator[str]:
    """For how many segments the metric that decides is worse and better, then for which.

    Segments of a few users are left out: chance alone moves them far.

    Args:
        ordered: metrics, the one that decides first.
    """
    change = next((one for one in ordered if one.segments), None)
    if change is None:
        return
    told = [one for one in in_order(change) if one.paired.users >= FEW_USERS]
    noun = "segment" if len(told) == 1 else "segments"
    of = f"of {len(told)} {noun} of {FEW_USERS} users or more"
    by_outcome = {
        outcome: [one for one in told if one.outcome(change.upwards) is outcome]
        for outcome in (Outcome.WORSE, Outcome.BETTER)
    }
    if any(by_outcome.values()):
        said = [f"{outcome} for {len(some) or 'none'}" for outcome, some in by_outcome.items()]
        yield f"{change.metric}: {', '.join(said)} {of}"
        for outcome, some in by_outcome.items():
            yield from _segments(outcome, some)
    elif told and all(one.outcome(change.upwards) is Outcome.NO_DIFFERENCE for one in told):
        yield f"{change.metric}: no difference shown for any {of}"


def _segments(outcome: Outcome, some: Sequence[SegmentChange]) -> Iterator[str]:
    alike = _alike(some)
    left = sum(map(len, alike[FEW:]))
    more = f" and {left} more" if left else ""
    if some:
        yield f"{outcome}: {', '.join(map(_segment, alike[:FEW]))}{more}"


def _alike(some: Sequence[SegmentChange]) -> list[list[SegmentChange]]:
    """Segments, with those of other columns that hold the same users as far as the means tell."""
    groups: list[list[SegmentChange]] = []
    for one in some:
        same = next((group for group in groups if _same_users(one, group)), None)
        if same is None:
            groups.append([one])
        else:
            same.append(one)
    return groups


def _same_users(one: SegmentChange, group: Sequence[SegmentChange]) -> bool:
    means = (one.paired.users, one.paired.before, one.paired.after)
    first = group[0].paired
    return means == (first.users, first.before, first.after) and all(
        one.column != other.column for other in group
    )


def _strength(change: MetricChange) -> float:
    """How large a change is beside its interval; 0 without one."""
    if change.paired is None:
        return 0.0
    width = change.paired.interval[1] - change.paired.interval[0]
    return abs(change.paired.change) / width if width > 0 else 0.0


def _segment(alike: Sequence[SegmentChange]) -> str:
    names = " = ".join(f"{one.column} {one.segment}" for one in alike)
    return f"{names} {segment_change(alike[0].paired)}"
