"""What a headline names, and the one order of segments in terminal, comment and page."""

import pytest

from modelref.api.kinds.metrics import counted
from modelref.api.review.measured import for_whom
from modelref.domain.diff.metrics import MetricChange, Outcome, Paired, SegmentChange
from modelref.surfaces.report.nodes import node
from modelref.surfaces.report.plots.metrics import segment_plots


def change(name: str, by: float, outcome: Outcome) -> MetricChange:
    return MetricChange("m.json", name, 1.0, 1 + by, by, True, outcome)


def segment(name: str, before: float, by: float) -> SegmentChange:
    around = (by - abs(by) / 2, by + abs(by) / 2)
    return SegmentChange("age", name, Paired(200, before, before + by, by, around, 0.001))


@pytest.mark.parametrize(
    ("worse", "said"),
    [
        ({}, "1 metric better"),
        ({"b": -0.1}, "1 metric better, 1 worse (b)"),
        ({"b": -0.1, "a": -0.2}, "1 metric better, 2 worse (a, b)"),
        ({f"m{n}": -n for n in range(1, 8)}, "1 metric better, 7 worse (m7, m6, m5, m4, m3 and 2"),
        ({"x" * 99: -0.1}, f"1 metric better, 1 worse ({'x' * 40} …)"),
    ],
)
def test_a_headline_names_what_is_worse(worse: dict[str, float], said: str) -> None:
    changes = [change(name, by, Outcome.WORSE) for name, by in worse.items()]
    assert counted([change("up", 0.1, Outcome.BETTER), *changes]).startswith(said)


def test_the_largest_relative_change_comes_first_everywhere() -> None:
    segments = (
        segment("large", 0.5, 0.05),
        segment("small", 0.01, 0.005),
        segment("lost", 0.4, -0.02),
        segment("halved", 0.01, -0.005),
    )
    metric = MetricChange("m.json", "ndcg", 1.0, 1.1, 0.1, True, Outcome.BETTER, None, segments)
    worse, better = for_whom([metric])
    assert worse == (
        "worse (ndcg) for age halved -50.0 % [-75.0, -25.0], age lost -5.0 % [-7.5, -2.5]"
    )
    assert better == (
        "better (ndcg) for age small +50.0 % [+25.0, +75.0], age large +10.0 % [+5.0, +15.0]"
    )
    page = node("body", *segment_plots([metric]))
    labels = [one.text for one in page.iter("span") if one.get("class") == "label"]
    assert labels == [f"age: {name} (200)" for name in ("halved", "lost", "small", "large")]


@pytest.mark.parametrize("before", [0.0, 1e-300])
def test_a_change_from_nothing_is_told_as_it_is(before: float) -> None:
    metric = MetricChange(
        "m.json", "ndcg", 0.0, 0.1, 0.1, True, Outcome.BETTER, None, (segment("a", before, 0.1),)
    )
    assert list(for_whom([metric])) == ["better (ndcg) for age a +.10 [.05, .15]"]
