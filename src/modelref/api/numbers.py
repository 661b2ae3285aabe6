"""Numbers as people read them."""

from collections.abc import Sequence

from modelref.domain.quantities import size
from modelref.domain.snapshot import Value

__all__ = ["full_keys", "number", "signed", "size"]


def number(value: Value) -> str:
    """A metric's or parameter's value: six significant digits, ``-`` where there is none."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return f"[{', '.join(number(item) for item in value)}]"
    return str(value)


def full_keys(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Names of values for people: the key, after its file where there are several files."""
    if len({path for path, _ in pairs}) < 2:
        return [key for _, key in pairs]
    return [f"{path}:{key}" for path, key in pairs]


def signed(value: float | None) -> str:
    """A change, with its sign and four significant digits."""
    return "" if value is None else f"{value:+.4g}"
