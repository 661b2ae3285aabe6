"""Panels from files: what is read of them, what is refused, and that no id comes out."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from modelref.adapters.tables.guard import GuardedTables
from modelref.adapters.tables.panels import read_panels
from modelref.errors import BadInput
from modelref.ports import Located


def written(folder: Path, name: str, columns: dict[str, list[Any]]) -> tuple[str, str]:
    path = folder / name
    frame = pd.DataFrame(columns)
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_parquet(path)
    return str(path), name


PANEL: dict[str, list[Any]] = {
    "user": ["sentinel-7", "sentinel-7", "sentinel-9"],
    "rank": [2, 1, 1],
    "item": [20, 10, 30],
    "score": [0.5, 0.9, 0.7],
}


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_lists_are_in_the_order_of_their_ranks(tmp_path: Path, suffix: str) -> None:
    panel = written(tmp_path, f"panel{suffix}", PANEL)
    found = read_panels(panel, panel)
    assert sorted(found["before"].values()) == [["10", "20"], ["30"]]
    assert found["before"] == found["after"]


def test_no_id_of_a_user_comes_out(tmp_path: Path) -> None:
    panel = written(tmp_path, "panel.parquet", PANEL)
    users = written(
        tmp_path,
        "users.parquet",
        {
            "user": ["sentinel-7", "sentinel-9"],
            "age": ["35-44", "65+"],
            "name": ["sentinel-Ann", "sentinel-Bob"],
            "ndcg@20": [0.1, 0.2],
        },
    )
    found = read_panels(panel, panel, reseeded=[panel], users=[users])
    ids = {"sentinel-7", "sentinel-9"}
    assert not [one for one in ids if one in json.dumps(found)]
    assert {labels["age"] for labels in found["segments"].values()} == {"35-44", "65+"}


def test_items_are_known_by_name_category_and_popularity(tmp_path: Path) -> None:
    panel = written(tmp_path, "panel.parquet", PANEL)
    items = written(
        tmp_path,
        "items.parquet",
        {
            "item": [10, 20, 99],
            "name": ["Oat  milk\n1 l", "Bread", "Unlisted"],
            "category": ["dairy", None, "other"],
            "popularity": [7, 2, 91],
        },
    )
    about = read_panels(panel, panel, items=[items])["items"]
    assert about["name"] == {"10": "Oat milk 1 l", "20": "Bread"}
    assert about["category"] == {"10": "dairy"}
    assert about["popularity"] == {"10": 7, "20": 2}
    assert (about["met"], about["count"]) == (100, 3)


def test_ids_of_two_types_are_one(tmp_path: Path) -> None:
    whole = written(tmp_path, "a.parquet", {"user": [7], "rank": [1], "item": [10]})
    text = written(tmp_path, "b.parquet", {"user": ["7"], "rank": [1], "item": ["10"]})
    floats = written(tmp_path, "c.parquet", {"user": [7.0], "rank": [1.0], "item": [10.0]})
    for other in (text, floats):
        found = read_panels(whole, other)
        assert found["before"] == found["after"] == {"0": ["10"]}


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"user": [1], "rank": [1]}, "panel.parquet has no column 'item'"),
        ({"user": [1], "rank": [0], "item": [1]}, "has a rank that is no number from 1"),
        ({"user": [1], "rank": ["first"], "item": [1]}, "has a rank that is no number from 1"),
        ({"user": [1, 1], "rank": [1, 1], "item": [1, 2]}, "has two rows of one user and rank"),
        ({"user": [1, 1], "rank": [1, 2], "item": [1, 1]}, "has two rows of one user and item"),
        ({"user": [1, None], "rank": [1, 2], "item": [1, 1]}, "has a row without user, rank or"),
    ],
)
def test_what_is_no_panel_is_refused(
    tmp_path: Path, columns: dict[str, list[Any]], said: str
) -> None:
    panel = written(tmp_path, "panel.parquet", columns)
    good = written(tmp_path, "good.parquet", PANEL)
    with pytest.raises(BadInput) as caught:
        read_panels(good, panel)
    assert said in caught.value.message


def test_the_child_process_gives_the_panel_as_it_is(tmp_path: Path) -> None:
    path, name = written(tmp_path, "panel.parquet", PANEL)
    panel = GuardedTables().panel(Located(Path(path), name), Located(Path(path), name))
    assert sorted(map(tuple, panel.before.values())) == [("10", "20"), ("30",)]
    assert not panel.reseeded
    assert not panel.segments


def test_a_file_that_is_no_table_is_named(tmp_path: Path) -> None:
    bad = tmp_path / "bad.parquet"
    bad.write_bytes(b"PAR1" + b"\0" * 100 + b"PAR1")
    path, name = written(tmp_path, "panel.parquet", PANEL)
    with pytest.raises(BadInput, match=r"^panels/bad\.parquet is not readable"):
        GuardedTables().panel(Located(Path(path), name), Located(bad, "panels/bad.parquet"))
