"""Values that know on which line of which file they stand, and are read with that at hand."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from modelref.errors import BadInput

_T = TypeVar("_T")

Scalar: TypeAlias = "str | int | float | bool | None"
_MOST_TEXT = 500
"""Most characters of a text: what is longer belongs in a document that it links to."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A value of a file.

    Attributes:
        value: a scalar, values in order, or values by key. What YAML knows beside these (a
            date) is its text.
        line: the line of its key, or of the item itself in a list; from 1, 0 where it is none.
        file: the file, as a person names it.
    """

    value: "Scalar | tuple[Marked, ...] | Mapping[str, Marked]"
    line: int
    file: str

    def wrong(self, why: str, hint: str = "") -> BadInput:
        """The error for this value."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return BadInput(
            f"{place}: {why}", kind="invalid-config", hint=hint or f"mend line {self.line}"
        )

    def mapping(self, what: str) -> Mapping[str, "Marked"]:
        """Values by key.

        Raises:
            BadInput: it is something else.
        """
        if isinstance(self.value, Mapping):
            return self.value
        raise self.wrong(f"{what} is not a mapping of keys to values")

    def items(self, what: str) -> tuple["Marked", ...]:
        """Values in order.

        Raises:
            BadInput: it is something else.
        """
        if isinstance(self.value, tuple):
            return self.value
        raise self.wrong(f"{what} is not a list")


def marked(value: object, file: str) -> Marked:
    """A plain value, parsed from JSON, that stands on no line."""
    if isinstance(value, Mapping):
        inner = {str(key): marked(item, file) for key, item in value.items()}
        return Marked(inner, 0, file)
    if isinstance(value, list | tuple):
        return Marked(tuple(marked(item, file) for item in value), 0, file)
    if value is None or isinstance(value, str | int | float | bool):
        return Marked(value, 0, file)
    return Marked(str(value), 0, file)


@dataclass(frozen=True, slots=True)
class Fields:
    """The keys of one mapping, read one by one.

    Attributes:
        whole: the mapping.
        entries: its values.
    """

    whole: Marked
    entries: Mapping[str, Marked]

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def refuse_unknown(self, known: Collection[str]) -> None:
        """Refuse keys that mean nothing here, naming the one that was perhaps meant.

        Raises:
            BadInput: there is one.
        """
        for key, value in self.entries.items():
            if key not in known:
                raise value.wrong(*unknown("key", key, known))

    def take(self, key: str, parse: Callable[[object], _T]) -> _T:
        """Parse the value of a key that must be there.

        Raises:
            BadInput: it is not there, or the parser refuses it.
        """
        if key not in self.entries:
            raise self.whole.wrong(f"{key}: is missing")
        entry = self.entries[key]
        try:
            return parse(entry.value)
        except ValueError as error:
            raise entry.wrong(f"{key}: {_shown(entry.value)} {error}") from None
        except BadInput as error:
            raise entry.wrong(f"{key}: {error.message}", error.hint) from None

    def take_or(self, key: str, parse: Callable[[object], _T], default: _T) -> _T:
        """Parse the value of a key, where it is there."""
        return self.take(key, parse) if key in self.entries else default


def unknown(what: str, given: str, known: Collection[str]) -> tuple[str, str]:
    """Message and hint for a word that is not one of those known, with the nearest of these."""
    from difflib import get_close_matches

    close = get_close_matches(given, known, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    return f"{_shown(given)} is not a {what}", f"{hint}known: {', '.join(known)}"


def one_of(*known: str) -> Callable[[object], str]:
    """Parser of a word that must be one of a few."""

    def parse(value: object) -> str:
        if value in known:
            return str(value)
        raise ValueError(f"is not {' or '.join(known)}")

    return parse


def parse_text(value: object) -> str:
    """Take a text of one line that prints.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(value, str) or not value.strip():
        raise ValueError("is not a text")
    text = " ".join(value.split())
    if not text.isprintable():
        raise ValueError("has characters that do not print")
    if len(text) > _MOST_TEXT:
        raise ValueError(f"is longer than {_MOST_TEXT} characters")
    return text


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, tuple) else repr(value)[:80]
