"""A diff as one page: the answers first, then a part for each kind."""

from collections.abc import Collection
from importlib.resources import files
from xml.etree.ElementTree import Element

from modelref.surfaces.report.nodes import node, page
from modelref.surfaces.report.parts import Part, parts_of
from modelref.surfaces.report.summary import summary
from modelref.usecases.compare import ModelDiff
from modelref.usecases.reviewing.shipping import Tried

FEW = 2
"""Examples that are shown unless all are asked for."""


def diff_page(
    diff: ModelDiff,
    *,
    asked: Collection[str] = (),
    tried: Tried | None = None,
    examples: int = FEW,
) -> str:
    """Write a diff as a page of HTML with its style and plots in it.

    Args:
        diff: the differences.
        asked: metrics that a gate asks for: they are shown first.
        tried: what the gate says of the second side; None where it was not asked.
        examples: how many lists that change most are shown, side by side.
    """
    title = f"{diff.a} → {diff.b}"
    parts = parts_of(diff, asked, tried, examples)
    told = summary(diff, asked, tried, [part.name for part in parts])
    body = node(
        "body",
        node("header", node("h1", title), *told, _contents(parts)),
        node("main", *(part.element() for part in parts)),
        node("footer", "Made by modelref from the repository alone."),
    )
    style = files(__package__).joinpath("style.css").read_text(encoding="utf-8")
    return page(title, style, body)


def _contents(parts: list[Part]) -> Element:
    return node("nav", *(node("a", part.title, href=f"#{part.name}") for part in parts))
