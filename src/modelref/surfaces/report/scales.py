"""Scales of changes: from the least to the most of them, with zero, and round numbers on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Self

_MARGIN = 3.0
_STEPS = (1, 2, 5, 10)
_PARTS = 6
_LEAST = 1e-9
"""Below, all is at zero."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale of relative changes.

    Attributes:
        low: its least value, 0 or below.
        high: its greatest, 0 or above.
        step: from one tick to the next.
    """

    low: float
    high: float
    step: float

    @classmethod
    def around(cls, values: Sequence[float]) -> Self:
        """The scale that just holds zero and some finite values."""
        low, high = min(values, default=0.0), max(values, default=0.0)
        low, high = min(low, 0.0), max(high, 0.0)
        if high - low < _LEAST:
            low, high = -1.0, 1.0
        rough = (high - low) / _PARTS
        unit = 10.0 ** floor(log10(rough))
        return cls(low, high, next(one * unit for one in _STEPS if one * unit >= rough * 0.999))

    @property
    def ticks(self) -> list[float]:
        """Round values on it, zero among them."""
        first, last = ceil(self.low / self.step - 1e-9), floor(self.high / self.step + 1e-9)
        return [number * self.step for number in range(first, last + 1)]

    def at(self, value: float) -> float:
        """Where a value lies, in percent of the width."""
        share = (value - self.low) / (self.high - self.low)
        return _MARGIN + (100 - 2 * _MARGIN) * share

    def name(self, tick: float) -> str:
        """A tick's number, in percent."""
        places = max(0, -floor(log10(100 * self.step) + 1e-9))
        return f"{100 * tick:+.{places}f}%" if tick else "0"
