"""Sections of a diff as tables of a page."""

from xml.etree.ElementTree import Element

from modelref.api.kinds.section import Section
from modelref.surfaces.report.nodes import node

_TONES = {"better": "better", "worse": "worse", "gone": "worse", "no number": "worse"}
_LONG = 12
"""Rows of a table from which on it is folded."""


def section_parts(section: Section) -> list[Element]:
    """A section's title, table, patch and notes; a long table is folded."""
    parts = [node("h3", section.title)] if section.title else []
    if section.rows:
        table = node("div", _table(section), class_="scroll")
        parts.append(_folded(section, table) if len(section.rows) > _LONG else table)
    elif section.nothing:
        parts.append(node("p", section.nothing))
    if section.patch:
        parts.append(node("pre", section.patch))
    parts += [node("p", note, class_="caption") for note in section.notes]
    return parts


def _folded(section: Section, table: Element) -> Element:
    return node("details", node("summary", f"All {len(section.rows):,} rows as a table"), table)


def _table(section: Section) -> Element:
    def cells(tag: str, texts: tuple[str, ...]) -> list[Element]:
        return [
            node(tag, text, **(_number(text) if at in section.numbers else _tone(text)))
            for at, text in enumerate(texts)
        ]

    head = node("thead", node("tr", *cells("th", section.head)))
    rows = [node("tr", *cells("td", tuple(row))) for row in section.rows]
    return node("table", head, node("tbody", *rows))


def _number(text: str) -> dict[str, str]:
    """Numbers are not broken over lines, but before their intervals, where the page is narrow."""
    return {"class": "number interval" if text.endswith("]") else "number"}


def _tone(text: str) -> dict[str, str]:
    return {"class": _TONES[text]} if text in _TONES else {}
