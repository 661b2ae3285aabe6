"""Inputs that differ, told: their bytes, then what is in their tables."""

from collections.abc import Iterator
from typing import Any

from modelref.api.kinds.section import Section
from modelref.api.numbers import size
from modelref.domain.diff.data import ColumnChange, Counted, InputChange, TableChange
from modelref.domain.diff.values import Status
from modelref.domain.outs import Out
from modelref.usecases.compare import ModelDiff

_MOST_COLUMNS = 8
_LEGEND = (
    "Drift: Jensen-Shannon distance of a column's values, 0 (the same) to 1 (nothing in common).",
    "~: estimated from a sample by hash.",
)
_LEAST_DRIFT = 0.01
_LEAST_MISSING = 0.001


def data_sections(diff: ModelDiff) -> list[Section]:
    """A table of inputs, one of what came and went in their tables, one of drift by column."""
    rows = [
        [
            change.path,
            _size(change.before),
            _size(change.after),
            _files(change) or change.status.value,
        ]
        for change in diff.data
    ]
    inputs = Section(
        ("Input", "From", "To", ""),
        rows,
        "No input differs.",
        numbers=(1, 2),
        notes=tuple(
            f"{change.path}: {one.why}" + (f" ({one.mend})" if one.mend else "")
            for change in diff.data
            for one in change.absent
        ),
    )
    tables = [table for change in diff.data for table in change.tables]
    told = [section for table in tables for section in (_counts(table), *_columns(table))]
    return [inputs, *told, *([Section(notes=_LEGEND)] if tables else [])]


def data_shape(diff: ModelDiff) -> list[dict[str, Any]]:
    """``data`` of ``diff --json``."""
    return [
        {
            "path": change.path,
            "status": change.status.value,
            "from": _out_shape(change.before),
            "to": _out_shape(change.after),
            "files": {status.value: count for status, count in change.files.items()},
            "tables": [_table_shape(table) for table in change.tables],
            "absent": [{"why": one.why, "mend": one.mend} for one in change.absent],
        }
        for change in diff.data
    ]


def _out_shape(out: Out | None) -> dict[str, Any] | None:
    if out is None:
        return None
    return {"hash": out.hash, "algorithm": out.algorithm, "size": out.size, "files": out.files}


def _table_shape(table: TableChange) -> dict[str, Any]:
    return {
        "path": table.path,
        "rows": _counted_shape(table.rows),
        "ids": {what: _counted_shape(counted) for what, counted in table.ids.items()},
        "columns": [
            {
                "column": one.column,
                "status": one.status.value,
                "from": {"type": one.types[0], "missing": one.missing[0]},
                "to": {"type": one.types[1], "missing": one.missing[1]},
                "drift": one.drift,
                "psi": one.psi,
                "wasserstein": one.wasserstein,
            }
            for one in table.columns
        ],
    }


def _counted_shape(counted: Counted) -> dict[str, Any]:
    return {
        "from": counted.before,
        "to": counted.after,
        "added": counted.added,
        "removed": counted.removed,
        "estimated": counted.estimated,
    }


def _size(out: Out | None) -> str:
    return size(out.size) if out else "-"


def _files(change: InputChange) -> str:
    named = [f"{count} {status}" for status, count in change.files.items() if count]
    return f"files: {', '.join(named)}" if named else ""


def _counts(table: TableChange) -> Section:
    """Rows and ids of a table: how many, how many came and how many went."""
    named = [("rows", table.rows), *((f"{what}s", one) for what, one in table.ids.items())]
    rows = [[name, *_ends(counted)] for name, counted in named]
    return Section(
        ("Of", "From", "To", "New", "Gone"), rows, title=table.path, numbers=(1, 2, 3, 4)
    )


def _ends(counted: Counted) -> tuple[str, str, str, str]:
    about = "~" if counted.estimated else ""
    return (
        f"{counted.before:,}",
        f"{counted.after:,}",
        "?" if counted.added is None else f"{about}{counted.added:,}",
        "?" if counted.removed is None else f"{about}{counted.removed:,}",
    )


def _columns(table: TableChange) -> Iterator[Section]:
    """The columns that drifted most, and those whose type or share of missing values changed."""
    worth = [one for one in table.columns if _is_worth_a_line(one)]
    left = len(worth) - _MOST_COLUMNS
    rows = [
        [
            one.column,
            _type(one),
            " -> ".join(_share(part) for part in one.missing),
            _drift(one.drift),
            _drift(one.psi),
        ]
        for one in worth[:_MOST_COLUMNS]
    ]
    if rows:
        yield Section(
            ("Column", "Type", "Missing", "Drift", "PSI"),
            rows,
            numbers=(2, 3, 4),
            notes=(f"… and {left} more columns; --json has all.",) if left > 0 else (),
        )


def _is_worth_a_line(one: ColumnChange) -> bool:
    before, after = (share or 0.0 for share in one.missing)
    return (
        one.status is not Status.CHANGED
        or one.types[0] != one.types[1]
        or (one.drift or 0.0) >= _LEAST_DRIFT
        or abs(after - before) >= _LEAST_MISSING
    )


def _type(one: ColumnChange) -> str:
    if one.status is not Status.CHANGED:
        return f"{one.types[0] or one.types[1]}, {one.status.value}"
    return str(one.types[1]) if one.types[0] == one.types[1] else " -> ".join(map(str, one.types))


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _drift(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
