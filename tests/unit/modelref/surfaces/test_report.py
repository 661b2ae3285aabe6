"""The page of a diff: the answers first, every kind in it, and names that stay names."""

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from modelref.api.review.ships import shipping_words
from modelref.domain.diff.examples import Example
from modelref.domain.diff.kind import DiffKind
from modelref.domain.diff.metrics import MetricChange, Outcome, Paired, SegmentChange
from modelref.domain.diff.values import Absent
from modelref.domain.diff.weights import TensorChange, TensorStatus, ValueChange, WeightsDiff
from modelref.domain.reviewing import Shipping
from modelref.surfaces.report.charts import Bar, Point, bars, histogram, intervals
from modelref.surfaces.report.diffpage import diff_page
from modelref.surfaces.report.examples import example_parts
from modelref.surfaces.report.nodes import node, page
from modelref.surfaces.report.plots.metrics import metric_plots, segment_plots
from modelref.surfaces.report.scales import Scale
from modelref.usecases.reviewing.shipping import Tried
from support.pages import HOSTILE, rich_diff, tried_by_a_gate


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
        if self.tags and self.tags[-1][0] != "style":
            self.text += f"{data}\n"

    @property
    def head(self) -> str:
        """The text of the header."""
        return self.text[self.text.index(" → ") : self.text.rindex("Is it better?")]

    def links(self) -> list[str]:
        return [attributes["href"] or "" for tag, attributes in self.tags if tag == "a"]

    def ids(self) -> list[str]:
        return [attributes["id"] or "" for tag, attributes in self.tags if tag == "section"]


def structure(text: str) -> list[tuple[str, list[str]]]:
    """Elements and the names of their attributes."""
    return [(tag, sorted(attributes)) for tag, attributes in Seen(text).tags]


def texts(elements: list[Any]) -> str:
    return Seen(page("", "", node("body", *elements))).text


def labels(elements: list[Any]) -> list[str]:
    """Of the rows of plots, in their order."""
    body = node("body", *elements)
    return [one.text or "" for one in body.iter("span") if one.get("class") == "label"]


def changed(name: str, change: float, outcome: Outcome, **more: Any) -> MetricChange:
    paired = Paired(100, 1.0, 1 + change, change, (change - 0.01, change + 0.01), 0.001)
    return MetricChange("m.json", name, 1.0, 1 + change, change, True, outcome, paired, **more)


def test_the_answers_come_first_each_with_its_part() -> None:
    seen = Seen(diff_page(rich_diff()))
    for said in (
        "Better and worse\n",
        "2 metrics better, 1 worse (novel.ndcg@20), 1 no difference shown",
        "worse: age 65+",
        "% of the 20 items stay; another seed alone keeps 93.0 %",
        "most for age 19-24",
        "1 parameter, 1 input, 1 file of code, 1 DVC stage, 4 tensors, 1 other file of the model",
        "The workspace is not what its pipeline makes: train is stale. Run dvc repro.",
        "no code; mend: git fetch",
    ):
        assert said in seen.head
    assert "█" not in seen.text
    order = ["metrics", "segments", "behaviour", "weights", "data", "params", "code", "pipeline"]
    assert seen.ids() == order
    first = ["#metrics", "#segments", "#behaviour", "#params"]
    assert seen.links() == first + [f"#{name}" for name in order]


@pytest.mark.parametrize(
    ("passed", "shipping", "said"),
    [
        (True, Shipping.YES, "yes: 1 of 1 rules of prod (main) hold, beside v1.0.0"),
        (False, Shipping.NO, "failed: ndcg@20 at least 0.3: 0.25 (a floor)"),
        (None, Shipping.UNKNOWN, "not known: ndcg@20 at least 0.3: 0.25 (a floor)"),
    ],
)
def test_whether_it_may_ship_stands_in_the_head(
    passed: bool | None, shipping: Shipping, said: str
) -> None:
    seen = Seen(diff_page(rich_diff(), tried=tried_by_a_gate(passed, shipping)))
    assert shipping_words(shipping, tried_by_a_gate(passed, shipping).verdict) in seen.head
    assert said in seen.head
    assert "#gate" in seen.links()
    assert seen.ids().index("gate") == seen.ids().index("metrics") + 1
    assert "a floor" in seen.text


def test_that_nothing_guards_it_is_said() -> None:
    seen = Seen(diff_page(rich_diff(), tried=Tried(Shipping.NO_GATES)))
    assert "no gates: no rule of the default branch guards a stage of it" in seen.head
    assert "gate" not in seen.ids()


def test_why_nothing_may_ship_is_said() -> None:
    refused = (Absent("model@v1.0.0 is in quarantine"),)
    seen = Seen(diff_page(rich_diff(), tried=Tried(Shipping.NO, None, refused)))
    assert "may not ship" in seen.head
    assert "model@v1.0.0 is in quarantine" in seen.head


def test_what_was_not_compared_is_not_answered() -> None:
    only = replace(rich_diff(), kinds=(DiffKind.PARAMS,), metrics=(), behaviour=None)
    only = replace(only, data=(), code=(), pipeline=(), weights=WeightsDiff(), params=())
    seen = Seen(diff_page(only))
    assert seen.ids() == ["params"]
    assert not any(word in seen.text for word in ("etter", "nothing of its", "For whom?"))


def test_every_kind_is_told() -> None:
    seen = Seen(diff_page(rich_diff()))
    for text in (
        "+8.0% better",
        "0.21 of 1.38",
        "data/items.parquet: price",
        "0.310",
        "Whole milk",
    ):
        assert text in seen.text


def test_what_a_gate_asks_for_is_shown_first() -> None:
    shown = Seen(diff_page(rich_diff(), asked=["all.recall@20"]))
    assert shown.head.index("all.recall@20:") < shown.head.index("novel.ndcg@20:")
    assert "all.recall@20 by segment (users)" in shown.text
    others = Seen(diff_page(rich_diff()))
    assert others.head.index("novel.ndcg@20:") < others.head.index("all.recall@20:")


def test_the_page_asks_for_nothing_and_runs_nothing() -> None:
    text = diff_page(rich_diff(), examples=9)
    seen = Seen(text)
    assert not {"script", "link", "img", "iframe", "object", "form"} & {tag for tag, _ in seen.tags}
    names = {name for _, attributes in seen.tags for name in attributes}
    assert not {"src", "style"} & names
    assert {link[0] for link in seen.links()} == {"#"}
    assert not any(name.startswith("on") for name in names)
    assert "http" not in text.replace('http-equiv="Content-Security-Policy"', "")
    assert "default-src 'none'" in text
    assert "url(" not in text


def test_names_stay_names() -> None:
    plain = diff_page(rich_diff(" end"), examples=9)
    hostile = diff_page(rich_diff(HOSTILE), examples=9)
    assert structure(plain) == structure(hostile)
    assert "<script>alert(1)</script>" in Seen(hostile).text
    assert "\x1b" not in hostile
    assert "\u202e" not in hostile
    hostile.encode("utf-8")


def test_a_few_lists_stand_side_by_side_and_all_where_asked() -> None:
    diff = rich_diff()
    few, all_ = Seen(diff_page(diff)).text, Seen(diff_page(diff, examples=9)).text
    assert (few.count("Example "), all_.count("Example ")) == (2, 5)
    assert "… and 3 more with --examples" in few
    assert "more with --examples" not in all_
    assert "\N{MINUS SIGN} Product 0" in few
    assert "+ Product 500" in few
    assert not example_parts((), 0)


def test_a_list_says_what_goes_comes_and_moves() -> None:
    one = Example("one of the panel", ("milk", "milk", "tea", "rice"), ("tea", "milk", "oil"), 0.5)
    told = texts(example_parts((one,), 1)).replace("\N{MINUS SIGN}", "-")
    assert told.split("\nTo\n")[1].split() == [
        *("1", "milk", "tea", "↑", "was", "3"),
        *("2", "-", "milk", "milk", "↓", "was", "1"),
        *("3", "tea", "+", "oil"),
        *("4", "-", "rice"),
    ]


def test_behaviour_is_drawn_once_with_its_floor() -> None:
    diff = rich_diff()
    seen = Seen(diff_page(diff))
    assert diff.behaviour is not None
    mean = f"{100 * diff.behaviour.overlap:.1f} %"
    assert f"Users by items kept of 20; line: the mean, {mean}; dashed: " in seen.text
    columns = [one for tag, one in seen.tags if tag == "rect" and one.get("class") == "column"]
    assert len(columns) == 21
    floors = [one["x1"] for tag, one in seen.tags if tag == "line" and one["class"] == "floor"]
    assert floors == ["90.95%"]
    assert "Items kept\n" not in seen.text
    assert not any(block in seen.text for block in "▏▎▍▌▋▊▉█")


def test_the_worse_are_drawn_first_and_what_is_left_out_is_said() -> None:
    better = [changed(f"b{at}", 0.01 * at, Outcome.BETTER) for at in range(1, 40)]
    worse = [changed(f"w{at}", -0.01 * at, Outcome.WORSE) for at in range(1, 31)]
    drawn = metric_plots([*better, *worse])
    shown = labels(drawn)
    assert shown[:5] == ["b1", "b2", "b3", "w30", "w29"]
    assert shown[24:26] == ["b39", "b38"]
    assert texts(drawn).count("… and 9 more in the table") == 1
    assert texts(drawn).count("… and 12 more in the table") == 1


def test_a_metric_that_is_lost_is_named_where_the_others_are_drawn() -> None:
    lost = MetricChange("m.json", "ndcg", 0.5, None, None, True, Outcome.GONE)
    diff = replace(rich_diff(), metrics=(changed("recall", 0.1, Outcome.BETTER), lost))
    seen = Seen(diff_page(diff))
    assert "A metric is lost" in seen.head
    assert seen.head.index("ndcg is gone: it was 0.5") < seen.head.index("recall: ")
    plots = metric_plots([lost, changed("recall", 0.1, Outcome.BETTER)])
    assert texts(plots).index("ndcg is gone: it was 0.5") < texts(plots).index("recall")
    assert labels(plots) == ["recall"]


def test_segments_of_the_metric_that_decides_stand_open_the_worse_first() -> None:
    def segments(worse: float) -> tuple[SegmentChange, ...]:
        changes = {"a": (0.3, 100), "b": (worse, 100), "c": (-0.9, 5), "d": (0.5, 100)}
        return tuple(
            SegmentChange("age", name, Paired(users, 1.0, 1 + one, one, (one, one), 0.001))
            for name, (one, users) in changes.items()
        )

    names = ("z.main", "a.other", "b.other", "c.other")
    ordered = [changed(name, 0.1, Outcome.BETTER, segments=segments(-0.1)) for name in names]
    first, *others, said = segment_plots(ordered)
    assert (first.tag, first.get("open"), first[0].text) == (
        "details",
        "",
        "z.main by segment (users)",
    )
    assert labels([first]) == ["age: b (100)", "age: c (5)", "age: d (100)", "age: a (100)"]
    assert [one.get("open") for one in others] == [None, None]
    assert said.text == "Segments of the other metric: in --json"


def test_bars_share_a_scale_and_intervals_have_zero_and_numbers() -> None:
    drawn = bars([Bar("a", "", 1.0, 2.0), Bar("b", "", 0.5)], mark=1.0)
    assert [rect.get("width") for rect in drawn.iter("rect")] == ["100.00%", "50.00%", "25.00%"]
    assert [line.get("x1") for line in drawn.iter("line")] == ["50.00%", "50.00%"]
    drawn = intervals([Point("a", "", 0.5, (0.0, 1.0), "better"), Point("b", "", -0.5)])
    assert [dot.get("cx") for dot in drawn.iter("circle")] == ["65.67%", "3.00%"]
    whiskers = [line for line in drawn.iter("line") if "whisker" in (line.get("class") or "")]
    assert [(line.get("x1"), line.get("x2")) for line in whiskers] == [("34.33%", "97.00%")]
    assert [text.text for text in drawn.iter("text")] == ["-50%", "0", "+50%", "+100%"]


@pytest.mark.parametrize(
    ("ends", "names"),
    [
        ((), ["-100%", "-50%", "0", "+50%", "+100%"]),
        ((0.03, 0.112), ["0", "+2%", "+4%", "+6%", "+8%", "+10%"]),
        ((-0.0004, 0.0002), ["-0.04%", "-0.03%", "-0.02%", "-0.01%", "0", "+0.01%", "+0.02%"]),
        ((1e-12,), ["-100%", "-50%", "0", "+50%", "+100%"]),
        ((-30.0,), ["-3000%", "-2500%", "-2000%", "-1500%", "-1000%", "-500%", "0"]),
    ],
)
def test_ticks_are_round(ends: tuple[float, ...], names: list[str]) -> None:
    scale = Scale.around(ends)
    assert [scale.name(tick) for tick in scale.ticks] == names


@pytest.mark.parametrize(
    "chart", [bars([]), intervals([]), histogram([], []), bars([Bar("", "", 0)])]
)
def test_nothing_is_drawn_of_nothing(chart: Any) -> None:
    assert "nan" not in page("t", "", node("body", chart))


def test_a_metric_that_starts_at_nothing_has_no_relative_change() -> None:
    one = MetricChange("m.json", "m", 0, 1.0, 1.0, True, Outcome.BETTER)
    starts: tuple[Any, ...] = (float("nan"), "a", None, True, 1e-9)
    others = [replace(one, before=before) for before in starts]
    assert metric_plots([one, *others, replace(one, before=1.0, change=None)]) == []


def test_a_tensor_without_end_is_not_drawn() -> None:
    values = ValueChange(float("inf"), 0.0, float("inf"), 1, 1, 1)
    tensor = TensorChange("x", TensorStatus.CHANGED, None, None, values=values)
    text = diff_page(replace(rich_diff(), weights=WeightsDiff((tensor,))))
    assert "Relative change (Euclidean)" not in text
    assert "nan" not in text


def test_texts_are_written_where_they_belong() -> None:
    made = node("p", "a", node("b", "c"), "d", class_="x", aria_label='"<')
    assert page("<t>", "p > b {}", made).endswith(
        "<title>&lt;t&gt;</title><style>p > b {}</style></head>"
        '<p class="x" aria-label="&quot;<">a<b>c</b>d</p></html>\n'
    )
