"""Results per user as they were measured, their p-values corrected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import NamedTuple

from modelref.domain.diff.metrics import Paired, PairedMetric, SegmentChange


class Own(NamedTuple):
    """A metric of one side's own users, whether the other side has them or not.

    Attributes:
        users: how many have a value.
        mean: over these.
    """

    users: int
    mean: float


@dataclass(frozen=True, slots=True)
class MeasuredMetric:
    """A metric's change on the same users, its p-values not corrected yet.

    Attributes:
        task: what the users were measured on; empty where the files name no task.
        metric: the column.
        paired: over all users that both sides have.
        own: of the first side, and of the second.
        segments: by segment.
        sizes: by column and segment, how many users the side with more of them has there.
    """

    task: str
    metric: str
    paired: Paired
    own: tuple[Own, Own]
    segments: tuple[SegmentChange, ...] = ()
    sizes: Mapping[tuple[str, str], int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def key(self) -> str:
        """Its dotted key: ``all.ndcg@20``."""
        return f"{self.task}.{self.metric}" if self.task else self.metric


def correct(measured: Sequence[MeasuredMetric]) -> tuple[PairedMetric, ...]:
    """Correct p-values by Holm's method: over the metrics, and in each over its segments.

    Args:
        measured: all that were tested.

    Returns:
        In the same order.
    """
    overall = holm([one.paired.p_value for one in measured])
    return tuple(
        PairedMetric(
            replace(one.paired, p_value=p_value, of=max(own.users for own in one.own)),
            _corrected(one.segments, one.sizes),
            one.sizes,
        )
        for one, p_value in zip(measured, overall, strict=True)
    )


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Correct p-values for their number, by Holm's step-down method (Holm 1979, Scand J Stat 6).

    Args:
        p_values: uncorrected, each between 0 and 1.

    Returns:
        Corrected ones, in the same order.
    """
    corrected = [0.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        corrected[index] = highest
    return tuple(corrected)


def _corrected(
    segments: Sequence[SegmentChange], sizes: Mapping[tuple[str, str], int]
) -> tuple[SegmentChange, ...]:
    p_values = holm([one.paired.p_value for one in segments])
    return tuple(
        replace(
            one,
            paired=replace(one.paired, p_value=p_value, of=sizes.get((one.column, one.segment), 0)),
        )
        for one, p_value in zip(segments, p_values, strict=True)
    )
