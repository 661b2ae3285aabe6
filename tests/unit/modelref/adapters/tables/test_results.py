from pathlib import Path
from typing import Any, TypeAlias

import pytest

from modelref.adapters.tables.results import compare_results
from modelref.errors import BadInput
from support.tables import write

Columns: TypeAlias = dict[str, Any]


def compared(folder: Path, before: Columns, after: Columns) -> list[dict[str, Any]]:
    measured: list[dict[str, Any]] = found(folder, before, after)["measured"]
    return measured


def found(
    folder: Path, before: Columns, after: Columns, *metrics: str, kind: str = "parquet"
) -> dict[str, Any]:
    old, new = write(folder / f"a.{kind}", before), write(folder / f"b.{kind}", after)
    return compare_results((str(old), f"a.{kind}"), (str(new), f"b.{kind}"), 1, metrics)


def gaps(told: dict[str, Any]) -> list[tuple[str, str, str, int]]:
    return [(one["task"], one["metric"], str(one["why"]), one["side"]) for one in told["gaps"]]


def test_users_are_matched_by_id_within_a_task_whatever_their_order(tmp_path: Path) -> None:
    found = compared(
        tmp_path,
        {
            "user": [1, 2, 3, 4, 5, 9, *range(5)],
            "task": ["all"] * 6 + ["novel"] * 5,
            "ndcg": [0.1, 0.2, 0.3, 0.4, 0.5, 9, *[0.4] * 5],
        },
        {
            "user": [5, 4, 3, 2, 1, 8, *range(5)],
            "task": ["all"] * 6 + ["novel"] * 5,
            "ndcg": [0.5, 0.4, 0.3, 0.7, 1.1, 9, *[0.3] * 5],
        },
    )
    assert [(one["task"], one["metric"]) for one in found] == [("all", "ndcg"), ("novel", "ndcg")]
    every, novel = (one["all"] for one in found)
    assert every["users"] == 5
    assert (every["before"], every["after"], every["change"]) == pytest.approx((0.3, 0.6, 0.3))
    assert novel["change"] == pytest.approx(-0.1)


def test_without_a_task_all_rows_are_one(tmp_path: Path) -> None:
    (found,) = compared(
        tmp_path,
        {"user": list("abcde"), "hit": [0, 1, 1, 1, 1]},
        {"user": list("edcba"), "hit": [1] * 5},
    )
    assert (found["task"], found["all"]["change"]) == ("", 0.2)


@pytest.mark.parametrize(
    "users",
    [
        [str(user) for user in range(9)],
        [float(user) for user in range(9)],
        [f"{user}.0" for user in range(9)],
        [str(user).encode() for user in range(9)],
    ],
)
def test_ids_of_different_types_are_matched_as_text(tmp_path: Path, users: list[Any]) -> None:
    sides = {"user": range(9), "hit": [0] * 9}, {"user": users, "hit": [1] * 9}
    for before, after in (sides, sides[::-1]):
        (found,) = compared(tmp_path, before, after)
        assert found["all"]["users"] == 9


@pytest.mark.parametrize(
    "users",
    [
        ["1", "01", "001", "1.0", "NA", "null", "nan"],
        [f"{10**20 + number}" for number in range(7)],
        [f"{2**53 + number}" for number in range(7)],
    ],
)
def test_ids_of_a_csv_are_what_stands_there(tmp_path: Path, users: list[str]) -> None:
    side = {"user": users, "ndcg": [0.5] * 7, "land": ["NA", "US", "NA", "NA", "US", "NA", "NA"]}
    told = found(tmp_path, side, side, "ndcg", kind="csv")
    (one,) = told["measured"]
    assert one["all"]["users"] == 7
    assert [part["segment"] for part in one["segments"]] == ["NA"]


def test_a_missing_id_of_a_csv_is_an_empty_one(tmp_path: Path) -> None:
    side = {"user": ["a", "", "c"], "ndcg": [0.5] * 3}
    with pytest.raises(BadInput, match="has a row without user"):
        found(tmp_path, side, side, kind="csv")


def test_truth_values_are_results_where_a_metric_is_called_so(tmp_path: Path) -> None:
    before = {"user": range(20), "hit": [True] * 10 + [False] * 10, "new": [True, False] * 10}
    after = {**before, "hit": [True] * 15 + [False] * 5}
    told = found(tmp_path, before, after, "all.hit")
    (one,) = told["measured"]
    assert (one["metric"], one["all"]["change"]) == ("hit", 0.25)
    assert {part["column"] for part in one["segments"]} == {"new"}
    assert compared(tmp_path, before, after) == []


SIDE = {"user": range(20), "ndcg": [0.5] * 20, "hit": [1.0] * 20}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"user": range(100, 120)}, [("", "ndcg", "no-user", 0), ("", "hit", "no-user", 0)]),
        ({"hit": [float("nan")] * 20}, [("", "hit", "no-user", 0)]),
        ({"hit": [1.0] * 4 + [float("nan")] * 16}, [("", "hit", "few-users", 0)]),
        ({"hit": ["yes"] * 20}, [("", "hit", "no-numbers", 1)]),
        ({"hit": [[1]] * 20}, [("", "hit", "no-numbers", 1)]),
        ({"hit": None}, [("", "hit", "no-column", 1)]),
        ({"age": ["a"] * 20}, []),
    ],
)
def test_what_cannot_be_compared_of_a_metric_is_said(
    tmp_path: Path, change: Columns, expected: list[tuple[str, str, str, int]]
) -> None:
    changed = {**SIDE, **change}
    after = {name: values for name, values in changed.items() if values is not None}
    told = found(tmp_path, SIDE, after, "all.ndcg", "all.hit", "loss")
    assert gaps(told) == expected
    assert {one["metric"] for one in told["measured"]} == {"ndcg", "hit"} - {
        metric for _, metric, *_ in expected
    }


def test_a_task_of_one_side_is_said(tmp_path: Path) -> None:
    before = {"user": [*range(9)] * 2, "task": ["all"] * 9 + ["novel"] * 9, "ndcg": [0.5] * 18}
    after = {**before, "task": ["all"] * 9 + ["cold"] * 9}
    told = found(tmp_path, before, after)
    assert gaps(told) == [("novel", "ndcg", "no-task", 1), ("cold", "ndcg", "no-task", 0)]
    assert [one["task"] for one in told["measured"]] == ["all"]


def test_tasks_of_one_side_only_leave_two_rows_of_one_user(tmp_path: Path) -> None:
    before = {"user": [*range(9)] * 2, "task": ["all"] * 9 + ["novel"] * 9, "ndcg": [0.5] * 18}
    with pytest.raises(BadInput, match="two rows of one user, and the other side has no"):
        compared(tmp_path, before, {"user": range(9), "ndcg": [0.5] * 9})


def test_more_metrics_than_are_compared_are_said(tmp_path: Path) -> None:
    side = {"user": range(9), **{f"m{number}": [0.5] * 9 for number in range(66)}}
    assert gaps(found(tmp_path, side, side, "m64", "m1")) == [("", "m64", "too-many", 0)]


@pytest.mark.parametrize("users", [1, 2, 4])
def test_of_fewer_than_five_users_nothing_is_told(tmp_path: Path, users: int) -> None:
    side = {"user": range(users), "ndcg": [0.5] * users}
    told = found(tmp_path, side, {**side, "ndcg": [0.6] * users}, "ndcg")
    assert told["measured"] == []
    assert gaps(told) == [("", "ndcg", "few-users", 0)]


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


def test_there_and_back_mirror_each_other_in_every_segment(tmp_path: Path) -> None:
    users = list(range(90))
    ages = [("young", "old", "oldest")[user % 3] for user in users]
    moved = [ages[-1], *ages[1:]]
    before = {"user": users, "ndcg": [user % 7 / 10 for user in users], "age": ages}
    after = {"user": users[::-1], "ndcg": [user % 5 / 10 for user in users], "age": moved[::-1]}
    (there,), (back,) = compared(tmp_path, before, after), compared(tmp_path, after, before)
    assert there["own"] == back["own"][::-1]
    assert there["sizes"] == back["sizes"]
    pairs = zip([there["all"], *there["segments"]], [back["all"], *back["segments"]], strict=True)
    for one, other in pairs:
        assert one.get("segment") == other.get("segment")
        assert (one["users"], one["p_value"]) == (other["users"], other["p_value"])
        assert (one["before"], one["after"]) == (other["after"], other["before"])
        assert (one["change"], one["low"], one["high"]) == (
            -other["change"],
            -other["high"],
            -other["low"],
        )


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
        {"user": range(6), "ndcg": [0.1, nan, 0.3, 0.3, 0.3, 0.3], "gone": [1] * 6},
        {"user": range(6), "ndcg": [0.2, 0.9, 0.3, 0.3, 0.3, 0.3], "come": [1] * 6},
    )
    assert (found["metric"], found["all"]["users"]) == ("ndcg", 5)
    assert found["own"] == [(5, pytest.approx(0.26)), (6, pytest.approx(2.3 / 6))]
    assert found["all"]["change"] == pytest.approx(0.02)


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
