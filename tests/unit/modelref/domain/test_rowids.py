"""What `meta.modelref.ids` says, whose ids may be shown, and which tensors multiply."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from modelref.domain.diff import order
from modelref.domain.diff.order import moved
from modelref.domain.rowids import RowIds, factor_pairs, items_file, parse_row_ids
from modelref.errors import BadInput


def test_ids_are_read_from_the_meta_of_a_model() -> None:
    entry = {"file": "m/items.parquet", "column": "item"}
    meta = {"modelref": {"ids": {"v": entry, "gram": {**entry, "square": True}}, "items": "i.csv"}}
    assert parse_row_ids(meta) == {
        "v": RowIds("m/items.parquet", "item"),
        "gram": RowIds("m/items.parquet", "item", square=True),
    }
    assert items_file(meta) == "i.csv"
    assert parse_row_ids({}) == {}
    assert items_file({"other": 1}) == ""


@pytest.mark.parametrize("entry", [None, 3, [], {"file": "x"}, {"file": "", "column": "c"}])
def test_an_entry_without_file_and_column_is_named(entry: object) -> None:
    with pytest.raises(BadInput, match=r"no file and column for the tensor 'user_factors'") as bad:
        parse_row_ids({"modelref": {"ids": {"user_factors": entry}}})
    assert "write in dvc.yaml" in bad.value.hint


def test_a_section_that_is_no_mapping_is_named() -> None:
    with pytest.raises(BadInput, match=r"meta.ids of the model is no mapping"):
        parse_row_ids({"modelref": {"ids": ["a"]}})


@pytest.mark.parametrize("column", ["item", "items", "item_id", "Product-ID", "sku", "brand"])
def test_ids_of_items_may_be_shown(column: str) -> None:
    assert RowIds("f", column).listable


@pytest.mark.parametrize("column", ["user", "customer", "household_id", "id", "visitor", "email"])
def test_ids_that_may_be_those_of_people_are_not_shown(column: str) -> None:
    assert not RowIds("f", column).listable


def test_factors_are_told_by_their_names() -> None:
    ids = RowIds("f", "c")
    names = dict.fromkeys(
        ["user_factors", "item_factors", "als.users", "als.items", "user_bias", "diagonal"], ids
    )
    assert factor_pairs(names) == [("als.users", "als.items"), ("user_factors", "item_factors")]


@pytest.mark.parametrize(
    ("places", "count"),
    [([], 0), ([0, 1, 2], 0), ([5, 7, 9], 0), ([1, 2, 3, 0], 1), ([3, 2, 1, 0], 3), ([1, 0, 2], 1)],
)
def test_only_the_rows_that_moved_are_counted(places: list[int], count: int) -> None:
    assert moved((place, 1) for place in places) == count


@given(st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(1, 5)), max_size=12), st.booleans())
@example(drawn=[(0, 3), (0, 1), (0, 1), (1, 1)], few=True)  # as long as what it takes the place of
def test_runs_of_rows_move_as_each_of_their_rows_does(
    drawn: list[tuple[int, int]], few: bool
) -> None:
    runs, place = [], 0
    for _, length in drawn:
        runs.append((place, length))
        place += length
    runs = [runs[one] for one in sorted(range(len(runs)), key=lambda one: drawn[one])]
    places = [place + more for place, length in runs for more in range(length)]
    longest: list[int] = []
    for at, place in enumerate(places):
        before = (size for size, one in zip(longest, places[:at], strict=True) if one < place)
        longest.append(1 + max(before, default=0))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(order, "_SHORT", 4 if few else order._SHORT)
        assert moved(runs) == len(places) - max(longest, default=0)
