"""The page of a diff: every kind in it, nothing asked for, and names that stay names."""

from html.parser import HTMLParser
from typing import Any

import pytest

from modelref.surfaces.report.charts import Bar, Point, bars, histogram, intervals
from modelref.surfaces.report.diffpage import diff_page
from modelref.surfaces.report.kinds import behaviour_plots, metric_plots
from modelref.surfaces.report.nodes import node, page
from support.pages import HOSTILE, behaviour, rich_diff


class Seen(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def structure(text: str) -> list[tuple[str, list[str]]]:
    """Elements and the names of their attributes."""
    return [(tag, sorted(attributes)) for tag, attributes in Seen(text).tags]


def test_the_answer_comes_first_and_every_kind_has_its_part() -> None:
    seen = Seen(diff_page(rich_diff()))
    head = seen.text[: seen.text.index("Is it better?")]
    assert "2 metrics better, 1 worse, 1 no difference shown" in head
    assert "The workspace is not what its pipeline makes: train is stale" in head
    parts = [attributes["id"] for tag, attributes in seen.tags if tag == "section"]
    assert parts == [kind.value for kind in rich_diff().kinds]
    for text in (
        "+8.0% better",
        "0.21 of 1.38",
        "data/items.parquet: price",
        "0.310",
        "Whole milk",
    ):
        assert text in seen.text


def test_the_page_asks_for_nothing_and_runs_nothing() -> None:
    text = diff_page(rich_diff())
    seen = Seen(text)
    assert not {"script", "link", "img", "iframe", "object", "form"} & {tag for tag, _ in seen.tags}
    names = {name for _, attributes in seen.tags for name in attributes}
    assert not {"src", "href", "style"} & names
    assert not any(name.startswith("on") for name in names)
    assert "http" not in text.replace('http-equiv="Content-Security-Policy"', "")
    assert "default-src 'none'" in text
    assert "url(" not in text


def test_names_stay_names() -> None:
    plain, hostile = diff_page(rich_diff(" end")), diff_page(rich_diff(HOSTILE))
    assert structure(plain) == structure(hostile)
    assert "<script>alert(1)</script>" in Seen(hostile).text
    assert "\x1b" not in hostile
    assert "\u202e" not in hostile
    hostile.encode("utf-8")


def test_behaviour_is_drawn_with_its_floor() -> None:
    (caption, drawn, said, segments) = behaviour_plots({"behaviour": behaviour(HOSTILE)})
    assert caption.text == (
        "Users by items kept of 20; mean 78.2%; dashed: with nothing but another seed, 93.0%"
    )
    svg = drawn.find("svg")
    assert svg is not None
    assert len(svg.findall("rect")) == 21
    lines = {line.get("class"): line.get("x1") for line in svg.findall("line")}
    assert lines == {"mean": "76.86%", "floor": "90.95%"}
    assert said.text == "Items kept by segment (users)"
    assert len(segments) == 6
    assert behaviour_plots({}) == behaviour_plots({"behaviour": None}) == []


def test_bars_share_a_scale_and_intervals_are_about_zero() -> None:
    drawn = bars([Bar("a", "", 1.0, 2.0), Bar("b", "", 0.5)])
    assert [rect.get("width") for rect in drawn.iter("rect")] == ["100.00%", "50.00%", "25.00%"]
    drawn = intervals([Point("a", "", 0.5, (0.0, 1.0), "better"), Point("b", "", -0.5)])
    assert [dot.get("cx") for dot in drawn.iter("circle")] == ["74.00%", "26.00%"]
    whiskers = [line for line in drawn.iter("line") if "whisker" in (line.get("class") or "")]
    assert [(line.get("x1"), line.get("x2")) for line in whiskers] == [("50.00%", "98.00%")]


@pytest.mark.parametrize(
    "chart", [bars([]), intervals([]), histogram([], []), bars([Bar("", "", 0)])]
)
def test_nothing_is_drawn_of_nothing(chart: Any) -> None:
    assert "nan" not in page("t", "", node("body", chart))


def test_a_metric_that_starts_at_nothing_has_no_relative_change() -> None:
    one = {"metric": "m", "from": 0, "change": 1.0, "interval": None, "segments": []}
    others = [one | {"from": None}, one | {"from": float("nan")}, one | {"from": 1, "change": None}]
    assert metric_plots({"metrics": [one, *others]}) == []


def test_texts_are_written_where_they_belong() -> None:
    made = node("p", "a", node("b", "c"), "d", class_="x", aria_label='"<')
    assert page("<t>", "p > b {}", made).endswith(
        "<title>&lt;t&gt;</title><style>p > b {}</style></head>"
        '<p class="x" aria-label="&quot;<">a<b>c</b>d</p></html>\n'
    )
