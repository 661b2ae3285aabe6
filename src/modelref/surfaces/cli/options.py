"""Options that several commands take, and how their texts are parsed."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any, TypeVar

import click

from modelref.errors import BadInput

_F = TypeVar("_F", bound=Callable[..., Any])

as_json = click.option(
    "--json", "as_json", is_flag=True, help="One JSON document on standard output."
)


def at_option(command: _F) -> _F:
    """Add ``--at`` to a read."""
    return click.option(
        "--at",
        metavar="TIME",
        callback=lambda _ctx, _param, text: parse_time(text) if text is not None else None,
        help="As the registry stood then: 2026-11-03 (its end, UTC) or 2026-11-03T14:00Z.",
    )(command)


def write_options(command: _F) -> _F:
    """Add what every command takes that makes events."""
    for option in (
        click.option("--no-push", is_flag=True, help="In this clone only, for now."),
        click.option("--sign", is_flag=True, help="Sign the tags, with the key that git has."),
    ):
        command = option(command)
    return change_options(command)


def change_options(command: _F) -> _F:
    """Add what every command takes that changes something."""
    for option in (
        as_json,
        click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing."),
        click.option("-m", "--message", default="", metavar="TEXT", help="Why, in your own words."),
    ):
        command = option(command)
    return command


_TIME = re.compile(r"\d{4}-\d\d-\d\d(?!\d)")


def parse_time(text: str) -> int:
    """Parse a date or a time to seconds since 1970-01-01 UTC; without a zone it is UTC.

    Raises:
        BadInput: it is neither.
    """
    try:
        # fromisoformat reads weeks too, and a week is no moment.
        when = datetime.fromisoformat(text if _TIME.match(text) else "")
    except ValueError:
        raise BadInput(
            f"{text!r} is not a time",
            kind="invalid-time",
            hint="write 2026-11-03 or 2026-11-03T14:00Z",
        ) from None
    if len(text) <= len("2026-11-03"):
        when = datetime.combine(when.date(), time.max)
    return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp())
