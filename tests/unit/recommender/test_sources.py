"""What comes in at the door, and the message each bad input gets."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from recommender.errors import SourceError
from recommender.params import FilesParams, InteractionColumns, TableParams
from recommender.sources import completejourney
from recommender.sources.files import read_files

UNTIL = dt.datetime(2024, 6, 1)  # noqa: DTZ001
GOOD = "who,what,when,n\n1,00042,2024-01-01T08:15:00+01:00,2\n2,7,2024-01-02,1\n"
COLUMNS = InteractionColumns(user="who", item="what", time="when", quantity="n")


def read(folder: Path, text: str = GOOD, name: str = "log.csv", **changes: Any) -> Any:
    (folder / name).write_text(text)
    settings: dict[str, Any] = {
        "path": str(folder),
        "interactions": name,
        "columns": COLUMNS,
        **changes,
    }
    return read_files(FilesParams(**settings), UNTIL)


def test_columns_are_mapped_times_are_utc_and_ids_keep_their_zeros(tmp_path: Path) -> None:
    raw = read(tmp_path)
    assert raw.interactions["user"].tolist() == [1, 2]
    assert raw.interactions["item"].tolist() == ["00042", "7"]
    assert raw.interactions["time"].tolist()[0] == pd.Timestamp("2024-01-01T07:15:00")
    assert raw.interactions["quantity"].tolist() == [2, 1]
    assert raw.items["item"].tolist() == ["00042", "7"]


def test_parquet_jsonl_and_csv_read_alike(tmp_path: Path) -> None:
    expected = read(tmp_path).interactions
    rows = pd.read_csv(tmp_path / "log.csv", dtype={"what": str})
    rows.assign(when=pd.to_datetime(rows["when"], format="ISO8601", utc=True)).to_parquet(
        tmp_path / "log.parquet"
    )
    lines = "\n".join(json.dumps(row) for row in rows.to_dict("records"))
    pd.testing.assert_frame_equal(
        read(tmp_path, lines, "log.jsonl").interactions, expected, check_dtype=False
    )
    settings = FilesParams(str(tmp_path), "*.parquet", COLUMNS)
    pd.testing.assert_frame_equal(
        read_files(settings, UNTIL).interactions, expected, check_dtype=False
    )


@pytest.mark.parametrize("stamp", ["1704067200", "1704067200000"])
def test_unix_times_in_seconds_and_milliseconds(tmp_path: Path, stamp: str) -> None:
    raw = read(tmp_path, f"who,what,when,n\n1,2,{stamp},1\n")
    assert raw.interactions["time"].tolist() == [pd.Timestamp("2024-01-01")]


def test_several_files_share_one_spelling_of_ids(tmp_path: Path) -> None:
    read(tmp_path, "who,what,when,n\n1,5,2024-01-01,1\n", "log-1.csv")
    raw = read(tmp_path, "who,what,when,n\nx,5,2024-01-01,1\n", "log-2.csv", interactions="log-*")
    assert raw.interactions["user"].tolist() == ["1", "x"]
    assert raw.interactions["item"].tolist() == [5, 5]


def test_event_kinds_are_weighted_and_others_left_out(tmp_path: Path) -> None:
    text = "who,what,when,n\n1,5,2024-01-01,click\n1,5,2024-01-02,order\n1,5,2024-01-03,ping\n"
    columns = InteractionColumns("who", "what", "when", event="n")
    raw = read(tmp_path, text, columns=columns, events={"click": 1, "order": 4})
    assert raw.interactions["weight"].tolist() == [1, 4]
    assert "1 of other event kinds left out" in raw.note
    with pytest.raises(SourceError, match="no row is of the kinds buy; the log has click, order"):
        read(tmp_path, text, columns=columns, events={"buy": 1})


def test_tables_of_items_and_users_are_mapped(tmp_path: Path) -> None:
    (tmp_path / "items.csv").write_text("sku,title\n00042,Milk\n7,Tea\n")
    table = TableParams("items.csv", {"item": "sku", "name": "title"})
    assert read(tmp_path, items=table).items.to_dict("list") == {
        "item": ["00042", "7"],
        "name": ["Milk", "Tea"],
    }
    (tmp_path / "items.csv").write_text("sku,title\n7,Milk\n7,Tea\n")
    with pytest.raises(SourceError, match=r"items\.csv: column 'sku', row 2 repeats an id"):
        read(tmp_path, items=table)
    with pytest.raises(SourceError, match=r"gone\.csv: no such file"):
        read(tmp_path, items=TableParams("gone.csv", {"item": "sku"}))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "log.csv: holds no rows"),
        ("who,what,when,n\n", "log.csv: holds no rows"),
        ("who,what,n\n1,2,3\n", "log.csv: no column 'when'; it has who, what, n"),
        (GOOD + "3,4,soon,1\n", "log.csv: column 'when', row 3 is not a time"),
        (GOOD + "3,4,2024-01-01,many\n", "log.csv: column 'n', row 3 is not a number"),
        (GOOD + "3,,2024-01-01,1\n", "log.csv: column 'what', row 3 is empty"),
        (
            GOOD + "3,4,2034-01-01,1\n",
            "log.csv: column 'when', row 3: 2034-01-01T00:00:00 is later than 2024-06-01T00:00:00",
        ),
        ('a,b\n"1,2\n', "log.csv: not readable as csv"),
    ],
)
def test_a_bad_csv_is_refused_by_file_column_and_row(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(SourceError) as error:
        read(tmp_path, text)
    assert f"{tmp_path}/{message}" in error.value.message
    assert error.value.hint


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("log.jsonl", '{"who": 1\n', "not readable as jsonl"),
        ("log.parquet", "not parquet", "not readable as parquet"),
        ("log.xlsx", "x", "its ending is none of"),
        ("log.jsonl", "", "holds no rows"),
    ],
)
def test_other_formats_are_refused_alike(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    with pytest.raises(SourceError, match=message):
        read(tmp_path, text, name)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"shop/log-\*\.csv: no such file"):
        read_files(FilesParams(str(tmp_path / "shop"), "log-*.csv", COLUMNS), UNTIL)


def test_complete_journey_shelf_price_is_before_discounts_and_a_unit() -> None:
    rows = pd.DataFrame(
        {
            "household_id": [1, 1],
            "store_id": [2, 2],
            "basket_id": [3, 3],
            "product_id": [4, 5],
            "quantity": [2, 0],
            "sales_value": [5.0, 0.0],
            "retail_disc": [0.5, 0.0],
            "coupon_disc": [9.0, 0.0],
            "coupon_match_disc": [0.5, 0.0],
            "week": [1, 1],
            "transaction_timestamp": pd.to_datetime(["2017-01-01", "2017-01-02"]),
        }
    )
    ours = completejourney.to_interactions(rows)
    assert ours["price"].tolist()[0] == 3
    assert np.isnan(ours["price"].tolist()[1])
    assert ours["paid"].tolist() == [5, 0]
    assert ours[["user", "item", "week", "basket"]].to_numpy().tolist() == [
        [1, 4, 1, 3],
        [1, 5, 1, 3],
    ]


def test_complete_journey_products_have_a_name() -> None:
    products = pd.DataFrame(
        {
            "product_id": [1, 2],
            "manufacturer_id": [3, 3],
            "department": ["PASTRY", "GROCERY"],
            "brand": ["National", "Private"],
            "product_category": [None, "FRZN ICE"],
            "product_type": [None, "ICE - CRUSHED"],
            "package_size": [None, "22 LB"],
        }
    )
    items = completejourney.to_items(products)
    assert items["name"].tolist() == ["PASTRY", "ICE - CRUSHED 22 LB"]
    assert items["category"].tolist()[1] == "FRZN ICE"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("1,2,20240131,1", "is a date without separators; write it as 2024-01-31"),
        ("1,2,2024-01-31,inf", "is not finite"),
    ],
)
def test_what_would_be_misread_is_refused(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        read(tmp_path, f"who,what,when,n\n{row}\n")


def test_a_bad_format_names_the_parameter_that_sets_it(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        read(tmp_path, "no parquet", "log.parquet")
    assert "collect.files.format" in str(caught.value.hint)
