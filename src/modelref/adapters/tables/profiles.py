"""Two tables held against each other: each is read once, in blocks of rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from modelref.adapters.tables.counts import Histogram, Labels
from modelref.adapters.tables.drift import Drift, label_drift, number_drift
from modelref.adapters.tables.hashing import (
    HashSample,
    can_hash,
    column_hashes,
    mixed,
    row_hashes,
)
from modelref.adapters.tables.opening import Table
from modelref.adapters.tables.results import Named

_MOST_ROWS = 1 << 20
"""Distinct rows that are counted exactly."""
_MOST_IDS = 1 << 20
"""Distinct ids that are counted exactly."""


def compare_tables(before: Named, after: Named, ids: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Compare two tables.

    Args:
        before: where the first side's file lies, and its name: Parquet, CSV or TSV.
        after: the same of the second side.
        ids: by what they identify, names that a column with ids may have, the likeliest first.

    Returns:
        ``{"rows": COUNTED, "ids": {WHAT: COUNTED}, "columns": [{"column", "types", "missing",
        "drift", "psi", "wasserstein"}], "nested": [column]}``, COUNTED being ``[before, after,
        added, removed, estimated]``; no value of any column. What is in nested columns is not
        compared.

    Raises:
        BadInput: a file is no such table; the message names it.
    """
    a, b = (Table(Path(path), name) for path, name in (before, after))
    plan = _plan(a, b, ids)
    old, new = _profile(a, plan), _profile(b, plan)
    rows = old.rows.against(new.rows, distinct=False)
    # An estimate may come out a little above all that there is.
    moved = (min(rows[2], new.count), min(rows[3], old.count)) if plan.hashed else (None, None)
    return {
        "rows": [old.count, new.count, *moved, rows[4]],
        "ids": {
            what: list(old.ids[what].against(new.ids[what], distinct=True)) for what in plan.ids
        },
        "columns": [
            {
                "column": name,
                "types": [_named(a.types.get(name)), _named(b.types.get(name))],
                "missing": [_share(one, name) for one in (old, new)],
                **_drift(old, new, name),
            }
            for name in dict.fromkeys([*a.types, *b.types])
        ],
        "nested": [
            name
            for name, kind in a.types.items()
            if name in b.types and not (can_hash(kind) and can_hash(b.types[name]))
        ],
    }


@dataclass(frozen=True)
class _Plan:
    """What is read of both tables.

    Attributes:
        modes: by column that both have, how its values are counted.
        hashed: columns by which rows are told apart: of one type on both sides.
        ids: by what they identify, the column.
        as_text: columns whose values have different types.
    """

    modes: dict[str, str]
    hashed: list[str]
    ids: dict[str, str]
    as_text: set[str]


@dataclass
class _Profile:
    """What was seen of one table."""

    rows: HashSample
    ids: dict[str, HashSample]
    counts: dict[str, Histogram | Labels]
    count: int = 0
    missing: dict[str, int] = field(default_factory=dict)


def _plan(a: Table, b: Table, ids: Mapping[str, Sequence[str]]) -> _Plan:
    shared = [name for name in a.types if name in b.types]
    by_folded = {name.casefold(): name for name in reversed(shared) if can_hash(a.types[name])}
    found = {
        what: next((by_folded[name] for name in names if name in by_folded), None)
        for what, names in ids.items()
    }
    columns = {what: name for what, name in found.items() if name is not None}
    modes = {name: _mode(a.types[name], b.types[name]) for name in shared}
    modes |= dict.fromkeys(columns.values(), "label")  # the order of ids says nothing
    return _Plan(
        {name: mode for name, mode in modes.items() if mode is not None},
        sorted(
            name for name in shared if a.types[name] == b.types[name] and can_hash(a.types[name])
        ),
        columns,
        {name for name in shared if a.types[name] != b.types[name]},
    )


def _mode(a: pa.DataType, b: pa.DataType) -> str | None:
    """How the values of a column are counted, the same way on both sides; None for not at all."""
    for mode, accepts in _MODES.items():
        if accepts(a) and accepts(b):
            return mode
    return None


def _is_number(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    )


_MODES: Mapping[str, Callable[[pa.DataType], bool]] = {
    "integer": pa.types.is_integer,
    "float": _is_number,
    "days": lambda kind: pa.types.is_timestamp(kind) or pa.types.is_date(kind),
    "seconds": lambda kind: pa.types.is_duration(kind) or pa.types.is_time(kind),
    "label": can_hash,
}


def _profile(table: Table, plan: _Plan) -> _Profile:
    seen = _Profile(
        HashSample(_MOST_ROWS),
        {what: HashSample(_MOST_IDS) for what in plan.ids},
        {
            name: Labels() if mode == "label" else Histogram(mode)
            for name, mode in plan.modes.items()
        },
    )
    for block in table.blocks():
        seen.count += block.num_rows
        for name in table.types:
            _see(seen, plan, name, block.column(name))
        if plan.hashed and block.num_rows:
            seen.rows.add(row_hashes([block.column(name) for name in plan.hashed]))
    return seen


def _see(seen: _Profile, plan: _Plan, name: str, column: Any) -> None:
    missing = column.null_count
    if pa.types.is_floating(column.type):
        missing += pc.sum(pc.is_nan(column)).as_py() or 0
    seen.missing[name] = seen.missing.get(name, 0) + missing
    counts = seen.counts.get(name)
    if isinstance(counts, Histogram):
        counts.add(column)
    named = [what for what, other in plan.ids.items() if other == name]
    if isinstance(counts, Labels) or named:
        present = column.drop_null()
        hashes = mixed(column_hashes(present, as_text=name in plan.as_text))
        if isinstance(counts, Labels):
            counts.add(hashes)
        for what in named:
            seen.ids[what].add(hashes)


def _named(kind: pa.DataType | None) -> str | None:
    return None if kind is None else str(kind)


def _share(seen: _Profile, name: str) -> float | None:
    return seen.missing[name] / seen.count if name in seen.missing and seen.count else None


def _drift(old: _Profile, new: _Profile, name: str) -> dict[str, float | None]:
    found: Drift | None = None
    before, after = old.counts.get(name), new.counts.get(name)
    if isinstance(before, Histogram) and isinstance(after, Histogram):
        found = number_drift(before, after)
    elif isinstance(before, Labels) and isinstance(after, Labels):
        found = label_drift(before, after)
    drift, psi, wasserstein = found or (None, None, None)
    return {"drift": drift, "psi": psi, "wasserstein": wasserstein}
