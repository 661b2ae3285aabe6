"""Ids as teams keep them: Parquet, CSV, JSON; whole numbers, texts, categories."""

import io
import json
from collections.abc import Callable
from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelref.adapters.tensors.ids import FileIds, look_up, pair
from modelref.domain.diff.weights import RowCounts
from modelref.errors import BadInput

Opened = Callable[[bytes], BinaryIO]


def parquet(**columns: Any) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file, row_group_size=3)
    return file.getvalue()


def packed(values: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({"item": values}), file, compression="zstd", **options)
    return file.getvalue()


TABLES = {
    "i.parquet": parquet(item=[7, 8, 9, 10]),
    "small.parquet": parquet(item=pa.array([7, 8, 9, 10], pa.uint8())),
    "unsigned.parquet": parquet(item=pa.array([7, 8, 9, 10], pa.uint64())),
    "float.parquet": parquet(item=[7.0, 8.0, 9.0, 10.0]),
    "binary.parquet": parquet(item=[b"7", b"8", b"9", b"10"]),
    "fixed.parquet": parquet(item=pa.array([7, 8, 9, 10], pa.decimal128(2))),
    "delta.parquet": packed(
        ["7", "8", "9", "10"],
        use_dictionary=False,
        column_encoding={"item": "DELTA_BYTE_ARRAY"},
    ),
    "text.parquet": parquet(item=["7", "8", "9", "10"]),
    "kinds.parquet": parquet(item=pa.array(["7", "8", "9", "10"]).dictionary_encode()),
    "i.csv": b'item,name\n7,"a,\nb"\n8,c\n9,\n10,d\n',
    "i.json": json.dumps([7, 8, 9, 10]).encode(),
    "excel.csv": b"\xef\xbb\xbfitem,name\r\n7,a\r\n8,b\r\n9,c\r\n10,d\r\n",
    "floats.json": b"[7.0, 8, 9.0, 10.0]",
    "records.json": json.dumps([{"item": one} for one in ("7", "8", "9", "10")]).encode(),
    "columns.JSON": json.dumps({"item": [7, 8, 9, 10]}).encode(),
}


@pytest.mark.parametrize("b", TABLES)
@pytest.mark.parametrize("a", TABLES)
def test_the_same_ids_in_any_two_files_are_the_same(a: str, b: str, opened: Opened) -> None:
    sides = [FileIds(name, opened(TABLES[name]), "item", 4) for name in (a, b)]
    assert pair(*sides).counts == RowCounts(True, 4)
    assert sides[0].texts([3, 0]) == ["10", "7"]


def test_ids_are_compared_whole(opened: Opened) -> None:
    sides = [
        FileIds("i.csv", opened(f"item\n{text}\n".encode()), "item", 1) for text in ("007", "7")
    ]
    assert pair(*sides).counts == RowCounts(True, 0, added=1, removed=1)


def test_a_shuffled_million_is_paired(opened: Opened) -> None:
    random = np.random.default_rng(0)
    a, b = random.permutation(200_000), random.permutation(200_001)
    sides = [FileIds("i.parquet", opened(parquet(item=one)), "item", len(one)) for one in (a, b)]
    found = pair(*sides)
    assert found.counts.shared == 200_000
    assert (b[found.partner] == a).all()


keys = st.lists(st.integers(-9, 9), max_size=12)


@given(same=keys, a=keys, b=keys)
def test_pairing_is_that_of_a_mapping(same: list[int], a: list[int], b: list[int]) -> None:
    before, after = [*same, *a], [*same, *b]
    with ExitStack() as stack:
        sides = []
        for ids in (before, after):
            file = cast("BinaryIO", stack.enter_context(TemporaryFile()))
            file.write(json.dumps(ids).encode())
            file.flush()
            sides.append(FileIds("i.json", file, "item", len(ids)))
        if len({*before}) < len(before) or len({*after}) < len(after):
            with pytest.raises(BadInput, match="has an id twice"):
                pair(*sides)
        else:
            where = {one: row for row, one in enumerate(after)}
            assert pair(*sides).partner.tolist() == [where.get(one, -1) for one in before]


def test_a_tensor_without_values_may_claim_any_number_of_rows(opened: Opened) -> None:
    ids = FileIds("i.json", opened(b"[1]"), "item", 1 << 40)
    with pytest.raises(BadInput, match="cannot have ids for 1099511627776 rows"):
        pair(ids, ids)


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("i.parquet", b"PAR1 and no more PAR1", "cannot be read as Parquet"),
        ("i.parquet", parquet(item=[1, None]), "has rows without an id in 'item'"),
        (
            "i.parquet",
            parquet(other=[1, 2], x=[1, 2]),
            r"has no column 'item', .* \(has 'other', 'x'\)",
        ),
        ("i.parquet", parquet(item=[[1], [2]]), r"has values of type list<.*> in 'item' that are"),
        (
            "i.parquet",
            parquet(item=[b"\xff", b"a"]),
            "has values of type binary in 'item' that are",
        ),
        ("i.parquet", parquet(item=["a", "b" * 1025]), "has 1025 bytes in a row of 'item'; an id"),
        ("i.parquet", parquet(item=pa.array([b"a" * 1025] * 2, pa.binary(1025))), "has 1025 bytes"),
        ("i.csv", b"item\na\n" + b"b" * 1025, "has 1025 bytes in a row of 'item'; an id"),
        ("i.json", json.dumps(["a", "b" * 1025]).encode(), "has 1025 bytes in a row of 'item'"),
        ("i.csv", b"sku;name\n1;2\n", r"has no column 'item', .* \(has 'sku;name'\)"),
        ("i.csv", b",".join([b"x" * 99] * 12), r"has no .* \(has ('x{40}', ){10}…\)"),
        ("i.csv", b"item\n1\n\n", "has 1 ids in 'item' for a tensor of 2 rows"),
        ("i.csv", b"item,x\n1,2\n,3\n", "has rows without an id in 'item'"),
        ("i.csv", b"\xff\xfe\n1\n", "cannot be read as CSV"),
        ("i.csv", b"", r"has no column 'item', .* \(has none\)"),
        ("i.json", b"[" * 100_000, "cannot be read as a list of ids"),
        ("i.json", b"[1, null]", "has rows without an id in 'item'"),
        ("i.json", b"7", "cannot be read as a list of ids"),
        ("i.json", b'{"x": [1, 2]}', r"has no column 'item', .* \(has 'x'\)"),
        ("i.json", b'[{"x": 1}, {"x": 2}]', r"has no column 'item', .* \(has 'x'\)"),
        ("i.json", b"[1, 1]", "has an id twice in 'item'"),
        ("i.tsv", b"item\n1\n2\n", "is no Parquet, CSV or JSON file"),
    ],
)
def test_what_cannot_be_read_is_named(name: str, data: bytes, why: str, opened: Opened) -> None:
    ids = FileIds(name, opened(data), "item", 2)
    with pytest.raises(BadInput, match=f"{name} {why}"):
        pair(ids, ids)


LONG = "z" * 200_000
BOMBS: dict[str, Callable[[], bytes]] = {
    "plain": lambda: packed([f"{n}{LONG}" for n in range(200)], use_dictionary=False),
    "one text, many times": lambda: packed(
        pa.DictionaryArray.from_arrays(pa.array([0] * 200_000, pa.int32()), pa.array([LONG * 5]))
    ),
    "a text that goes on from the one before": lambda: packed(
        [f"{LONG}{n:09}" for n in range(200)],
        use_dictionary=False,
        column_encoding={"item": "DELTA_BYTE_ARRAY"},
    ),
}


def test_categories_that_no_row_has_are_no_fault(opened: Opened) -> None:
    kinds = pa.DictionaryArray.from_arrays([3, 1], [f"item {number}" for number in range(50_000)])
    assert FileIds("i.parquet", opened(packed(kinds)), "item", 2).texts([0, 1]) == [
        "item 3",
        "item 1",
    ]


@pytest.mark.parametrize("bomb", BOMBS)
def test_long_ids_are_refused_before_they_fill_memory(bomb: str, opened: Opened) -> None:
    data = BOMBS[bomb]()
    assert len(data) < 100_000
    before, most = pa.total_allocated_bytes(), pa.default_memory_pool().max_memory()
    ids = FileIds("i.parquet", opened(data), "item", 200_000)
    with pytest.raises(BadInput, match=r"i\.parquet has \d+ bytes in a row of 'item'; an id has"):
        pair(ids, ids)
    assert pa.default_memory_pool().max_memory() <= max(most, before + (96 << 20))


def test_numbers_of_64_bits_without_a_sign(opened: Opened) -> None:
    numbers = [(1 << 63) + n for n in range(4)]
    files = {
        "i.parquet": parquet(item=pa.array(numbers, pa.uint64())),
        "i.json": json.dumps(numbers).encode(),
        "i.csv": "\n".join(["item", *map(str, numbers)]).encode(),
    }
    sides = [FileIds(name, opened(data), "item", 4) for name, data in files.items()]
    for other in sides:
        assert pair(sides[0], other).counts == RowCounts(True, 4)


def test_the_hint_fits_ids(opened: Opened) -> None:
    with pytest.raises(BadInput) as error:
        pair(*(FileIds("i.csv", opened(b"sku\n1\n"), "item", 1),) * 2)
    assert error.value.kind == "bad-ids"
    assert error.value.hint.startswith("meta.modelref.ids in dvc.yaml says which column")


def test_names_are_looked_up(opened: Opened) -> None:
    file = opened(TABLES["i.csv"])
    assert look_up("i.csv", file, ("item", "name"), ["10", "9", "7", "x"]) == ["d", "", "a,\nb", ""]
