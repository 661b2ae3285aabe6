"""For whom a metric is better or worse: one order, wherever a reader meets it."""

from dataclasses import replace

import pytest

from modelref.api.kinds.metrics import counted
from modelref.api.kinds.segments import in_order, segment_section, segment_shapes
from modelref.api.numbers import relative_interval
from modelref.api.review.measured import for_whom
from modelref.domain.diff.metrics import MetricChange, Outcome, Paired, SegmentChange
from modelref.surfaces.report.plots.metrics import segment_plots

USUAL, FEW = 100, 5


def segment(name: str, before: float, change: float, users: int = USUAL) -> SegmentChange:
    bounds = (change - 0.01, change + 0.01)
    return SegmentChange("age", name, Paired(users, before, before + change, change, bounds, 0.001))


def metric(name: str, change: float, *segments: SegmentChange, path: str = "m") -> MetricChange:
    outcome = Outcome.BETTER if change > 0 else Outcome.WORSE
    return MetricChange(path, name, 1.0, 1 + change, change, True, outcome, segments=segments)


RANKED = ("loses half", "loses a tenth", "few lose all", "wins half", "wins a tenth")
"""Relative to where they started; in absolute terms those of a tenth change most."""
CHANGE = metric(
    "ndcg",
    0.1,
    segment("wins a tenth", 0.9, 0.09),
    segment("few lose all", 0.5, -0.5, FEW),
    segment("loses a tenth", 0.9, -0.09),
    segment("wins half", 0.1, 0.05),
    segment("loses half", 0.1, -0.05),
)


def test_the_worst_relative_to_its_start_comes_first_on_every_surface() -> None:
    assert tuple(one.segment for one in in_order(CHANGE)) == RANKED
    assert tuple(one["segment"] for one in segment_shapes(CHANGE)) == RANKED
    table = segment_section([CHANGE])
    assert table is not None
    assert tuple(row[0].removeprefix("age: ") for row in table.rows) == RANKED
    (plot,) = segment_plots([CHANGE])
    drawn = [one.text or "" for one in plot.iter("span") if one.get("class") == "label"]
    assert tuple(one.removeprefix("age: ").rpartition(" (")[0] for one in drawn) == RANKED
    said, worse, better = for_whom([CHANGE])
    assert said == "ndcg: worse for 2, better for 2 of 4 segments of 30 users or more"
    assert (
        worse == "worse: age loses half -50% [-60%, -40%], age loses a tenth -10.0% [-11.1%, -8.9%]"
    )
    assert better.startswith("better: age wins half +50% [+40%, +60%], age wins a tenth ")


def test_that_it_is_worse_for_none_is_said() -> None:
    wins = metric("ndcg", 0.1, *(segment(f"s{at}", 1.0, 0.1) for at in range(5)))
    said, better = for_whom([wins])
    assert said == "ndcg: worse for none, better for 5 of 5 segments of 30 users or more"
    assert better.endswith("age s2 +10.0% [+9.0%, +11.0%] and 2 more")


def test_segments_of_the_same_users_are_told_once() -> None:
    first, second = segment("unknown", 0.5, 0.3), segment("unknown", 0.5, 0.3)
    others = [segment(f"s{at}", 1.0, 0.1) for at in range(3)]
    wins = metric("ndcg", 0.1, first, replace(second, column="income"), *others)
    said, better = for_whom([wins])
    assert "better for 5 of 5" in said
    assert better == (
        "better: age unknown = income unknown +60.0% [+58.0%, +62.0%], "
        "age s0 +10.0% [+9.0%, +11.0%], age s1 +10.0% [+9.0%, +11.0%] and 1 more"
    )


def test_that_none_differs_is_said_and_of_a_few_users_nothing() -> None:
    same = SegmentChange("age", "a", Paired(USUAL, 1.0, 1.1, 0.1, (-0.1, 0.3), 0.5))
    none = "ndcg: no difference shown for any of 1 segment of 30 users or more"
    assert list(for_whom([metric("ndcg", 0.1, same)])) == [none]
    assert not list(for_whom([metric("ndcg", 0.1, segment("few", 1.0, 0.1, FEW))]))
    unknown = replace(metric("size", 0.1, segment("a", 1.0, 0.1)), upwards=None)
    assert not list(for_whom([unknown]))


def test_equal_segments_stand_by_name() -> None:
    alike = metric("ndcg", 0.1, segment("b", 1.0, 0.1), segment("a", 1.0, 0.1))
    assert [one.segment for one in in_order(alike)] == ["a", "b"]


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ((-0.01, (-0.012, -0.008), 0.25), "-4.0% [-4.8%, -3.2%]"),
        ((0.01, (0.01, 0.01), -0.25), "+4.0% [+4.0%, +4.0%]"),
        ((0.01, (0.005, 0.015), 0.0), "+.010 [.005, .015]"),
        ((0.01, (0.005, 0.015), 1e-300), "+.010 [.005, .015]"),
        ((1e308, (-1e308, 1e308), 1.0), "+1e+308 [-1e+308, 1e+308]"),
        ((0.1, (float("-inf"), 0.2), 1.0), "+0.1 [-inf, 0.2]"),
    ],
)
def test_relative_changes_are_as_precise_as_their_intervals(
    figures: tuple[float, tuple[float, float], float], said: str
) -> None:
    assert relative_interval(*figures) == said


def test_the_metrics_that_got_worse_are_named_the_worst_first() -> None:
    worse = [metric(f"w{at}", -0.01 * at) for at in range(1, 8)]
    better = metric("b", 0.1)
    assert counted([better, *worse[:2]]) == "1 metric better, 2 worse (w2, w1)"
    assert counted([better, *worse]) == "1 metric better, 7 worse (w7, w6, w5, w4, w3 and 2 more)"
    assert counted(worse[:1]) == "1 metric worse (w1)"


def test_metrics_of_one_name_are_told_apart_and_long_names_by_their_end() -> None:
    one, other = (metric("ndcg", -0.1, path=path) for path in ("a.json", "b.json"))
    assert counted([one, other]) == "2 metrics worse (a.json:ndcg, b.json:ndcg)"
    long = metric(f"{'x' * 300}.all.ndcg@20", -0.1)
    assert counted([long]) == f"1 metric worse (…{'x' * 28}.all.ndcg@20)"
