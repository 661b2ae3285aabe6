import datetime as dt
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from modelref.adapters.tables import hashing
from modelref.adapters.tables.profiles import compare_tables
from modelref.domain.tables import columns_of_ids
from support.tables import write

IDS = columns_of_ids({})


def compared(
    folder: Path, before: dict[str, Any], after: dict[str, Any], suffix: str = ".parquet"
) -> dict[str, Any]:
    old, new = write(folder / f"a{suffix}", before), write(folder / f"b{suffix}", after)
    return compare_tables((str(old), old.name), (str(new), new.name), IDS)


def column(found: dict[str, Any], name: str) -> dict[str, Any]:
    (one,) = (one for one in found["columns"] if one["column"] == name)
    return dict(one)


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".tsv"])
def test_rows_users_and_items_by_hand(tmp_path: Path, suffix: str) -> None:
    found = compared(
        tmp_path,
        {"user": [1, 1, 2, 3], "item": ["x", "y", "x", "x"], "n": [1, 1, 1, 1]},
        {"user": [1, 1, 1, 4], "item": ["x", "x", "y", "z"], "n": [1, 1, 1, 1]},
        suffix,
    )
    # (1, x) came once more, (4, z) is new; (2, x) and (3, x) went.
    assert found["rows"] == [4, 4, 2, 2, False]
    assert found["ids"] == {"user": [3, 2, 1, 2, False], "item": [2, 3, 1, 0, False]}


def test_equal_tables_do_not_differ_whatever_the_order_of_their_rows(tmp_path: Path) -> None:
    side: dict[str, list[Any]] = {
        "user": [1, 2, 3],
        "price": [1.5, math.nan, 2.5],
        "name": ["a", None, "c"],
    }
    turned = {name: values[::-1] for name, values in side.items()}
    found = compared(tmp_path, side, turned)
    assert found["rows"] == [3, 3, 0, 0, False]
    for one in found["columns"]:
        assert one["missing"][0] == one["missing"][1]
        assert one["drift"] == one["psi"] == 0
        assert not one["wasserstein"]


def test_schema_and_missing_values(tmp_path: Path) -> None:
    found = compared(
        tmp_path,
        {"a": [1, 2, 3, 4], "b": [1.0, math.nan, 3.0, math.nan], "gone": ["x"] * 4},
        {"a": ["1", "2", "3", "4"], "b": [1.0, 2.0, 3.0, math.nan], "come": [True] * 4},
    )
    assert column(found, "a")["types"] == ["int64", "large_string"]
    assert column(found, "b")["missing"] == [0.5, 0.25]
    assert column(found, "gone")["types"] == ["large_string", None]
    assert column(found, "gone")["missing"] == [0.0, None]
    assert column(found, "come")["types"] == [None, "bool"]


def test_there_and_back_mirror_each_other(tmp_path: Path) -> None:
    random = np.random.default_rng(4)
    before, after = (
        {
            "user": random.integers(0, 60, size),
            "item": [f"i{n}" for n in random.integers(0, 9, size)],
            "price": random.normal(side, 1, size),
            "name": [None if n < 2 else f"n{n}" for n in random.integers(0, 6, size)],
            ("old", "new")[side]: [1] * size,
            "n": random.integers(0, 5, size).astype(np.int32 if side else np.int64),
        }
        for side, size in ((0, 300), (1, 400))
    )
    there, back = compared(tmp_path, before, after), compared(tmp_path, after, before)

    def mirrored(counted: list[Any]) -> list[Any]:
        first, second, added, removed, estimated = counted
        return [second, first, removed, added, estimated]

    assert there["rows"] == mirrored(back["rows"])
    assert there["ids"] == {what: mirrored(back["ids"][what]) for what in ("user", "item")}
    for one in there["columns"]:
        other = column(back, one["column"])
        assert one["types"] == other["types"][::-1]
        assert one["missing"] == other["missing"][::-1]
        for measure in ("drift", "psi", "wasserstein"):
            assert one[measure] == (
                other[measure] if other[measure] is None else pytest.approx(other[measure])
            )


def test_drift_of_labels_by_hand(tmp_path: Path) -> None:
    found = column(compared(tmp_path, {"c": ["x"] * 3 + ["y"]}, {"c": ["x"] + ["y"] * 3}), "c")
    # P = (3/4, 1/4), Q = (1/4, 3/4), M = (1/2, 1/2): JSD = 1 - H(1/4), H the binary entropy.
    entropy = -(0.25 * math.log2(0.25) + 0.75 * math.log2(0.75))
    assert found["drift"] == pytest.approx(math.sqrt(1 - entropy))
    # With half a value added to each bin: 3.5/5 and 1.5/5.
    assert found["psi"] == pytest.approx(2 * (0.7 - 0.3) * math.log(0.7 / 0.3))
    assert found["wasserstein"] is None


def test_drift_of_numbers_by_hand(tmp_path: Path) -> None:
    found = column(compared(tmp_path, {"n": [1, 2, 3]}, {"n": [3, 4, 5]}), "n")
    assert found["wasserstein"] == pytest.approx(2.0)
    # P = (1, 1, 1, 0, 0) / 3, Q = (0, 0, 1, 1, 1) / 3: two thirds of each have nothing in common.
    assert found["drift"] == pytest.approx(math.sqrt(2 / 3))


def test_nothing_in_common_is_a_distance_of_one(tmp_path: Path) -> None:
    found = column(compared(tmp_path, {"c": ["x"] * 9}, {"c": ["y"] * 9}), "c")
    assert found["drift"] == pytest.approx(1.0)


def test_numbers_of_every_kind_are_compared(tmp_path: Path) -> None:
    day = dt.datetime(2024, 1, 1)  # noqa: DTZ001  # as tables have it
    before = {
        "when": [day, day],
        "day": [day.date()] * 2,
        "small": np.array([0.1, 0.2], dtype=np.float32),
        "odd": [math.inf, -0.0],
        "flag": [True, False],
        "span": [dt.timedelta(seconds=1), dt.timedelta(seconds=2)],
        "at": [dt.time(1), None],
    }
    after = {
        "when": [day + dt.timedelta(days=3)] * 2,
        "day": [day.date() + dt.timedelta(days=2)] * 2,
        "small": np.array([0.2, 0.3], dtype=np.float32),
        "odd": [math.inf, 0.0],
        "flag": [True, True],
        "span": [dt.timedelta(seconds=2), dt.timedelta(seconds=3)],
        "at": [dt.time(1, 30), dt.time(1, 30)],
    }
    found = compared(tmp_path, before, after)
    assert column(found, "when")["wasserstein"] == pytest.approx(3)
    assert column(found, "day")["wasserstein"] == pytest.approx(2)
    assert column(found, "small")["wasserstein"] == pytest.approx(0.1, abs=1e-6)
    assert column(found, "span")["wasserstein"] == pytest.approx(1)
    assert column(found, "at")["wasserstein"] == pytest.approx(1800)
    assert column(found, "odd")["drift"] == 0
    assert column(found, "flag")["drift"] > 0


def test_the_same_shape_with_other_values_shows_how_far_they_moved(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    before = random.normal(0, 1, 50_000)
    found = compared(tmp_path, {"x": before, "y": before}, {"x": before + 0.5, "y": before[::-1]})
    moved, same = column(found, "x"), column(found, "y")
    assert moved["wasserstein"] == pytest.approx(0.5, abs=0.01)
    assert moved["drift"] > 0.15
    assert same["drift"] < 1e-6


def test_a_large_table_is_estimated_from_a_sample_by_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modelref.adapters.tables.profiles._MOST_ROWS", 4096)
    monkeypatch.setattr("modelref.adapters.tables.profiles._MOST_IDS", 4096)
    found = compared(tmp_path, {"user": range(100_000)}, {"user": range(10_000, 130_000)})
    before, after, added, removed, estimated = found["rows"]
    assert (before, after, estimated) == (100_000, 120_000, True)
    assert added == pytest.approx(30_000, rel=0.15)
    assert removed == pytest.approx(10_000, rel=0.15)
    users = found["ids"]["user"]
    assert users[0] == pytest.approx(100_000, rel=0.1)
    assert users[4] is True


def test_ids_are_found_by_name_and_a_declared_name_comes_first(tmp_path: Path) -> None:
    old = write(tmp_path / "a.csv", {"User_ID": [1, 2], "shopper": [1, 1]})
    new = write(tmp_path / "b.csv", {"User_ID": [1, 3], "shopper": [1, 1]})
    by_name = compare_tables((str(old), "a.csv"), (str(new), "b.csv"), IDS)
    assert by_name["ids"] == {"user": [2, 2, 1, 1, False]}
    declared = columns_of_ids({"user": ("shopper",)})
    by_word = compare_tables((str(old), "a.csv"), (str(new), "b.csv"), declared)
    assert by_word["ids"] == {"user": [1, 1, 0, 0, False]}


def test_ids_that_became_text_are_the_same_ids(tmp_path: Path) -> None:
    found = compared(tmp_path, {"item": [1, 2]}, {"item": ["1", "2"]})
    assert found["ids"]["item"] == [2, 2, 0, 0, False]


def test_nested_columns_and_empty_tables_are_no_trouble(tmp_path: Path) -> None:
    found = compared(
        tmp_path, {"tags": [["a"], []], "n": [1, 2]}, {"tags": [["b"], []], "n": [1, 2]}
    )
    assert found["rows"] == [2, 2, 0, 0, False]
    assert column(found, "tags")["drift"] is None
    assert found["nested"] == ["tags"]
    empty = compared(tmp_path, {"n": np.array([], np.int64)}, {"n": np.array([1], np.int64)})
    assert empty["rows"] == [0, 1, 1, 0, False]
    assert column(empty, "n")["drift"] is None


def test_hashes_are_spread_evenly() -> None:
    hashes = hashing.mixed(np.arange(100_000, dtype=np.uint64))
    assert np.unique(hashes).size == 100_000
    assert (hashes < np.uint64(1 << 60)).mean() == pytest.approx(1 / 16, rel=0.1)


def test_hashes_as_ids_and_times_to_the_nanosecond_are_compared(tmp_path: Path) -> None:
    largest = 2**64
    ids = np.array([largest - 1, largest - 2, 5], dtype=np.uint64)
    times = np.array(["2026-01-01T00:00:00.000000001"] * 3, dtype="datetime64[ns]")
    before, after = tmp_path / "a.parquet", tmp_path / "b.parquet"
    pd.DataFrame({"user": ids, "when": times}).to_parquet(before)
    ids[2] = largest - 3
    pd.DataFrame({"user": ids, "when": times}).to_parquet(after)
    found = compare_tables((str(before), "a.parquet"), (str(after), "b.parquet"), IDS)
    assert found["ids"]["user"] == [3, 3, 1, 1, False]
    assert found["rows"] == [3, 3, 1, 1, False]


def test_a_number_far_below_that_is_none_changes_the_type_of_its_column(tmp_path: Path) -> None:
    many = 400_000  # more than the block from which types are told
    text = "user,n,coupon\n" + "".join(f"{row},{row},\n" for row in range(many))
    before, after = tmp_path / "a.csv", tmp_path / "b.csv"
    before.write_text(text + f"{many},{many},summer\n")
    after.write_text(text + f"{many},290000.5,winter\n")
    found = compare_tables((str(before), "a.csv"), (str(after), "b.csv"), IDS)
    assert column(found, "n")["types"] == ["int64", "double"]
    assert column(found, "coupon")["types"] == ["string", "string"]
    assert column(found, "coupon")["missing"] == [many / (many + 1)] * 2
    assert found["rows"][:2] == [many + 1, many + 1]
