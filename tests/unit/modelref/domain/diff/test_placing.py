"""Which figure of the metrics files a result per user is, and whether both agree."""

import math

import pytest

from modelref.domain.diff.metrics import Paired
from modelref.domain.diff.placing import Figures, Placed, agrees, place_results
from modelref.domain.diff.results import Gap, MeasuredMetric, Own, Results, Why
from modelref.domain.snapshot import Value, Values

USERS = "users.parquet"


def measured(
    before: float, after: float, *, users: int = 100, own: tuple[int, int] = (100, 100)
) -> MeasuredMetric:
    change = after - before
    paired = Paired(users, before, after, change, (change, change), 0.01)
    return MeasuredMetric("all", "ndcg", paired, (Own(own[0], before), Own(own[1], after)))


def placed(one: MeasuredMetric, a: Values | None, b: Values) -> Placed:
    return place_results(
        Results((one,)), Figures("v1", a) if a is not None else None, Figures("v2", b), USERS
    )


def test_a_result_is_that_of_its_key_or_of_the_one_that_ends_in_it() -> None:
    one = measured(0.5, 0.6)
    for key in ("all.ndcg", "eval.all.ndcg"):
        found = placed(one, {"m.json": {key: 0.5}}, {"m.json": {key: 0.6, "other": 1}})
        assert list(found.results) == [("m.json", key)]
        assert found.doubts == {}


def test_of_several_files_it_is_the_one_that_holds_the_mean() -> None:
    one = measured(0.5, 0.6)
    found = placed(
        one,
        {"test.json": {"all.ndcg": 0.5}, "valid.json": {"all.ndcg": 0.7}},
        {"test.json": {"all.ndcg": 0.6}, "valid.json": {"all.ndcg": 0.2}},
    )
    assert (list(found.results), found.doubts) == ([("test.json", "all.ndcg")], {})


@pytest.mark.parametrize("other", [0.6, 0.6004])
def test_where_none_or_each_does_it_is_ambiguous(other: float) -> None:
    files: Values = {"a.json": {"all.ndcg": other}, "b.json": {"all.ndcg": other}}
    found = placed(measured(0.6, 0.6), files, files)
    assert found.results == {}
    assert set(found.doubts) == {("a.json", "all.ndcg"), ("b.json", "all.ndcg")}
    assert all("are ambiguous" in why for why in found.doubts.values())


@pytest.mark.parametrize("value", [0.55, math.nan, math.inf, "n/a", None, True])
def test_figures_that_are_not_the_mean_are_doubted(value: Value) -> None:
    for a, b in ((0.5, value), (value, 0.6)):
        found = placed(measured(0.5, 0.6), {"m.json": {"all.ndcg": a}}, {"m.json": {"all.ndcg": b}})
        assert found.results == {}
        assert list(found.doubts) == [("m.json", "all.ndcg")]


def test_a_side_whose_metrics_file_has_it_not_is_doubted() -> None:
    found = placed(measured(0.5, 0.6), {}, {"m.json": {"all.ndcg": 0.6}})
    assert found.doubts == {("m.json", "all.ndcg"): "v1 has no all.ndcg in its metrics files"}
    found = placed(measured(0.5, 0.6), {"m.json": {"all.ndcg": 0.5}}, {})
    assert found.doubts == {("m.json", "all.ndcg"): "v2 has no all.ndcg in its metrics files"}


def test_a_metrics_file_may_have_another_name_by_now() -> None:
    found = placed(
        measured(0.5, 0.6), {"old.json": {"all.ndcg": 0.5}}, {"new.json": {"all.ndcg": 0.6}}
    )
    assert (list(found.results), found.doubts) == ([("new.json", "all.ndcg")], {})


def test_of_a_side_that_was_scored_anew_no_file_is_asked() -> None:
    found = placed(measured(0.4, 0.6), None, {"m.json": {"all.ndcg": 0.6}})
    assert (list(found.results), found.doubts) == ([("m.json", "all.ndcg")], {})


def test_what_no_metrics_file_has_stands_in_the_file_of_results() -> None:
    found = placed(measured(0.5, 0.6), {"m.json": {"x": 1}}, {"m.json": {"x": 1}})
    assert (list(found.results), found.doubts) == ([(USERS, "all.ndcg")], {})


@pytest.mark.parametrize(("own", "doubted"), [((100, 100), False), ((112, 90), True)])
def test_too_few_shared_users_are_doubted_and_shown(own: tuple[int, int], doubted: bool) -> None:
    one = measured(0.5, 0.6, users=90, own=own)
    found = placed(one, {"m.json": {"all.ndcg": 0.5}}, {"m.json": {"all.ndcg": 0.6}})
    assert list(found.results) == [("m.json", "all.ndcg")]
    assert bool(found.doubts) is doubted
    if doubted:
        assert "only 90 of 112 users" in found.doubts["m.json", "all.ndcg"]


@pytest.mark.parametrize(
    ("value", "mean", "agreed"),
    [
        (0.3258, 0.32584, True),  # half a unit of the fourth digit
        (0.3258, 0.32586, False),
        (0.5, 0.504, True),  # perhaps 0.500: 1 % at most
        (0.5, 0.506, False),
        (0.0, 0.0004, True),
        (0.0, 0.0006, False),
        (1e-05, 1.2e-05, True),
        (0.123456789012345, 0.12345679, True),  # summed in single precision
        (0.123456789012345, 0.12346, False),
        (1, 1.009, True),
        (1, 1.02, False),
        (10**400, 1.0, False),
        (-0.25, -0.2504, True),
    ],
)
def test_a_figure_is_rounded_as_it_is_written(value: float, mean: float, agreed: bool) -> None:
    assert agrees(value, mean) is agreed


BOTH: Values = {"m.json": {"all.ndcg": 0.5, "novel.ndcg": 0.4, "loss": 3.0}}


def missed(*gaps: Gap) -> dict[str, str]:
    a, b = Figures("v1", BOTH), Figures("v2", BOTH)
    found = place_results(Results(gaps=gaps), a, b, USERS)
    assert found.results == {}
    return {key: why for (_, key), why in found.doubts.items()}


@pytest.mark.parametrize(
    ("gap", "keys", "said"),
    [
        (Gap("all", "ndcg", Why.NO_USER), {"all.ndcg"}, "no user has a result on both sides"),
        (Gap("all", "ndcg", Why.FEW_USERS), {"all.ndcg"}, "fewer than 5 users have a result"),
        (
            Gap("", "ndcg", Why.NO_NUMBERS, 1, "string"),
            {"all.ndcg", "novel.ndcg"},
            "v2 have no numbers in the column ndcg: it is of type string",
        ),
        (
            Gap("", "ndcg", Why.NO_COLUMN, 0),
            {"all.ndcg", "novel.ndcg"},
            "the results per user of v1 have no column ndcg",
        ),
        (Gap("novel", "ndcg", Why.NO_TASK, 1), {"novel.ndcg"}, "of v2 have no task novel"),
        (Gap("", "ndcg", Why.NO_USER), set(), ""),  # which of the two it is, nobody can tell
        (Gap("", "loss", Why.TOO_MANY), {"loss"}, "more metrics than are compared, and loss"),
        (Gap("", "age", Why.NO_NUMBERS), set(), ""),
    ],
)
def test_what_results_do_not_say_of_a_metric_is_a_doubt(
    gap: Gap, keys: set[str], said: str
) -> None:
    found = missed(gap)
    assert set(found) == keys
    assert all(said in why for why in found.values())


def test_a_task_of_one_side_is_a_doubt_for_the_key_without_a_task() -> None:
    figures = Figures("v1", {"m.json": {"ndcg": 0.5, "loss": 3.0}})
    gaps = (Gap("rank", "ndcg", Why.NO_TASK, 1), Gap("rank", "age", Why.NO_TASK, 1))
    assert place_results(Results(gaps=gaps), figures, figures, USERS).doubts == {
        ("m.json", "ndcg"): "the results per user of v1 have no task rank"
    }


def test_what_was_measured_of_one_task_is_not_doubted_for_another() -> None:
    figures = Figures("v1", {"m.json": {"all.ndcg": 0.5}})
    results = Results((measured(0.5, 0.5),), (Gap("", "ndcg", Why.NO_NUMBERS),))
    assert place_results(results, figures, figures, USERS).doubts == {}
