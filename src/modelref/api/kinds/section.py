"""Sections of a diff: tables and sentences, whatever they are written as."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """A table, and what is said around it.

    Attributes:
        head: titles of the columns.
        rows: cells as text.
        nothing: what is said where there is no row; empty for nothing.
        title: what is said above.
        numbers: indexes of columns that are aligned to the right.
        notes: sentences below.
        patch: text that is shown as it is, line by line.
        name: by which a surface knows it from the others of its kind; empty where none need.
    """

    head: tuple[str, ...] = ()
    rows: Sequence[Sequence[str]] = ()
    nothing: str = ""
    title: str = ""
    numbers: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    patch: str = ""
    name: str = ""
