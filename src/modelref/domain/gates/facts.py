"""Facts: what a rule saw, plain enough for JSON, and what follows from it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from modelref.domain.marked import Scalar
from modelref.domain.quantities import MOST_BYTES
from modelref.errors import BadInput

Facts: TypeAlias = Mapping[str, Scalar]
"""What a rule saw, by name; never anything of a single user."""

AGAINST = "against"
"""Fact of every comparing rule: the version compared with, None where the stage held nothing."""
SAME = "same"
"""Fact of a comparing rule: True where nothing can differ, so that nothing was measured."""
NOTHING = "nothing to compare with"
NO_DIFFERENCE = "nothing differs"
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Judgement:
    """What follows from facts.

    Attributes:
        passed: whether the rule holds.
        observed: what was seen, for people.
        limit: what was allowed, for people.
        look: on failure, what to look at next; a command where there is one.
    """

    passed: bool
    observed: str
    limit: str
    look: str = ""


def plain_number(value: float) -> float | str:
    """A number as JSON can carry it: what is not finite, or beyond any float, becomes its name."""
    try:
        number = float(value)
    except OverflowError:
        number = math.inf if value > 0 else -math.inf
    if math.isnan(number):
        return "NaN"
    return number if math.isfinite(number) else f"{'-' if number < 0 else ''}Infinity"


def plain_text(text: str, longest: int = _LONGEST) -> str:
    """A text from a repository, of one line, printable and short."""
    shown = "".join(character if character.isprintable() else "?" for character in text)
    return shown[:longest]


def real(facts: Facts, name: str) -> float:
    """Read a number; NaN and the infinities by their names.

    Raises:
        BadInput: the fact is not there, or is none.
    """
    value = facts.get(name)
    if value in ("NaN", "Infinity", "-Infinity"):
        return float(str(value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            pass
    raise _bad(name, value)


def count(facts: Facts, name: str) -> int:
    """Read a number of things.

    Raises:
        BadInput: the fact is not there, or is none.
    """
    value = facts.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_BYTES:
        raise _bad(name, value)
    return value


def text(facts: Facts, name: str) -> str | None:
    """Read a text, or None.

    Raises:
        BadInput: the fact is something else.
    """
    value = facts.get(name)
    if value is not None and not isinstance(value, str):
        raise _bad(name, value)
    return value


def compared_with(facts: Facts) -> str | None:
    """Read which version a comparing rule compared with; None where the stage held nothing.

    Raises:
        BadInput: the facts do not say: a rule that notes nothing did not look.
    """
    if AGAINST not in facts:
        raise BadInput(f"{AGAINST} is missing", kind="bad-evidence")
    return text(facts, AGAINST)


def _bad(name: str, value: Scalar) -> BadInput:
    return BadInput(f"{name} is {value!r:.80}", kind="bad-evidence")
