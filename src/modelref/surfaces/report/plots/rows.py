"""What all plots share: captions, and an end that is said where rows are left out."""

from collections.abc import Callable, Sequence
from typing import TypeVar
from xml.etree.ElementTree import Element

from modelref.surfaces.report.nodes import node

T = TypeVar("T")
MOST_ROWS = 24


def caption(text: str) -> Element:
    """A sentence about a plot."""
    return node("p", text, class_="caption")


def cut(rows: Sequence[T], draw: Callable[[Sequence[T]], Element], where: str) -> list[Element]:
    """Draw the first rows, and say how many are left out.

    Args:
        rows: those that matter most first.
        draw: makes the plot.
        where: they are told: ``in the table``.
    """
    left = len(rows) - MOST_ROWS
    said = [caption(f"… and {left} more {where}")] if left > 0 else []
    return [draw(rows[:MOST_ROWS]), *said]
