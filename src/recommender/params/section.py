"""One mapping of params.yaml, read key by key; what does not fit is refused by name."""

from __future__ import annotations

import datetime as dt
import difflib
import math
from typing import TYPE_CHECKING, Any, NoReturn

from recommender.errors import ParamsError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_REQUIRED = object()


class Section:
    """A mapping and its dotted place in params.yaml.

    Each getter takes a key and returns a checked value, or raises `ParamsError` naming the key,
    the value found and the values allowed. `only` refuses keys that nobody reads, which are most
    often misspellings.
    """

    def __init__(self, place: str, values: Mapping[str, Any]) -> None:
        self._place = place
        self._values = values

    def __contains__(self, key: str) -> bool:
        return self._values.get(key) is not None

    def name(self, key: str) -> str:
        """The key with its place, as people write it after `-S`."""
        return f"{self._place}.{key}" if self._place else key

    def refuse(self, key: str, value: object, allowed: str) -> NoReturn:
        """Raise the one message every bad value gets."""
        raise ParamsError(
            f"params.yaml: {self.name(key)} is {value!r}; allowed: {allowed}",
            f"set {self.name(key)} to an allowed value in params.yaml or with `dvc exp run -S`",
        )

    def only(self, *keys: str) -> None:
        """Refuse any other key."""
        for key in self._values:
            if key not in keys:
                near = difflib.get_close_matches(str(key), keys, 1)
                guess = f"did you mean {self.name(near[0])}?" if near else "remove it"
                raise ParamsError(
                    f"params.yaml: {self.name(str(key))} is not a parameter; known here: "
                    + ", ".join(sorted(keys)),
                    guess,
                )

    def raw(self, key: str, default: Any = _REQUIRED) -> Any:
        """The value as YAML gave it; a missing or null key gives the default."""
        value = self._values.get(key)
        if value is not None:
            return value
        if default is _REQUIRED:
            raise ParamsError(
                f"params.yaml: {self.name(key)} is missing", f"add {self.name(key)} to params.yaml"
            )
        return default

    def section(self, key: str) -> Section:
        """A nested mapping."""
        value = self.raw(key)
        if not isinstance(value, dict):
            self.refuse(key, value, "a mapping")
        return Section(self.name(key), value)

    def entries(self) -> tuple[str, ...]:
        """The keys, in the order they are written."""
        return tuple(str(key) for key in self._values)

    def integer(self, key: str, low: int, high: int | None = None, default: Any = _REQUIRED) -> int:
        """A whole number in [low, high]."""
        value = self.raw(key, default)
        within = f"a whole number from {low}" + (f" to {high}" if high is not None else "")
        if isinstance(value, bool) or not isinstance(value, int):
            self.refuse(key, value, within)
        if value < low or (high is not None and value > high):
            self.refuse(key, value, within)
        return value

    def number(self, key: str, above: float = -math.inf, at_least: float = -math.inf) -> float:
        """A finite number, greater than `above` and not less than `at_least`."""
        value = self.raw(key)
        within = "a number" + (f" above {above:g}" if above > -math.inf else "")
        within += f" of at least {at_least:g}" if at_least > -math.inf else ""
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.refuse(key, value, within)
        if not math.isfinite(value) or value <= above or value < at_least:
            self.refuse(key, value, within)
        return float(value)

    def text(self, key: str, default: Any = _REQUIRED) -> str:
        """A non-empty string."""
        value = self.raw(key, default)
        if not isinstance(value, str) or not value.strip():
            self.refuse(key, value, "a non-empty text")
        return value

    def boolean(self, key: str) -> bool:
        """True or false."""
        value = self.raw(key)
        if not isinstance(value, bool):
            self.refuse(key, value, "true or false")
        return value

    def choice(self, key: str, allowed: Collection[str], default: Any = _REQUIRED) -> str:
        """One of a few words."""
        value = self.raw(key, default)
        if not isinstance(value, str) or value not in allowed:
            self.refuse(key, value, "one of " + ", ".join(sorted(allowed)))
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings; missing is empty."""
        value = self.raw(key, [])
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            self.refuse(key, value, "a list of texts")
        return tuple(value)

    def weeks(self, key: str) -> tuple[int, int]:
        """First and last week of a part, both included."""
        value = self.raw(key)
        allowed = "[first week, last week], whole numbers from 1, first <= last"
        if not isinstance(value, list) or len(value) != 2:
            self.refuse(key, value, allowed)
        first, last = value
        for week in (first, last):
            if isinstance(week, bool) or not isinstance(week, int):
                self.refuse(key, value, allowed)
        if not 1 <= first <= last:
            self.refuse(key, value, allowed)
        return first, last

    def instant(self, key: str) -> dt.datetime | None:
        """A date or a date and time in UTC without an offset; missing is None."""
        value = self.raw(key, None)
        if value is None:
            return None
        allowed = 'a date or time such as "2017-01-02" or "2017-01-02T05:00:00"'
        if isinstance(value, str):
            try:
                value = dt.datetime.fromisoformat(value)
            except ValueError:
                self.refuse(key, value, allowed)
        if not isinstance(value, dt.date):
            self.refuse(key, value, allowed)
        if not isinstance(value, dt.datetime):
            value = dt.datetime.combine(value, dt.time())
        return value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
