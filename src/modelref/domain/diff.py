"""Diffs: what is added, removed and changed between two snapshots."""

from dataclasses import dataclass

from modelref.domain.direction import higher_is_better
from modelref.domain.snapshot import Snapshot, Value, Values


@dataclass(frozen=True, slots=True)
class MetricChange:
    """One metric of both sides.

    Attributes:
        path: the metrics file.
        metric: dotted key in it.
        before: value of the first side, None when it has none.
        after: value of the second side, None when it has none.
        change: after minus before where both are numbers.
        better: whether the second side is better; None when equal or when the metric's name
            does not tell its direction.
    """

    path: str
    metric: str
    before: Value
    after: Value
    change: float | None
    better: bool | None


@dataclass(frozen=True, slots=True)
class ParamChange:
    """One parameter that differs.

    Attributes:
        path: the parameters file.
        param: dotted key in it.
        before: value of the first side, None when it has none.
        after: value of the second side, None when it has none.
        read: whether a DVC stage of the model reads it, on either side.
    """

    path: str
    param: str
    before: Value
    after: Value
    read: bool = True


def diff_metrics(a: Snapshot, b: Snapshot) -> tuple[MetricChange, ...]:
    """Compare metrics; equal ones are left out."""
    return tuple(
        _metric_change(path, key, before, after)
        for path, key, before, after in _changes(a.metrics, b.metrics)
    )


def diff_params(a: Snapshot, b: Snapshot) -> tuple[ParamChange, ...]:
    """Compare parameters; equal ones are left out."""
    return tuple(
        ParamChange(path, key, before, after, a.reads(path, key) or b.reads(path, key))
        for path, key, before, after in _changes(a.params, b.params)
    )


def _changes(a: Values, b: Values) -> list[tuple[str, str, Value, Value]]:
    found = []
    for path in sorted({*a, *b}):
        old, new = a.get(path, {}), b.get(path, {})
        for key in [*old, *(key for key in new if key not in old)]:
            before, after = old.get(key), new.get(key)
            if not _same(before, after) or (key in old) != (key in new):
                found.append((path, key, before, after))
    return found


def _metric_change(path: str, metric: str, before: Value, after: Value) -> MetricChange:
    if not (_is_number(before) and _is_number(after)):
        return MetricChange(path, metric, before, after, None, None)
    change = float(after) - float(before)  # type: ignore[arg-type]  # both were just tested
    upwards = higher_is_better(metric)
    better = None if upwards is None or change == 0 or change != change else (change > 0) is upwards
    return MetricChange(path, metric, before, after, change, better)


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same(a: Value, b: Value) -> bool:
    """Equality by which NaN equals itself and True is not 1."""
    if isinstance(a, bool) is not isinstance(b, bool):
        return False
    return a == b or (a != a and b != b)
