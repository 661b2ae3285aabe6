"""Values by file and key, held against each other."""

from modelref.domain.snapshot import Value, Values


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


def is_number(value: Value) -> bool:
    """Whether a value is a number; True and False are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same(a: Value, b: Value) -> bool:
    """Equality by which NaN equals itself and True is not 1."""
    if isinstance(a, bool) is not isinstance(b, bool):
        return False
    return a == b or (a != a and b != b)
