import math
from dataclasses import replace

import pytest

from modelref.domain.diff.metrics import (
    Basis,
    Outcome,
    Paired,
    PairedMetric,
    SegmentChange,
    diff_metrics,
    direction,
    tally,
)
from modelref.domain.diff.params import diff_params
from modelref.domain.diff.results import MeasuredMetric, Own, correct, holm
from modelref.domain.diff.values import metrics_unread
from modelref.domain.direction import higher_is_better
from modelref.domain.lineage import DvcStage, Lineage
from modelref.domain.outs import Out
from modelref.domain.snapshot import Annotation, Snapshot, Value, flatten

FILE = "metrics.json"


def snapshot(metrics: dict[str, Value], params: dict[str, Value] | None = None) -> Snapshot:
    return Snapshot(None, Annotation("m"), (), {FILE: metrics}, {"params.yaml": params or {}})


def test_equal_snapshots_do_not_differ() -> None:
    same = snapshot({"ndcg@20": 0.3, "nan": math.nan}, {"a": [1, 2]})
    assert diff_metrics(same, same) == ()
    assert diff_params(same, same) == ()


def test_a_change_has_its_direction() -> None:
    changes = diff_metrics(
        snapshot({"all.ndcg@20": 0.25, "loss": 1.0, "odd": 1}),
        snapshot({"all.ndcg@20": 0.5, "loss": 2.0, "odd": 3}),
    )
    assert [(c.metric, c.change, c.better) for c in changes] == [
        ("all.ndcg@20", 0.25, True),
        ("loss", 1.0, False),
        ("odd", 2.0, None),
    ]


def test_added_and_removed_values_are_changes() -> None:
    changes = diff_params(snapshot({}, {"a": 1, "b": None}), snapshot({}, {"b": 2, "c": None}))
    assert [(c.param, c.before, c.after) for c in changes] == [
        ("a", 1, None),
        ("b", None, 2),
        ("c", None, None),
    ]


def test_true_is_not_one() -> None:
    assert len(diff_params(snapshot({}, {"a": True}), snapshot({}, {"a": 1}))) == 1


def test_a_metric_that_is_no_number_has_no_change() -> None:
    (change,) = diff_metrics(snapshot({"ndcg": "n/a"}), snapshot({"ndcg": 0.5}))
    assert (change.change, change.better) == (None, None)


@pytest.mark.parametrize(
    ("after", "outcome"),
    [
        ({}, Outcome.GONE),
        ({"ndcg": None}, Outcome.GONE),
        ({"ndcg": math.nan}, Outcome.NO_NUMBER),
        ({"ndcg": math.inf}, Outcome.NO_NUMBER),
        ({"ndcg": "n/a"}, Outcome.NO_NUMBER),
        ({"ndcg": True}, Outcome.NO_NUMBER),
        ({"ndcg": 10**400}, Outcome.NO_NUMBER),
    ],
)
@pytest.mark.parametrize("comparable", [True, False])
def test_a_figure_that_is_gone_or_no_number_is_lost(
    after: dict[str, Value], outcome: Outcome, comparable: bool
) -> None:
    basis = Basis(comparable=comparable)
    (change,) = diff_metrics(snapshot({"ndcg": 0.5}), snapshot(after), basis)
    assert (change.outcome, change.lost) == (outcome, True)
    assert (change.change, change.better) == (None, None)
    (back,) = diff_metrics(snapshot(after), snapshot({"ndcg": 0.5}), basis)
    assert (back.outcome, back.change, back.lost) == (None, None, False)


@pytest.mark.parametrize("unread", ["eval", "eval/m.json"])
def test_what_cannot_be_read_is_not_lost(unread: str) -> None:
    a = Snapshot(None, Annotation("m"), (), {"eval/m.json": {"ndcg": 0.5}}, {})
    b = Snapshot(None, Annotation("m"), (), {}, {}, unread=frozenset({unread}))
    assert diff_metrics(a, b) == diff_metrics(b, a) == ()


def test_metrics_are_unread_unless_both_sides_recorded_the_same() -> None:
    def unread(*paths: str, recorded: str = "") -> Snapshot:
        outs = (Out("eval/m.json", "md5", recorded),) if recorded else ()
        lineage = Lineage((DvcStage("evaluate", (), (), outs),))
        files = frozenset(paths)
        return Snapshot(None, Annotation("m"), (), {}, {}, unread=files, lineage=lineage)

    path = "eval/m.json"
    for other in (unread(), unread(path), unread(path, recorded="b"), unread(recorded="a")):
        for sides in ((unread(path, recorded="a"), other), (other, unread(path, recorded="a"))):
            assert metrics_unread(*sides) == {path}
    same = unread(path, recorded="a")
    assert metrics_unread(same, same) == frozenset()


def test_parameters_that_cannot_be_read_leave_metrics_be() -> None:
    a = Snapshot(None, Annotation("m"), (), {"both.yaml": {"ndcg": 0.5}}, {"both.yaml": {"k": 1}})
    b = replace(a, metrics={}, params={}, unread_params=frozenset({"both.yaml"}))
    assert metrics_unread(a, b) == frozenset()
    assert [one.outcome for one in diff_metrics(a, b)] == [Outcome.GONE]
    assert diff_params(a, b) == ()


def test_a_figure_that_moves_to_another_file_is_incomparable_and_not_lost() -> None:
    def files(**metrics: dict[str, Value]) -> Snapshot:
        return Snapshot(None, Annotation("m"), (), metrics, {})

    moved = diff_metrics(files(old={"ndcg": 0.5}), files(new={"ndcg": 0.4}))
    assert [(one.path, one.outcome) for one in moved] == [
        ("new", None),
        ("old", Outcome.INCOMPARABLE),
    ]
    both = files(old={"ndcg": 0.5}, new={"ndcg": 0.4})
    (gone,) = diff_metrics(both, files(new={"ndcg": 0.4}))
    assert (gone.path, gone.outcome) == ("old", Outcome.GONE)
    (gone, _) = diff_metrics(files(a={"ndcg": 0.5}), files(b={"ndcg": math.nan}))
    assert gone.outcome is Outcome.GONE
    basis = Basis(path="users", results={("users", "ndcg"): PairedMetric(paired(0.02, 0.001))})
    (moved_to_users, _) = diff_metrics(files(a={"ndcg": 0.5}), files(), basis)
    assert moved_to_users.outcome is Outcome.INCOMPARABLE


@pytest.mark.parametrize(
    ("metric", "up"),
    [
        ("all.recall@20", True), ("novel.coverage@10", True), ("val_loss", False), ("RMSE", False),
        ("latency_ms", False), ("p99.latency", False), ("n", None), ("recall.at", None),
    ],
)  # fmt: skip
def test_directions_by_name(metric: str, up: bool | None) -> None:
    assert higher_is_better(metric) is up


def test_flatten_keeps_lists_whole_and_the_order_of_keys() -> None:
    flat = flatten({"b": {"y": 1, "x": [1, {"z": 2}]}, "a": None})
    assert list(flat) == ["b.y", "b.x", "a"]
    assert flat["b.x"] == "[1, {'z': 2}]"


def paired(change: float, p_value: float, users: int = 100) -> Paired:
    return Paired(users, 0.5, 0.5 + change, change, (change - 0.01, change + 0.01), p_value)


def test_what_is_shown_follows_from_the_p_value_and_not_from_the_point() -> None:
    basis = Basis(
        results={
            (FILE, "all.ndcg@20"): PairedMetric(paired(+0.02, 0.001)),
            (FILE, "all.map@20"): PairedMetric(paired(-0.02, 0.049)),
            (FILE, "all.recall@20"): PairedMetric(paired(+0.02, 0.05)),
            (FILE, "all.oddity"): PairedMetric(paired(+0.02, 0.001)),
        }
    )
    before: dict[str, Value] = dict.fromkeys(
        [*(key for _, key in basis.results), "all.hit@20"], 0.5
    )
    after: dict[str, Value] = dict.fromkeys(before, 0.52)
    changes = diff_metrics(snapshot(before), snapshot(after), basis)
    assert {change.metric: change.outcome for change in changes} == {
        "all.ndcg@20": Outcome.BETTER,
        "all.map@20": Outcome.WORSE,
        "all.recall@20": Outcome.NO_DIFFERENCE,
        "all.oddity": None,
        "all.hit@20": Outcome.BETTER,
    }
    assert [change.better for change in changes] == [True, False, None, None, True]
    assert tally(changes) == {
        Outcome.BETTER: 2,
        Outcome.WORSE: 1,
        Outcome.NO_DIFFERENCE: 1,
    }


def test_different_hold_outs_are_incomparable_but_for_what_was_paired() -> None:
    basis = Basis(comparable=False, results={(FILE, "recall"): PairedMetric(paired(+0.02, 0.001))})
    before: dict[str, Value] = {"recall": 0.3, "coverage": 0.2, "note": "x"}
    after: dict[str, Value] = {"recall": 0.4, "coverage": 0.1, "note": "y"}
    changes = diff_metrics(snapshot(before), snapshot(after), basis)
    assert [(change.metric, change.change, change.outcome) for change in changes] == [
        ("recall", 0.02, Outcome.BETTER),
        ("coverage", None, Outcome.INCOMPARABLE),
        ("note", None, None),
    ]


def test_a_metric_that_only_the_users_file_has_is_told_too() -> None:
    basis = Basis(
        path="users.parquet",
        results={
            ("users.parquet", "all.gain"): PairedMetric(paired(0.02, 0.001)),
            ("users.parquet", "all.same"): PairedMetric(Paired(9, 0.1, 0.1, 0.0, (0.0, 0.0), 1.0)),
        },
    )
    (change,) = diff_metrics(snapshot({}), snapshot({}), basis)
    assert (change.path, change.metric, change.before, change.after) == (
        "users.parquet", "all.gain", 0.5, 0.52,
    )  # fmt: skip


def test_figures_that_are_equal_because_they_were_rounded_hide_no_change_of_the_users() -> None:
    basis = Basis(results={(FILE, "ndcg"): PairedMetric(paired(-0.02, 0.001))})
    (change,) = diff_metrics(snapshot({"ndcg": 0.5}), snapshot({"ndcg": 0.5}), basis)
    assert (change.before, change.after, change.outcome) == (0.5, 0.5, Outcome.WORSE)


@pytest.mark.parametrize(
    ("declared", "up"),
    [
        ({}, None), ({"all.churn@20": False}, False), ({"churn@20": True}, True),
        ({"churn": False}, False), ({"churn": True, "all.churn@20": False}, False),
    ],
)  # fmt: skip
def test_a_declared_direction_holds_for_a_key_or_for_its_last_word(
    declared: dict[str, bool], up: bool | None
) -> None:
    assert direction("all.churn@20", declared) is up


def test_holm_by_hand() -> None:
    # Sorted: .005*4, .01*3, .03*2, .04*1, each at least the one before.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([0.9, 0.8]) == (1.0, 1.0)
    assert holm([]) == ()


OWN = (Own(100, 0.5), Own(100, 0.6))


def test_metrics_and_each_ones_segments_are_corrected_as_families_of_their_own() -> None:
    segments = tuple(SegmentChange("age", name, paired(0.1, 0.02)) for name in "abc")
    ndcg, recall = correct(
        [
            MeasuredMetric("all", "ndcg@20", paired(0.1, 0.01), OWN, segments),
            MeasuredMetric("", "recall", paired(0.1, 0.04), OWN),
        ]
    )
    assert [ndcg.paired.p_value, recall.paired.p_value] == [0.02, 0.04]
    assert [one.paired.p_value for one in ndcg.segments] == pytest.approx([0.06] * 3)


def test_of_how_many_users_a_change_is_known() -> None:
    some, every = paired(0.1, 0.01, 270), paired(0.1, 0.01, 300)
    own, sizes = (Own(300, 0.5), Own(280, 0.6)), {("age", "old"): 301}
    (one,) = correct(
        [MeasuredMetric("", "ndcg", some, own, (SegmentChange("age", "old", every),), sizes)]
    )
    assert (one.paired.counted, one.segments[0].paired.counted) == ("270 of 300", "300 of 301")
    assert every.counted == "300"


def test_of_what_the_results_speak_against_no_verdict_is_said() -> None:
    place = (FILE, "ndcg")
    shown = PairedMetric(paired(+0.02, 0.001))
    for results in ({}, {place: shown}):
        basis = Basis(results=results, doubts={place: "they disagree"})
        (change,) = diff_metrics(snapshot({"ndcg": 0.5}), snapshot({"ndcg": 0.6}), basis)
        assert (change.better, change.segments) == (None, ())
        assert change.outcome is Outcome.INCOMPARABLE
        (change,) = diff_metrics(snapshot({"ndcg": 0.5}), snapshot({"ndcg": math.nan}), basis)
        assert change.outcome is Outcome.NO_NUMBER
