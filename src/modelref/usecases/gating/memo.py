"""Results of one command, kept while it runs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, cast

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Memo:
    """Results of one command, by what they were computed from.

    Those of commits hold for good; the rules are those that stood when the command began.
    """

    known: dict[tuple[str, ...], object] = field(default_factory=dict)

    def get(self, key: tuple[str, ...], make: Callable[[], _T]) -> _T:
        """A result, made when it is first asked for."""
        if key not in self.known:
            self.known[key] = make()
        return cast("_T", self.known[key])
