"""Results per user of two sides, held against each other on the users that both have."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from modelref.adapters.tables.bootstrap import RESAMPLES, Estimates, bootstrap
from modelref.adapters.tables.labels import TASK, USER, is_number, segment_columns
from modelref.adapters.tables.opening import read_whole
from modelref.errors import BadInput

Named: TypeAlias = tuple[str, str]
"""Where a file lies, and what it is called."""
FEWEST = 5
"""Users that a segment must have to be shown: fewer could be recognised."""
_MOST_METRICS = 64
_SEGMENT_RESAMPLES = 4_000


class Task(NamedTuple):
    """One task's users and results, both sides in the same order.

    Attributes:
        name: of the task, ``""`` where the files have no such column.
        metrics: their names.
        before: (users, metrics), NaN where a user has no value.
        after: (users, metrics).
        segments: (users,) labels by column, ``""`` where unknown or where the sides disagree.
        own: of each side, its values of all its users, whether the other side has them or not.
        sizes: by column and segment, users of the side that puts more of them there.
    """

    name: str
    metrics: tuple[str, ...]
    before: np.ndarray
    after: np.ndarray
    segments: Mapping[str, np.ndarray]
    own: tuple[np.ndarray, np.ndarray]
    sizes: Mapping[tuple[str, str], int]


def compare_results(before: Named, after: Named, seed: int) -> list[dict[str, Any]]:
    """Compare two files of results per user: ``user``, ``task``, metrics, and segments as text.

    Args:
        before: where the first side's file lies, and its name: Parquet, CSV or TSV.
        after: the same of the second side.
        seed: of the bootstrap.

    Returns:
        For each task and metric ``{"task", "metric", "own": [OWN, OWN], "all": ESTIMATE,
        "segments": [{"column", "segment", **ESTIMATE}], "sizes": [{"column", "segment",
        "users"}]}`` with ESTIMATE ``{"users", "before", "after", "change", "low", "high",
        "p_value"}``; OWN is the ``[users, mean]`` of one side, whatever the other has, and sizes
        are those of the side that puts more users there. P-values are not corrected.

    Raises:
        BadInput: a file is no such table; the message names what is wrong with it.
    """
    tables = [_checked(read_whole(Path(path), name), name) for path, name in (before, after)]
    return [entry for task in _tasks(*tables) for entry in _entries(task, seed)]


def _checked(table: pd.DataFrame, name: str) -> pd.DataFrame:
    if USER not in table.columns:
        raise BadInput(f"{name} has no column {USER!r}", kind="no-column")
    keys = [USER, TASK] if TASK in table.columns else [USER]
    if table[keys].isna().any(axis=None):
        raise BadInput(f"{name} has a row without {' or '.join(keys)}", kind="unreadable-table")
    if table.duplicated(keys).any():
        raise BadInput(
            f"{name} has two rows of one {' and '.join(keys)}",
            kind="repeated-user",
            hint=f"write one row for each {' and '.join(keys)} to {name}",
        )
    numbers = [one for one in table.columns if one not in keys and is_number(table[one])]
    for column in numbers:
        if np.isinf(table[column].to_numpy(dtype=np.float64)).any():
            raise BadInput(f"{name} has an infinite {column}", kind="unreadable-table")
    return table


def _tasks(before: pd.DataFrame, after: pd.DataFrame) -> Iterator[Task]:
    metrics = _metrics(before, after)[:_MOST_METRICS]
    columns = segment_columns((before, after))
    for name, old, new in _by_task(before, after):
        users = old.index.intersection(new.index).sort_values()
        if len(users):
            yield Task(
                name,
                tuple(metrics),
                old.loc[users, metrics].to_numpy(dtype=np.float64),
                new.loc[users, metrics].to_numpy(dtype=np.float64),
                {column: _labels(old.loc[users], new.loc[users], column) for column in columns},
                (
                    old[metrics].to_numpy(dtype=np.float64),
                    new[metrics].to_numpy(dtype=np.float64),
                ),
                {
                    (column, segment): users
                    for column in columns
                    for segment, users in _sizes((old, new), column).items()
                },
            )


def _by_task(
    before: pd.DataFrame, after: pd.DataFrame
) -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame]]:
    """Rows of both sides by task, with the users as index: as text where their types differ."""
    same = before[USER].dtype == after[USER].dtype
    old, new = (
        table if same else table.assign(**{USER: table[USER].astype(str)})
        for table in (before, after)
    )
    if TASK not in old.columns or TASK not in new.columns:
        yield "", old.set_index(USER), new.set_index(USER)
        return
    for task in sorted(set(old[TASK].astype(str)) & set(new[TASK].astype(str))):
        rows = [table[table[TASK].astype(str) == task].set_index(USER) for table in (old, new)]
        yield task, rows[0], rows[1]


def _metrics(before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    """Columns of numbers that both sides have."""
    return [
        name
        for name in map(str, before.columns)
        if name in after.columns
        and name not in (USER, TASK)
        and is_number(before[name])
        and is_number(after[name])
    ]


def _labels(old: pd.DataFrame, new: pd.DataFrame, column: str) -> np.ndarray:
    """Segments of users; none for a user whom the two sides put into different ones."""
    both = [
        table[column].astype(str).where(table[column].notna(), "").to_numpy()
        for table in (old, new)
        if column in table.columns
    ]
    labels: np.ndarray = both[0] if len(both) == 1 else np.where(both[0] == both[1], both[0], "")
    return labels


def _sizes(sides: tuple[pd.DataFrame, pd.DataFrame], column: str) -> Mapping[str, int]:
    """How many users the side with more of them has in each segment, that of a few left out."""
    counts = [
        side[column].dropna().astype(str).value_counts() for side in sides if column in side.columns
    ]
    names = sorted({str(name) for each in counts for name in each.index} - {""})
    most = {name: max(int(each.get(name, 0)) for each in counts) for name in names}
    return {name: users for name, users in most.items() if users >= FEWEST and len(names) > 1}


def _entries(task: Task, seed: int) -> Iterator[dict[str, Any]]:
    overall = bootstrap(task.after - task.before, seed, RESAMPLES)
    everyone = np.ones(len(task.before), dtype=bool)
    groups = list(_groups(task))
    by_segment = [
        (column, segment, _segment_estimates(task, members, seed + number + 1))
        for number, (column, segment, members) in enumerate(groups)
    ]
    for index, metric in enumerate(task.metrics):
        if overall.users[index]:
            yield {
                "task": task.name,
                "metric": metric,
                "own": [_own(side[:, index]) for side in task.own],
                "all": _estimate(task, overall, everyone, index),
                "segments": [
                    {
                        "column": column,
                        "segment": segment,
                        **_estimate(task, found, members, index),
                    }
                    for (column, segment, found), (_, _, members) in zip(
                        by_segment, groups, strict=True
                    )
                    if found.users[index] >= FEWEST
                ],
                "sizes": [
                    {"column": column, "segment": segment, "users": users}
                    for (column, segment), users in task.sizes.items()
                ],
            }


def _own(values: np.ndarray) -> tuple[int, float]:
    known = values[~np.isnan(values)]
    return len(known), float(known.mean())


def _groups(task: Task) -> Iterator[tuple[str, str, np.ndarray]]:
    for column, labels in task.segments.items():
        names = sorted(set(labels.tolist()) - {""})
        for name in names:
            members = labels == name
            if members.sum() >= FEWEST and len(names) > 1:
                yield column, name, members


def _segment_estimates(task: Task, members: np.ndarray, seed: int) -> Estimates:
    return bootstrap(task.after[members] - task.before[members], seed, _SEGMENT_RESAMPLES)


def _estimate(task: Task, found: Estimates, members: np.ndarray, index: int) -> dict[str, Any]:
    """One metric's change; means of both sides are over the users with a value on both."""
    old, new = task.before[members, index], task.after[members, index]
    known = ~np.isnan(new - old)
    return {
        "users": int(found.users[index]),
        "before": float(old[known].mean()),
        "after": float(new[known].mean()),
        "change": float(found.mean[index]),
        "low": float(found.low[index]),
        "high": float(found.high[index]),
        "p_value": float(found.p_value[index]),
    }
