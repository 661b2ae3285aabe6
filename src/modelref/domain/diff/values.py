"""What every kind of diff is made of: values held against each other, and what to call it."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from modelref.domain.snapshot import Snapshot, Value, Values


class Status(StrEnum):
    """What happened to a thing from one side to the other."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Absent:
    """Why something of a diff is not available.

    Attributes:
        why: one sentence without a full stop.
        mend: the command that mends it; empty when nothing is known to.
    """

    why: str
    mend: str = ""


def changes(a: Values, b: Values) -> list[tuple[str, str, Value, Value]]:
    """List file, key, and both values, wherever they differ; None where a side has none."""
    found = []
    for path in sorted({*a, *b}):
        old, new = a.get(path, {}), b.get(path, {})
        for key in [*old, *(key for key in new if key not in old)]:
            before, after = old.get(key), new.get(key)
            if not _same(before, after) or (key in old) != (key in new):
                found.append((path, key, before, after))
    return found


def readable(values: Values, unread: Collection[str]) -> Values:
    """Values of those files that can be read on both sides: what cannot is no difference.

    Args:
        values: of one side.
        unread: files that cannot be read on either side; of a folder that cannot be listed, no file
            in it can.
    """
    return {path: keys for path, keys in values.items() if not _is_within(path, unread)}


def metrics_unread(a: Snapshot, b: Snapshot) -> frozenset[str]:
    """Files of metrics that cannot be read on a side, and may be another on the other."""
    both = a.unread & b.unread
    return (a.unread | b.unread) - {path for path in both if _recorded_alike(path, a, b)}


def new_figures(a: Values, b: Values) -> set[str]:
    """Keys of finite numbers that a file of the second side has, and that file had not before."""
    return {
        key
        for path, values in b.items()
        for key, value in values.items()
        if finite(value) is not None and key not in a.get(path, {})
    }


def is_number(value: Value) -> bool:
    """Whether a value is a number; True and False are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def finite(value: Value) -> float | None:
    """A value as a number; None where it is none, NaN, infinite or beyond any float."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(value) if isfinite(value) else None
        except OverflowError:
            pass
    return None


def _recorded_alike(path: str, a: Snapshot, b: Snapshot) -> bool:
    """Whether DVC recorded the same bytes for a path on both sides."""
    before, after = a.lineage.find(path), b.lineage.find(path)
    return before is not None and after is not None and before.key == after.key


def _is_within(path: str, paths: Collection[str]) -> bool:
    """Whether a path or a folder above it is among some."""
    parts = path.split("/")
    return any("/".join(parts[:end]) in paths for end in range(1, len(parts) + 1))


def _same(a: Value, b: Value) -> bool:
    """Equality by which NaN equals itself and True is not 1."""
    if isinstance(a, bool) is not isinstance(b, bool):
        return False
    return a == b or (a != a and b != b)
