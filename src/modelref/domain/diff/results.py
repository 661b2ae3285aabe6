"""Results per user as they were measured, brought to the keys of the metrics files."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from modelref.domain.diff.metrics import Paired, PairedMetric, SegmentChange


@dataclass(frozen=True, slots=True)
class MeasuredMetric:
    """A metric's change on the same users, its p-values not corrected yet.

    Attributes:
        task: what the users were measured on; empty where the files name no task.
        metric: the column.
        paired: over all users that both sides have.
        segments: by segment.
    """

    task: str
    metric: str
    paired: Paired
    segments: tuple[SegmentChange, ...] = ()

    @property
    def key(self) -> str:
        """Its dotted key: ``all.ndcg@20``."""
        return f"{self.task}.{self.metric}" if self.task else self.metric


def correct(
    measured: Sequence[MeasuredMetric], keys: Collection[str]
) -> Mapping[str, PairedMetric]:
    """Correct p-values by Holm's method: over the metrics, and in each over its segments.

    Args:
        measured: all that were tested.
        keys: dotted keys of the metrics files; a metric takes that which is its own, or which
            alone ends in it.

    Returns:
        By key.
    """
    overall = holm([one.paired.p_value for one in measured])
    return {
        _key(one.key, keys): PairedMetric(
            replace(one.paired, p_value=p_value), _corrected(one.segments)
        )
        for one, p_value in zip(measured, overall, strict=True)
    }


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


def _corrected(segments: Sequence[SegmentChange]) -> tuple[SegmentChange, ...]:
    p_values = holm([one.paired.p_value for one in segments])
    return tuple(
        replace(one, paired=replace(one.paired, p_value=p_value))
        for one, p_value in zip(segments, p_values, strict=True)
    )


def _key(key: str, keys: Collection[str]) -> str:
    ending = [other for other in keys if other.endswith(f".{key}")]
    return ending[0] if key not in keys and len(ending) == 1 else key
