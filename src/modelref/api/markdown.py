"""Diffs as Markdown, for a review comment."""

import re
from collections.abc import Iterator

from modelref.api.kinds.all import ALL, examples_of, sections
from modelref.api.kinds.metrics import headline
from modelref.api.kinds.section import Section
from modelref.usecases.compare import ModelDiff

_SPECIAL = str.maketrans(
    {character: f"\\{character}" for character in "\\`*_{}[]<>#|~$"}
    | {"&": "&amp;", "\u200b": "&#8203;"}
)
_REFERENCE = re.compile(r"(?:(?<!\w)@(?=\w)|[#!$&](?=\d)|\bGH-(?=\d))", re.IGNORECASE | re.ASCII)
"""What a host takes for a person, an issue, a request or the like.

It looks for them in the text as rendered, where no backslash and no entity is left: only something
between the sign and the name keeps them apart.
"""
_LINK = re.compile(r"(:)(?=//)|(?<=www)(\.)", re.IGNORECASE)
_BLOCK = re.compile(r"^(?=[-+=])|(?<=^\d)(?=[.)])|(?<=^\d\d)(?=[.)])")
"""Where a line would begin a list or underline a heading."""
_TICKS = re.compile(r"`+")


def diff_markdown(diff: ModelDiff, *, examples: bool = False) -> str:
    """Write a diff as Markdown tables.

    Args:
        diff: the differences.
        examples: whether to show the lists that change most: what a person is shown is theirs, and
            a comment is read by many.
    """
    lines = [f"### {escape(str(diff.a))} → {escape(str(diff.b))}", ""]
    if headline(diff):
        lines += [f"**{escape(headline(diff))}**", ""]
    if diff.stale:
        why = escape("; ".join(diff.stale))
        lines += [
            f"> **The workspace is not what its pipeline makes**: {why}. Run `dvc repro`.",
            "",
        ]
    for section in [*sections(diff), *examples_of(diff, ALL if examples else 0)]:
        lines += section_lines(section)
    return "\n".join(lines).rstrip() + "\n"


def escape(text: str) -> str:
    """Text as Markdown shows it: no formatting, border, HTML, line break, mention or link."""
    flat = " ".join(text.split())
    shown = "".join(character for character in flat if character.isprintable())
    plain = _REFERENCE.sub("\\g<0>\u200b", shown).translate(_SPECIAL)
    return _LINK.sub(lambda found: f"&#{ord(found[0])};", plain)


def _line(text: str) -> str:
    """Text as a paragraph of its own."""
    return _BLOCK.sub(r"\\", escape(text), count=1)


def section_lines(section: Section) -> Iterator[str]:
    """A section as lines of Markdown."""
    if section.title:
        yield from (_line(section.title), "")
    if section.rows:
        yield f"| {' | '.join(section.head)} |"
        yield f"|{' --- |' * len(section.head)}"
        for row in section.rows:
            yield f"| {' | '.join(escape(cell) for cell in row)} |"
        yield ""
    elif section.nothing:
        yield from (section.nothing, "")
    if section.patch:
        yield from _fenced(section.patch)
    for note in section.notes:
        yield from (_line(note), "")


def _fenced(text: str) -> Iterator[str]:
    """A block of code that nothing in it can end."""
    longest = max((len(ticks) for ticks in _TICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from (f"{fence}diff", text.rstrip("\n"), fence, "")
