"""Numbers as people read them."""

import math
import re
from collections import Counter
from collections.abc import Sequence

from modelref.domain.quantities import size
from modelref.domain.snapshot import Value

__all__ = ["full_keys", "interval", "number", "relative_interval", "rounded", "signed", "size"]

_MOST_PLACES = 8
_MOST_FIXED = 1e9
_MOST_PERCENT = 1e6
_NO_WIDTH = 1e-5
"""Width of an interval beside its change, up to which it tells of single precision only."""
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
    if not all(abs(one) < _MOST_FIXED for one in (change, *bounds)):
        return f"{change:+.4g} [{bounds[0]:.4g}, {bounds[1]:.4g}]"
    places = _places(change, bounds)
    if places is None:
        places = 4 if not change else _behind_point(change, 4)
    low, high = (_bare(f"{bound:.{places}f}") for bound in bounds)
    return f"{_bare(f'{change:+.{places}f}')} [{low}, {high}]"


def relative_interval(change: float, bounds: tuple[float, float], before: float) -> str:
    """A change and its interval relative to where it started: ``-4.2% [-6.0%, -2.1%]``.

    The plain change where it started from nothing, or next to it.
    """
    scaled = [100 * one / abs(before) for one in (change, *bounds)] if before else [math.inf]
    if not all(abs(one) < _MOST_PERCENT for one in scaled):
        return interval(change, bounds)
    places = _places(scaled[0], (scaled[1], scaled[2]))
    places = 1 if places is None else places
    told, low, high = (f"{one:+.{places}f}%" for one in scaled)
    return f"{told} [{low}, {high}]"


def _places(change: float, bounds: tuple[float, float]) -> int | None:
    """Digits behind the point that an interval deserves; None where it has no width."""
    width = bounds[1] - bounds[0]
    if not _NO_WIDTH * abs(change) < width < math.inf:
        return None
    return _behind_point(width, 2)


def _behind_point(value: float, digits: int) -> int:
    """Digits behind the point that show so many of a value's own."""
    return min(_MOST_PLACES, max(0, digits - 1 - math.floor(math.log10(abs(value)))))


def _bare(text: str) -> str:
    """A number without the zero before its point: ``-.004``."""
    return _ZERO.sub(r"\1.", text, count=1)
