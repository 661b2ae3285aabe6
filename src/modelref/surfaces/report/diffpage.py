"""A diff as one page: the answer first, then a part for each kind."""

from importlib.resources import files
from typing import Any
from xml.etree.ElementTree import Element

from modelref.api.kinds.all import sections_of
from modelref.api.kinds.metrics import headline
from modelref.api.kinds.section import Section
from modelref.api.shapes.diff import diff_shape
from modelref.domain.diff.kind import DiffKind
from modelref.surfaces.report.kinds import PLOTS
from modelref.surfaces.report.nodes import node, page
from modelref.usecases.compare import ModelDiff

_TITLES = {
    "metrics": "Is it better?",
    "behaviour": "Whose lists change?",
    "params": "Parameters",
    "data": "Data",
    "code": "Code",
    "pipeline": "Pipeline",
    "weights": "Weights",
}
_LONG = 12
"""Rows of a table from which on it is folded."""


def diff_page(diff: ModelDiff) -> str:
    """Write a diff as a page of HTML with its style and plots in it."""
    shape = diff_shape(diff)
    title = f"{diff.a} → {diff.b}"
    parts = [_part(diff, kind, shape) for kind in diff.kinds]
    body = node(
        "body",
        node("header", node("h1", title), *_answer(diff)),
        node("main", *parts),
        node("footer", "Made by modelref from the repository alone."),
    )
    style = files(__package__).joinpath("style.css").read_text(encoding="utf-8")
    return page(title, style, body)


def _answer(diff: ModelDiff) -> list[Element]:
    """What a reader with ten seconds takes away."""
    said = [node("p", headline(diff), class_="answer")] if headline(diff) else []
    if diff.stale:
        why = "; ".join(diff.stale)
        text = f"The workspace is not what its pipeline makes: {why}. Run dvc repro."
        said.append(node("p", text, class_="warning"))
    return said


def _part(diff: ModelDiff, kind: DiffKind, shape: dict[str, Any]) -> Element:
    plots = PLOTS[kind.value](shape) if kind.value in PLOTS else []
    tables = [part for section in sections_of(diff, kind) for part in _section(section)]
    title = node("h2", _TITLES.get(kind.value, kind.value.capitalize()))
    return node("section", title, *plots, *tables, id=kind.value)


def _section(section: Section) -> list[Element]:
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
    title = f"{section.head[0]}: {len(section.rows):,} rows"
    return node("details", node("summary", title), table)


def _table(section: Section) -> Element:
    def cells(tag: str, texts: tuple[str, ...]) -> list[Element]:
        return [
            node(tag, text, **({"class": "number"} if at in section.numbers else _tone(text)))
            for at, text in enumerate(texts)
        ]

    head = node("thead", node("tr", *cells("th", section.head)))
    rows = [node("tr", *cells("td", tuple(row))) for row in section.rows]
    return node("table", head, node("tbody", *rows))


def _tone(text: str) -> dict[str, str]:
    return {"class": text} if text in ("better", "worse") else {}
