from pathlib import Path
from typing import Any

import pytest

from modelref.adapters.tables.results import compare_results
from modelref.errors import BadInput
from support.tables import write


def compared(folder: Path, before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    old, new = write(folder / "a.parquet", before), write(folder / "b.parquet", after)
    return compare_results((str(old), "a.parquet"), (str(new), "b.parquet"), 1)


def test_users_are_matched_by_id_within_a_task_whatever_their_order(tmp_path: Path) -> None:
    found = compared(
        tmp_path,
        {
            "user": [1, 2, 3, 1],
            "task": ["all", "all", "all", "novel"],
            "ndcg": [0.1, 0.2, 0.9, 0.4],
        },
        {
            "user": [2, 1, 4, 1],
            "task": ["all", "all", "all", "novel"],
            "ndcg": [0.6, 0.3, 0.9, 0.3],
        },
    )
    assert [(one["task"], one["metric"]) for one in found] == [("all", "ndcg"), ("novel", "ndcg")]
    every, novel = (one["all"] for one in found)
    assert every["users"] == 2
    assert (every["before"], every["after"], every["change"]) == pytest.approx((0.15, 0.45, 0.3))
    assert novel["change"] == pytest.approx(-0.1)


def test_without_a_task_all_rows_are_one(tmp_path: Path) -> None:
    (found,) = compared(
        tmp_path, {"user": ["a", "b"], "hit": [0, 1]}, {"user": ["b", "a"], "hit": [1, 1]}
    )
    assert (found["task"], found["all"]["change"]) == ("", 0.5)


def test_ids_of_different_types_are_matched_as_text(tmp_path: Path) -> None:
    (found,) = compared(
        tmp_path, {"user": [1, 2], "hit": [0, 1]}, {"user": ["2", "1"], "hit": [1, 1]}
    )
    assert found["all"]["users"] == 2


def test_segments_are_the_columns_of_labels_with_their_users(tmp_path: Path) -> None:
    users = list(range(20))
    side = {
        "user": users,
        "ndcg": [0.5] * 20,
        "age": ["young"] * 12 + ["old"] * 8,
        "new": [True] * 4 + [False] * 16,
        "city": [f"city {user}" for user in users],
    }
    after = {**side, "ndcg": [0.6] * 12 + [0.4] * 8}
    (found,) = compared(tmp_path, side, after)
    told = {(one["column"], one["segment"]): one for one in found["segments"]}
    # 4 new users are too few to be told of, and so would each city be.
    assert list(told) == [("age", "old"), ("age", "young"), ("new", "False")]
    young, old = told["age", "young"], told["age", "old"]
    assert (young["users"], young["change"]) == (12, pytest.approx(0.1))
    assert (old["users"], old["change"]) == (8, pytest.approx(-0.1))


def test_a_user_whom_the_sides_put_into_different_segments_is_in_none(tmp_path: Path) -> None:
    side = {"user": list(range(15)), "ndcg": [0.5] * 15, "age": ["young"] * 8 + ["old"] * 7}
    after = {**side, "age": ["young"] * 6 + ["old"] * 9}
    (found,) = compared(tmp_path, side, after)
    assert {one["segment"]: one["users"] for one in found["segments"]} == {"young": 6, "old": 7}


def test_segments_of_one_side_are_enough(tmp_path: Path) -> None:
    before = {"user": list(range(12)), "ndcg": [0.5] * 12}
    (found,) = compared(tmp_path, before, {**before, "age": ["young", "old"] * 6})
    assert {one["segment"] for one in found["segments"]} == {"young", "old"}


def test_labels_of_many_kinds_are_ids_and_never_told(tmp_path: Path) -> None:
    side = {
        "user": list(range(600)),
        "ndcg": [0.5] * 600,
        "email": [f"u{user % 60}@example.com" for user in range(600)],
        "age": ["young", "old"] * 300,
    }
    (found,) = compared(tmp_path, side, side)
    assert {one["column"] for one in found["segments"]} == {"age"}


def test_values_that_are_no_numbers_are_left_out(tmp_path: Path) -> None:
    nan = float("nan")
    (found,) = compared(
        tmp_path,
        {"user": [1, 2, 3], "ndcg": [0.1, nan, 0.3], "gone": [1, 1, 1]},
        {"user": [1, 2, 3], "ndcg": [0.2, 0.9, 0.3], "come": [1, 1, 1]},
    )
    assert (found["metric"], found["all"]["users"]) == ("ndcg", 2)
    assert found["own"] == [(2, pytest.approx(0.2)), (3, pytest.approx(1.4 / 3))]
    assert found["all"]["change"] == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"who": [1], "ndcg": [0.1]}, "b.parquet has no column 'user'"),
        ({"user": [1, 1], "ndcg": [0.1, 0.2]}, "b.parquet has two rows of one user"),
        (
            {"user": [1, 1], "task": ["all", "all"], "ndcg": [0.1, 0.2]},
            "b.parquet has two rows of one user and task",
        ),
        ({"user": [1, None], "ndcg": [0.1, 0.2]}, "b.parquet has a row without user"),
        ({"user": [1, 2], "ndcg": [0.1, float("inf")]}, "b.parquet has an infinite ndcg"),
    ],
)
def test_what_is_no_table_of_results_is_said(
    tmp_path: Path, columns: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        compared(tmp_path, {"user": [1], "ndcg": [0.1]}, columns)


def test_segments_are_counted_on_each_side_where_users_move(tmp_path: Path) -> None:
    before = {"user": list(range(20)), "ndcg": [0.5] * 20, "age": ["a"] * 10 + ["b"] * 10}
    after = {**before, "age": ["a"] * 4 + ["b"] * 16}
    (found,) = compared(tmp_path, before, after)
    assert [(one["segment"], one["users"]) for one in found["segments"]] == [("b", 10)]
    assert {one["segment"]: one["users"] for one in found["sizes"]} == {"a": 10, "b": 16}


def test_a_segment_of_a_few_is_not_even_counted(tmp_path: Path) -> None:
    side = {"user": list(range(20)), "ndcg": [0.5] * 20, "age": ["a"] * 4 + ["b"] * 16}
    (found,) = compared(tmp_path, side, side)
    assert [one["segment"] for one in found["sizes"]] == ["b"]
