"""How every command starts, ends and fails: one line out, or two readable ones on stderr."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from recommender.errors import RecommenderError

if TYPE_CHECKING:
    from collections.abc import Callable


def reported(name: str, work: Callable[[], str]) -> None:
    """Do some work and say what was done.

    Exits with code 2 and two readable lines on stderr when the person can mend what went wrong.

    Args:
        name: What the line begins with.
        work: Does it, and returns what it did.
    """
    try:
        line = work()
    except RecommenderError as error:
        _fail(error.message, error.hint)
    except OSError as error:
        _fail(str(error), "check the path, its permissions and the space on the disk")
    else:
        sys.stdout.write(f"{name}: {line}\n")


def _fail(message: str, hint: str) -> None:
    sys.stderr.write(f"error: {message}\nhint: {hint}\n")
    sys.exit(2)
