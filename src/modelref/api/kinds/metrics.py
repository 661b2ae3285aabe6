"""Metrics that differ, told: the headline and the table; segments of users below them."""

from collections.abc import Iterator, Sequence
from typing import Any

from modelref.api.kinds.section import Section
from modelref.api.kinds.segments import FEW_USERS, paired_shape, segment_section, segment_shapes
from modelref.api.numbers import full_keys, interval, number, rounded, signed
from modelref.domain.diff.metrics import MetricChange, Outcome, tally
from modelref.domain.snapshot import Value
from modelref.usecases.compare import ModelDiff

_NAMED = (Outcome.GONE, Outcome.NO_NUMBER, Outcome.WORSE)
_MOST_NAMED = 5
_LONGEST_NAME = 40


def headline(diff: ModelDiff) -> str:
    """Which side is better, in a line; empty where no metric differs."""
    return counted(diff.metrics)


def counted(changes: Sequence[MetricChange]) -> str:
    """How many metrics say what, in a line, the lost and the worse with their names.

    Empty where none does.
    """
    counts = tally(changes)
    if not counts:
        return ""
    noun = "metric" if next(iter(counts.values())) == 1 else "metrics"
    first, *others = [
        (str(count), f"{outcome} ({_names(changes, outcome)})" if outcome in _NAMED else outcome)
        for outcome, count in counts.items()
    ]
    return ", ".join([f"{first[0]} {noun} {first[1]}", *map(" ".join, others)])


def metric_sections(diff: ModelDiff) -> list[Section]:
    """A table of metrics, then one of the segments for which something is shown."""
    names = full_keys([(change.path, change.metric) for change in diff.metrics])
    rows = [
        [
            name,
            *_ends(change, rescored=diff.basis.rescored),
            _change(change),
            change.outcome.value if change.outcome else "",
        ]
        for name, change in zip(names, diff.metrics, strict=True)
    ]
    table = Section(
        ("Metric", "From", "To", "Change", ""),
        rows,
        "No metric differs.",
        numbers=(1, 2, 3),
        notes=tuple(_notes(diff)),
    )
    segments = segment_section(diff.metrics)
    return [table, *([segments] if segments else [])]


def metric_shape(diff: ModelDiff) -> list[dict[str, Any]]:
    """``metrics`` of ``diff --json``."""
    return [
        {
            "path": change.path,
            "metric": change.metric,
            "from": change.before,
            "to": change.after,
            "change": change.change,
            "better": change.better,
            "outcome": change.outcome.value if change.outcome else None,
            "interval": list(change.paired.interval) if change.paired else None,
            "p_value": change.paired.p_value if change.paired else None,
            "paired": paired_shape(change.paired) if change.paired else None,
            "segments": segment_shapes(change),
        }
        for change in diff.metrics
    ]


def basis_shape(diff: ModelDiff) -> dict[str, Any]:
    """``basis`` of ``diff --json``."""
    return {
        "comparable": diff.basis.comparable,
        "rescored": diff.basis.rescored,
        "users": diff.basis.path or None,
    }


def _names(changes: Sequence[MetricChange], outcome: Outcome) -> str:
    """Names of the metrics that say so, the largest relative change first."""
    names = full_keys([(change.path, change.metric) for change in changes])
    found = [
        (-change.relative, name)
        for name, change in zip(names, changes, strict=True)
        if change.outcome is outcome
    ]
    told = [_cut(name) for _, name in sorted(found)[:_MOST_NAMED]]
    left = len(found) - len(told)
    return ", ".join(told) + (f" and {left} more" if left else "")


def _cut(name: str) -> str:
    """A name of which the end is seen, where it is long: that is what tells metrics apart."""
    return name if len(name) <= _LONGEST_NAME else f"…{name[-_LONGEST_NAME:]}"


def _ends(change: MetricChange, *, rescored: bool) -> tuple[str, str]:
    """Both values: the files', or those of the same users where a side was scored anew."""
    if change.paired is None:
        return number(change.before), number(change.after)
    if rescored:
        return rounded(change.paired.before), rounded(change.paired.after)
    return _rounded(change.before), _rounded(change.after)


def _rounded(value: Value) -> str:
    return rounded(value) if isinstance(value, float) else number(value)


def _change(change: MetricChange) -> str:
    if change.paired is None:
        return signed(change.change)
    return interval(change.paired.change, change.paired.interval)


def _notes(diff: ModelDiff) -> Iterator[str]:
    paired = [change.paired for change in diff.metrics if change.paired]
    if paired:
        fewest, most = (pick(paired, key=lambda one: one.users) for pick in (min, max))
        many = fewest.counted
        if fewest.users < most.users:
            many = f"{fewest.counted} to {most.counted}"
        few = " (few)" if fewest.users < FEW_USERS else ""
        tested = len(diff.basis.results)
        yield (
            f"Change with its 95 % interval, on the same {many} users{few} (paired bootstrap; Holm "
            f"over {tested} {'metric' if tested == 1 else 'metrics'})."
        )
    if diff.basis.rescored:
        yield f"{diff.a} was scored anew, on the same hold-out as {diff.b}."
