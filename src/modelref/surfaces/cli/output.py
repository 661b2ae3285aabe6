"""What people read: aligned tables, quoted refs, errors with their mend."""

import json
import math
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from shutil import get_terminal_size
from typing import Any, Literal

from modelref.domain.finding import Finding
from modelref.domain.ref import quoted

MOST_FINDINGS = 5
"""Findings that are told one by one."""
_NARROWEST = 8
_MOST_FREE = 200
"""Characters of a free text that a table shows."""


def say(text: str = "") -> None:
    """Write a line to standard output."""
    sys.stdout.write(f"{printable(text)}\n")


def note(text: str) -> None:
    """Write a line to standard error."""
    sys.stderr.write(f"{printable(text)}\n")


def say_json(value: Any) -> None:
    """Write one JSON document to standard output."""
    sys.stdout.write(json.dumps(_strict(value), indent=2, allow_nan=False) + "\n")


def say_json_line(value: Any) -> None:
    """Write one JSON document as one line to standard output, at once."""
    sys.stdout.write(json.dumps(_strict(value), allow_nan=False) + "\n")
    sys.stdout.flush()


def _strict(value: Any) -> Any:
    """A value as every JSON parser takes it: no NaN, no infinity, no half of a character."""
    if isinstance(value, dict):
        return {_strict(key): _strict(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str) and not value.isascii():
        try:
            data = value.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:  # half of a character, which JSON and YAML can write
            data = value.encode("utf-8", "surrogatepass")
        return data.decode("utf-8", "replace")
    return value


def report_error(kind: str, message: str, hint: str, *, as_json: bool) -> None:
    """Write an error to standard error, with what mends it."""
    if as_json:
        error = {"error": {"kind": kind, "message": message, "hint": hint}}
        sys.stderr.write(json.dumps(error) + "\n")
        return
    red = "\x1b[31merror:\x1b[0m" if coloured(sys.stderr) else "error:"
    sys.stderr.write(f"{red} {_in_a_line(message)}\n")
    if hint:
        sys.stderr.write(f"hint: {_in_a_line(hint)}\n")


def report_findings(findings: Sequence[Finding]) -> None:
    """Write what was odd about tags to standard error, without getting in the way."""
    for finding in findings[:MOST_FINDINGS]:
        subject = f"the tag {quoted(finding.tag)} " if finding.tag else ""
        note(f"warning: {subject}{finding.what}")
        if finding.hint:
            note(f"hint: {finding.hint}")
    if len(findings) > MOST_FINDINGS:
        note(f"warning: and {len(findings) - MOST_FINDINGS} more tags like these")


def coloured(stream: Any) -> bool:
    """Whether a stream is a terminal that wants colour."""
    return (
        bool(stream.isatty())
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )


def is_narrow(columns: int) -> bool:
    """Whether standard output is a terminal of fewer columns."""
    return sys.stdout.isatty() and get_terminal_size().columns < columns


def printable(text: str) -> str:
    """Text that cannot command a terminal: what does not print is shown as an escape."""
    return "".join(
        character if character.isprintable() or character in "\n\t" else _escaped(character)
        for character in text
    )


def _in_a_line(text: str) -> str:
    """Printable text that no tab pulls apart."""
    return printable(text).replace("\t", r"\t")


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def table(
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: Sequence[int] = (),
    free: Sequence[int] = (),
) -> None:
    """Write a table: ruled and coloured on a terminal, aligned plain text elsewhere.

    Args:
        head: column titles.
        rows: cells as text.
        numbers: indexes of columns to align to the right.
        free: indexes of columns of free text, of which the start is shown, and which a narrow
            terminal may fold; the others stay whole, so that a tag or a date can be copied.
    """
    cells = [
        [_cell(text, _MOST_FREE if i in free else None) for i, text in enumerate(row)]
        for row in rows
    ]
    if sys.stdout.isatty():
        _rich_table(head, cells, numbers, free)
        return
    widths = [max(len(row[i]) for row in [list(head), *cells]) for i in range(len(head))]
    for row in [[title.upper() for title in head], *cells]:
        aligned = (
            cell.rjust(width) if i in numbers else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        sys.stdout.write("  ".join(aligned).rstrip() + "\n")


def _cell(text: str, most: int | None) -> str:
    start = text if most is None or len(text) <= most else f"{text[: most - 1]}…"
    return printable(start).replace("\n", " ")


def facts(pairs: Mapping[str, str]) -> None:
    """Write names and values in two columns; further lines of a value stand below its first."""
    width = max(map(len, pairs))
    for name, value in pairs.items():
        first, *more = [line for line in printable(value).splitlines() if line] or [""]
        sys.stdout.write(f"  {name.ljust(width)}  {first}\n")
        sys.stdout.writelines(f"  {' ' * width}  {line}\n" for line in more)


@contextmanager
def progress(doing: str) -> Iterator[Callable[[str], None]]:
    """A line on standard error that says what is under way; on a terminal only.

    Args:
        doing: the verb that stands before each name.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.markup import escape

    with Console(stderr=True).status(doing) as status:
        yield lambda name: status.update(escape(f"{doing} {printable(name)}"))


def held_stages(stages: Sequence[str], forced: Collection[str]) -> str:
    """Stages that hold a version; those that it was forced into are marked."""
    return ", ".join(f"#{stage} (forced)" if stage in forced else f"#{stage}" for stage in stages)


def _rich_table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    numbers: Sequence[int],
    free: Sequence[int],
) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    ruled = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=0, header_style="bold")
    for i, title in enumerate(head):
        justify: Literal["left", "right"] = "right" if i in numbers else "left"
        ruled.add_column(
            title,
            justify=justify,
            overflow="fold",
            no_wrap=i not in free,
            min_width=_NARROWEST if i in free else None,
        )
    for row in rows:
        ruled.add_row(*(Text(cell, style=_STYLES.get(cell, "")) for cell in row))
    Console(highlight=False, no_color=not coloured(sys.stdout)).print(ruled)


_STYLES = {"better": "green", "worse": "red", "withdrawn": "dim", "quarantined": "yellow"}
