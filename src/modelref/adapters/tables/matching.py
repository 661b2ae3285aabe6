"""Whose rows of two tables of users belong together, task by task."""

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from modelref.adapters.tables.ids import matched
from modelref.adapters.tables.users import TASK, Keys, Labels
from modelref.errors import BadInput

Rows: TypeAlias = NDArray[np.int32]


class Task(NamedTuple):
    """One task's users, both sides in the same order.

    Attributes:
        name: of the task, ``""`` where the files have no such column.
        rows: of each side, those of the users that both have.
        own: of each side, all its rows.
    """

    name: str
    rows: tuple[Rows, Rows]
    own: tuple[Rows | slice, Rows | slice]


def check_once(side: Keys, name: str, *, by_task: bool) -> None:
    """Refuse two rows of one user and task, or of one user where no tasks are told apart.

    Args:
        side: the rows.
        name: what the file is called.
        by_task: whether both sides have tasks.

    Raises:
        BadInput: there are two.
    """
    tasks, keys = side.tasks, "user" if side.tasks is None else "user and task"
    parts = [side.ids]
    if tasks is not None:
        rows = (np.flatnonzero(tasks.codes == code) for code in range(len(tasks.names)))
        parts = [side.ids.take(each) for each in rows]
    if not all(map(_distinct, parts)):
        raise BadInput(
            f"{name} has two rows of one {keys}",
            kind="repeated-user",
            hint=f"write one row for each {keys} to {name}",
        )
    if not by_task and not _distinct(side.ids):
        raise BadInput(
            f"{name} has two rows of one user, and the other side has no column {TASK!r}",
            kind="repeated-user",
            hint=f"write the column {TASK!r} on both sides",
        )


def _distinct(ids: Any) -> bool:
    return bool(pc.count_distinct(ids).as_py() == len(ids))


def tasks_of_both(one: Keys, other: Keys) -> Iterator[Task]:
    """Tasks that both sides have, each with its rows; one task where a side names none."""
    ids = matched(one.ids, other.ids)
    before, after = one.tasks, other.tasks
    if before is None or after is None:
        yield Task("", _paired(*ids), (slice(None), slice(None)))
        return
    for name in sorted(set(before.names) & set(after.names)):
        old, new = (_rows_of(told, name) for told in (before, after))
        both = _paired(ids[0].take(old), ids[1].take(new))
        yield Task(name, (old[both[0]], new[both[1]]), (old, new))


def _rows_of(tasks: Labels, name: str) -> Rows:
    return np.flatnonzero(tasks.codes == tasks.names.index(name)).astype(np.int32)


def tasks_of_one(one: Keys, other: Keys) -> Iterator[tuple[str, int]]:
    """Tasks that one side has, and which side has them not."""
    before, after = one.tasks, other.tasks
    if before is not None and after is not None:
        yield from ((name, 1) for name in before.names if name not in after.names)
        yield from ((name, 0) for name in after.names if name not in before.names)


def _paired(before: Any, after: Any) -> tuple[Rows, Rows]:
    """Rows of the users that both sides have, in the order of their ids."""
    place = pc.index_in(after, value_set=before)
    both = np.flatnonzero(place.is_valid().to_numpy(zero_copy_only=False)).astype(np.int32)
    there = place.drop_null().to_numpy(zero_copy_only=False)
    order = pc.sort_indices(after.take(both)).to_numpy(zero_copy_only=False)
    return there[order], both[order]
