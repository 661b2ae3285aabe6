"""Numbers as people read them."""

import math
import re
from collections import Counter
from collections.abc import Sequence

from modelref.domain.snapshot import Value

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_STEP = 1000
_MOST_PLACES = 8
_ZERO = re.compile(r"^([-+]?)0\.")


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
    """Names of values for people: the key, after its file where several files have it."""
    several = Counter(key for _, key in pairs)
    return [(f"{path}:{key}" if several[key] > 1 else key) if key else path for path, key in pairs]


def signed(value: float | None) -> str:
    """A change, with its sign and four significant digits."""
    return "" if value is None else f"{value:+.4g}"


def rounded(value: float) -> str:
    """A value to four significant digits, so that a table of intervals fits 80 columns."""
    return f"{value:.4g}"


def interval(change: float, bounds: tuple[float, float]) -> str:
    """A change and its interval, as precise as the interval is: ``+.0045 [.0024, .0065]``."""
    if not all(map(math.isfinite, (change, *bounds))):
        return f"{change:+.4g} [{bounds[0]:.4g}, {bounds[1]:.4g}]"
    width = bounds[1] - bounds[0]
    places = min(_MOST_PLACES, max(0, 1 - math.floor(math.log10(width)))) if width > 0 else 4
    low, high = (_bare(f"{bound:.{places}f}") for bound in bounds)
    return f"{_bare(f'{change:+.{places}f}')} [{low}, {high}]"


def _bare(text: str) -> str:
    """A number without the zero before its point: ``-.004``."""
    return _ZERO.sub(r"\1.", text, count=1)


def size(count: int | None) -> str:
    """Bytes in decimal units: ``31.2 MB``; ``?`` where unknown."""
    if count is None:
        return "?"
    amount = float(count)
    for unit in _UNITS[:-1]:
        if amount < _STEP:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= _STEP
    return f"{amount:.1f} {_UNITS[-1]}"
