"""Shares, durations and sizes, as people write and read them."""

import math
import re
from dataclasses import dataclass
from typing import Self

_NUMBER = r"[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"
_PERCENT = re.compile(rf"({_NUMBER}) ?%")
_DURATION = re.compile(r"([0-9]{1,15}) ?([smhdw])")
_BYTES = re.compile(rf"({_NUMBER}) ?(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)")
_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_DECIMAL = ("B", "kB", "MB", "GB", "TB", "PB")
_STEP = 1000
_FACTORS = {unit: _STEP**power for power, unit in enumerate(_DECIMAL)} | {
    unit: 1024**power for power, unit in enumerate(("KiB", "MiB", "GiB", "TiB"), start=1)
}
MOST_BYTES = 2**53 - 1
"""The largest integer that every JSON parser keeps exactly (RFC 8785 section 3.2.2.3)."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A difference: in the metric's own unit, or as a share of what it is compared with.

    Attributes:
        number: as written: 1 for ``1%``, 0.002 for ``0.002``.
        percent: whether it is a share.
    """

    number: float
    percent: bool

    @classmethod
    def parse(cls, value: object) -> Self:
        """Parse ``1%`` or a number.

        Raises:
            ValueError: it is neither, or negative.
        """
        if isinstance(value, str):
            match = _PERCENT.fullmatch(value)
            if match is None:
                raise ValueError("is neither a number nor a share such as 1%")
            amount = cls(float(match[1]), percent=True)
        else:
            amount = cls(parse_number(value), percent=False)
        if amount.number < 0 or not math.isfinite(amount.number):
            raise ValueError("must not be negative")
        return amount

    def of(self, base: float) -> float:
        """The difference where it is compared with a value."""
        return abs(base) * self.number / 100 if self.percent else self.number

    def plain(self) -> str | float:
        """As it is written in a file; parsing it gives the same amount."""
        return str(self) if self.percent else self.number

    def __str__(self) -> str:
        return f"{shortest(self.number)}%" if self.percent else shortest(self.number)


def parse_number(value: object) -> float:
    """Take a number; True and False are none.

    Raises:
        ValueError: it is no finite number.
    """
    try:
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
    except OverflowError:
        pass  # an integer beyond any float
    raise ValueError("is not a number")


def parse_share(value: object) -> float:
    """Parse a share of a whole: ``60%`` or ``0.6``.

    Raises:
        ValueError: it is none, or not between 0 and 1.
    """
    share = Amount.parse(value).of(1)
    if share > 1:
        raise ValueError("is more than 100%")
    return share


def parse_duration(value: object) -> int:
    """Parse ``45s``, ``30m``, ``24h``, ``7d`` or ``2w`` to seconds.

    Raises:
        ValueError: it is no such text.
    """
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("is not a duration such as 24h or 7d")
    return int(match[1]) * _SECONDS[match[2]]


def duration(seconds: int) -> str:
    """A duration in the largest unit that leaves no rest: ``36h``; parsing it gives it back."""
    if seconds == 0:
        return "0s"
    unit, size_ = next(item for item in _SECONDS.items() if seconds % item[1] == 0)
    return f"{seconds // size_}{unit}"


def about(seconds: int) -> str:
    """A duration for people, in one unit, cut off: ``2d``, ``23h``."""
    unit, size_ = next(item for item in _SECONDS.items() if seconds >= item[1] or item[0] == "s")
    return f"{seconds // size_}{unit}"


def parse_bytes(value: object) -> int:
    """Parse ``2 GB``, ``500 MiB`` or a number of bytes.

    Raises:
        ValueError: it is none, or more than :data:`MOST_BYTES`.
    """
    match = _BYTES.fullmatch(value) if isinstance(value, str) else None
    if match is None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        raise ValueError("is not a size such as 2 GB or 500 MiB")
    number = float(match[1]) * _FACTORS[match[2]] if match else float(str(value))
    if number > MOST_BYTES:
        raise ValueError("is larger than any size that can be told")
    return round(number)


def size(count: int | None) -> str:
    """Bytes in decimal units: ``31.2 MB``; ``?`` where unknown."""
    if count is None:
        return "?"
    amount = float(count)
    for unit in _DECIMAL[:-1]:
        if amount < _STEP:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= _STEP
    return f"{amount:.1f} {_DECIMAL[-1]}"


def shortest(number: float) -> str:
    """The shortest text that gives a number back, without a useless ``.0``."""
    return repr(float(number)).removesuffix(".0")
