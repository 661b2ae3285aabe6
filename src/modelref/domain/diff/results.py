"""Results per user as they were measured, their p-values corrected."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from modelref.domain.diff.metrics import Paired, PairedMetric, SegmentChange

FEWEST = 5
"""Users that are told of at the least: fewer could be recognised."""


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


class Why(StrEnum):
    """Why a metric of users cannot be compared."""

    NO_USER = "no-user"
    FEW_USERS = "few-users"
    NO_COLUMN = "no-column"
    NO_NUMBERS = "no-numbers"
    NO_TASK = "no-task"
    TOO_MANY = "too-many"


@dataclass(frozen=True, slots=True)
class Gap:
    """A metric that results per user say nothing of.

    Attributes:
        task: what the users were measured on; empty for any.
        metric: the column.
        why: the reason.
        side: of the two, the one that it lies on, where it lies on one.
        type: of the column there, where that is the reason.
    """

    task: str
    metric: str
    why: Why
    side: int = 0
    type: str = ""

    @property
    def key(self) -> str:
        """Its dotted key; the column alone where it is missing of every task."""
        return f"{self.task}.{self.metric}" if self.task else self.metric

    @property
    def of_column(self) -> bool:
        """Whether the column is the reason, whatever the task."""
        return self.why in (Why.NO_COLUMN, Why.NO_NUMBERS, Why.TOO_MANY)

    def said(self, sides: Sequence[str]) -> str:
        """The reason as a sentence without a full stop, given what the sides are called."""
        side = f"the results per user of {sides[self.side]}"
        return {
            Why.NO_USER: "no user has a result on both sides",
            Why.FEW_USERS: f"fewer than {FEWEST} users have a result on both sides: they could be "
            "recognised, and prove nothing",
            Why.NO_COLUMN: f"{side} have no column {self.metric}",
            Why.NO_NUMBERS: f"{side} have no numbers in the column {self.metric}: it is of type "
            f"{self.type}",
            Why.NO_TASK: f"{side} have no task {self.task}",
            Why.TOO_MANY: f"the results per user have more metrics than are compared, and "
            f"{self.metric} is none of the first",
        }[self.why]


@dataclass(frozen=True, slots=True)
class Results:
    """What two files of results per user say.

    Attributes:
        measured: metrics that were compared.
        gaps: those that could not be.
    """

    measured: tuple[MeasuredMetric, ...] = ()
    gaps: tuple[Gap, ...] = ()


def endings(key: str) -> Iterator[str]:
    """A dotted key, and what of it stands after each dot: a column may go by any of these."""
    yield key
    while (dot := key.find(".")) >= 0:
        key = key[dot + 1 :]
        yield key


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
