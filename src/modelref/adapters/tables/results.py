"""Results per user of two sides, held against each other on the users that both have."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from modelref.adapters.tables.bootstrap import RESAMPLES, Estimates, estimate
from modelref.adapters.tables.matching import Rows, Task, check_once, tasks_of_both, tasks_of_one
from modelref.adapters.tables.users import Columns, Labels, read_columns, read_keys
from modelref.domain.diff.results import FEWEST, Why, endings

Named: TypeAlias = tuple[str, str]
"""Where a file lies, and what it is called."""
_MOST_METRICS = 64
_SEGMENT_RESAMPLES = 4_000


class Segment(NamedTuple):
    """Some of a task's users.

    Attributes:
        column: the segment column.
        label: its value.
        members: which of the users of both sides.
    """

    column: str
    label: str
    members: Rows


class Sides(NamedTuple):
    """What both files hold.

    Attributes:
        before: the first side.
        after: the second side.
    """

    before: Columns
    after: Columns

    def values(self, metric: str, rows: tuple[Rows, Rows]) -> tuple[NDArray[Any], NDArray[Any]]:
        """A metric of both sides, in double precision."""
        one, other = (
            side.numbers[metric][own].astype(np.float64)
            for side, own in zip(self, rows, strict=True)
        )
        return one, other

    def columns(self) -> dict[str, None]:
        """All columns of either side, in their order."""
        return dict.fromkeys([*self.before.types, *self.after.types])


def compare_results(
    before: Named, after: Named, seed: int, metrics: Collection[str] = ()
) -> dict[str, Any]:
    """Compare two files of results per user: ``user``, ``task``, metrics, and segments as text.

    Args:
        before: where the first side's file lies, and its name: Parquet, CSV or TSV.
        after: the same of the second side.
        seed: of the bootstrap.
        metrics: dotted keys that are known to be metrics, whose last words may be columns: truth
            values of these are results too, 0 or 1, and where they cannot be compared it is said.

    Returns:
        ``{"measured": [MEASURED], "gaps": [GAP]}``. For each task and metric MEASURED is ``{"task",
        "metric", "own": [OWN, OWN], "all": ESTIMATE, "segments": [{"column", "segment",
        **ESTIMATE}], "sizes": [{"column", "segment", "users"}]}`` with ESTIMATE ``{"users",
        "before", "after", "change", "low", "high", "p_value"}``; OWN is the ``[users, mean]`` of
        one side, whatever the other has, and sizes are those of the side that puts more users
        there. P-values are not corrected. GAP is ``{"task", "metric", "why", "side", "type"}``: why
        a metric was not compared (see ``domain.diff.results.Why``), on which side that lies, and
        the type of the column there.

    Raises:
        BadInput: a file is no such table; the message names what is wrong with it.
    """
    keys = [read_keys(Path(path), name) for path, name in (before, after)]
    by_task = all(side.tasks is not None for side in keys)
    for side, (_, name) in zip(keys, (before, after), strict=True):
        check_once(side, name, by_task=by_task)
    tasks, lone = list(tasks_of_both(*keys)), list(tasks_of_one(*keys))
    del keys, side  # ids take much memory
    known = {ending for key in metrics for ending in endings(key)}
    sides = Sides(*(read_columns(Path(path), name, counts=known) for path, name in (before, after)))
    shared = [name for name in sides.before.numbers if name in sides.after.numbers]
    found = _Found([], [])
    tested = shared[:_MOST_METRICS]
    for column in sides.columns():
        if column in known and column not in tested:
            found.gaps.append({"task": "", "metric": column, **_gap_of(sides, column)})
    for task in tasks:
        _compare_task(sides, task, tested, seed, found)
    for task_name, number in lone:
        found.gaps.extend(
            {"task": task_name, "metric": metric, "why": Why.NO_TASK, "side": number, "type": ""}
            for metric in tested
        )
    return {"measured": found.measured, "gaps": found.gaps}


class _Found(NamedTuple):
    measured: list[dict[str, Any]]
    gaps: list[dict[str, Any]]


def _gap_of(sides: Sides, column: str) -> dict[str, Any]:
    """Why a column is not compared."""
    for number, side in enumerate(sides):
        if column not in side.types:
            return {"why": Why.NO_COLUMN, "side": number, "type": ""}
    for number, side in enumerate(sides):
        if column not in side.numbers:
            return {"why": Why.NO_NUMBERS, "side": number, "type": str(side.types[column])}
    return {"why": Why.TOO_MANY, "side": 0, "type": ""}


def _compare_task(
    sides: Sides, task: Task, metrics: Sequence[str], seed: int, found: _Found
) -> None:
    def gap(metric: str, why: Why) -> dict[str, Any]:
        return {"task": task.name, "metric": metric, "why": why, "side": 0, "type": ""}

    if not len(task.rows[0]):
        found.gaps.extend(gap(metric, Why.NO_USER) for metric in metrics)
        return
    overall = _estimates(sides, metrics, task.rows, seed, RESAMPLES)
    segments = list(_segments(sides, task))
    by_segment = [
        _estimates(sides, metrics, _of(task, one), seed + number + 1, _SEGMENT_RESAMPLES)
        for number, one in enumerate(segments)
    ]
    sizes = [
        {"column": column, "segment": label, "users": users}
        for (column, label), users in _sizes(sides, task).items()
    ]
    for index, metric in enumerate(metrics):
        if overall.users[index] < FEWEST:
            found.gaps.append(gap(metric, Why.FEW_USERS if overall.users[index] else Why.NO_USER))
            continue
        before, after = sides.values(metric, task.rows)
        found.measured.append(
            {
                "task": task.name,
                "metric": metric,
                "own": [
                    _own(side.numbers[metric][own])
                    for side, own in zip(sides, task.own, strict=True)
                ],
                "all": _estimate(before, after, overall, index),
                "segments": [
                    {
                        "column": one.column,
                        "segment": one.label,
                        **_estimate(before[one.members], after[one.members], estimates, index),
                    }
                    for one, estimates in zip(segments, by_segment, strict=True)
                    if estimates.users[index] >= FEWEST
                ],
                "sizes": sizes,
            }
        )


def _estimates(
    sides: Sides, metrics: Sequence[str], rows: tuple[Rows, Rows], seed: int, resamples: int
) -> Estimates:
    """Estimate the changes of all metrics, of which no two need to be held at once."""
    changes = (after - before for before, after in (sides.values(one, rows) for one in metrics))
    return estimate(changes, len(rows[0]), seed, resamples)


def _of(task: Task, segment: Segment) -> tuple[Rows, Rows]:
    return task.rows[0][segment.members], task.rows[1][segment.members]


def _own(values: NDArray[Any]) -> tuple[int, float]:
    known = values[~np.isnan(values)].astype(np.float64)
    return len(known), float(known.mean())


def _labelled(sides: Sides) -> Iterator[tuple[str, list[Labels | None]]]:
    """Columns of a few labels in all files that have them, and what these say."""
    for column in sides.columns():
        having = [side for side in sides if column in side.types]
        if all(column in side.labels for side in having):
            yield column, [side.labels.get(column) for side in sides]


def _segments(sides: Sides, task: Task) -> Iterator[Segment]:
    """Segments of enough users; none has those whom the two sides put into different ones."""
    for column, told in _labelled(sides):
        names = sorted({name for labels in told if labels for name in labels.names})
        both = [
            labels.among(names)[rows]
            for labels, rows in zip(told, task.rows, strict=True)
            if labels is not None
        ]
        codes = both[0] if len(both) == 1 else np.where(both[0] == both[1], both[0], -1)
        users = np.bincount(codes[codes >= 0], minlength=len(names))
        if (users > 0).sum() > 1:
            for code in np.flatnonzero(users >= FEWEST):
                members = np.flatnonzero(codes == code).astype(np.int32)
                yield Segment(column, names[code], members)


def _sizes(sides: Sides, task: Task) -> Mapping[tuple[str, str], int]:
    """How many users the side with more of them has in each segment, that of a few left out."""
    most: dict[tuple[str, str], int] = {}
    for column, told in _labelled(sides):
        counts: dict[str, int] = {}
        for labels, rows in zip(told, task.own, strict=True):
            if labels is not None:
                codes = labels.codes[rows]
                times = np.bincount(codes[codes >= 0], minlength=len(labels.names)).tolist()
                for name, users in zip(labels.names, times, strict=True):
                    counts[name] = max(counts.get(name, 0), users)
        known = sorted(name for name, users in counts.items() if users)
        if len(known) > 1:
            most |= {(column, one): counts[one] for one in known if counts[one] >= FEWEST}
    return most


def _estimate(
    before: NDArray[Any], after: NDArray[Any], found: Estimates, index: int
) -> dict[str, Any]:
    """One metric's change; means of both sides are over the users with a value on both."""
    known = ~np.isnan(after - before)
    return {
        "users": int(found.users[index]),
        "before": float(before[known].mean()),
        "after": float(after[known].mean()),
        "change": float(found.mean[index]),
        "low": float(found.low[index]),
        "high": float(found.high[index]),
        "p_value": float(found.p_value[index]),
    }
