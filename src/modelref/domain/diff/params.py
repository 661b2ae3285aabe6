"""Parameters that differ."""

from dataclasses import dataclass

from modelref.domain.diff.values import changes, readable
from modelref.domain.snapshot import Snapshot, Value


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


def diff_params(a: Snapshot, b: Snapshot) -> tuple[ParamChange, ...]:
    """Compare parameters; equal ones are left out."""
    unread = a.unread_params | b.unread_params
    old, new = (readable(side.params, unread) for side in (a, b))
    return tuple(
        ParamChange(path, key, before, after, a.reads(path, key) or b.reads(path, key))
        for path, key, before, after in changes(old, new)
    )
