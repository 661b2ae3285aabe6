"""Inputs of a model that differ: their bytes, and what is in their tables."""

from collections.abc import Mapping
from dataclasses import dataclass

from modelref.domain.diff.values import Absent, Status
from modelref.domain.outs import Out


@dataclass(frozen=True, slots=True)
class Counted:
    """A number of things on both sides.

    Attributes:
        before: on the first side.
        after: on the second.
        added: only on the second; None where that was not counted.
        removed: only on the first; None where that was not counted.
        estimated: whether the figures were estimated from a sample by hash.
    """

    before: int
    after: int
    added: int | None
    removed: int | None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """A column of a table, on both sides.

    Attributes:
        column: its name.
        status: added, removed or changed.
        types: its type on each side, as Arrow calls it; None where a side has no such column.
        missing: share of its values that are null or NaN on each side.
        drift: Jensen-Shannon distance of its values on both sides, base 2, between 0 and 1
            (Lin 1991); None where there is nothing to compare.
        psi: population stability index over the same bins; None as for ``drift``.
        wasserstein: for numbers, how far values moved on average, in the column's own unit.
    """

    column: str
    status: Status
    types: tuple[str | None, str | None]
    missing: tuple[float | None, float | None]
    drift: float | None = None
    psi: float | None = None
    wasserstein: float | None = None


@dataclass(frozen=True, slots=True)
class TableChange:
    """A table that both sides have, and that differs.

    Attributes:
        path: repository path.
        rows: of which those that came and went are told apart by the columns that both have.
        ids: distinct ids, by what they identify (``user``, ``item``) and their column.
        columns: those that differ, the largest drift first.
        nested: columns that hold other values, as lists: what is in them is not compared.
    """

    path: str
    rows: Counted
    ids: Mapping[str, Counted]
    columns: tuple[ColumnChange, ...]
    nested: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InputChange:
    """An input that differs.

    Attributes:
        path: repository path.
        before: what the first side read; None where it read no such input.
        after: what the second side read; None where it read no such input.
        files: how many files of a folder came, went and changed, by status; empty for a file.
        tables: its tables that differ, by path.
        absent: what cannot be said of it, and why.
    """

    path: str
    before: Out | None
    after: Out | None
    files: Mapping[Status, int]
    tables: tuple[TableChange, ...] = ()
    absent: tuple[Absent, ...] = ()

    @property
    def status(self) -> Status:
        """What happened to it."""
        if self.before is None:
            return Status.ADDED
        return Status.REMOVED if self.after is None else Status.CHANGED


def changed_inputs(
    a: Mapping[str, Out], b: Mapping[str, Out]
) -> tuple[tuple[str, Out | None, Out | None], ...]:
    """Inputs whose hash differs, or that only one side has, by path."""
    paths = sorted({*a, *b})
    pairs = ((path, a.get(path), b.get(path)) for path in paths)
    return tuple(
        (path, old, new)
        for path, old, new in pairs
        if old is None or new is None or old.key != new.key
    )


def by_drift(columns: list[ColumnChange]) -> tuple[ColumnChange, ...]:
    """Columns in the order in which they are told: the largest drift first."""
    return tuple(
        sorted(columns, key=lambda one: (one.drift is None, -(one.drift or 0.0), one.column))
    )
