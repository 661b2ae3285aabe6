import math

import pytest

from modelref.domain.diff.metrics import diff_metrics
from modelref.domain.diff.params import diff_params
from modelref.domain.direction import higher_is_better
from modelref.domain.snapshot import Annotation, Snapshot, Value, flatten


def snapshot(metrics: dict[str, Value], params: dict[str, Value] | None = None) -> Snapshot:
    return Snapshot(
        None, Annotation("m"), (), {"metrics.json": metrics}, {"params.yaml": params or {}}
    )


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
    assert flat["b.x"] == [1, "{'z': 2}"]
