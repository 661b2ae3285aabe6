from dataclasses import asdict
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelref.domain.diff.behaviour import Catalogue, diff_behaviour, seed_floor

BEFORE = {"u1": "abc", "u2": "abd", "u3": "bce", "gone": "abc"}
AFTER = {"u1": "abc", "u2": "xyz", "u3": "cbe", "new": "abc"}
SEGMENTS = {
    "u1": {"age": "35-44", "loyalty": "loyal"},
    "u2": {"age": "19-24", "loyalty": "recent"},
    "u3": {"age": "35-44", "loyalty": "loyal"},
}
CATALOGUE = Catalogue(
    names={"a": "Apples", "b": "Bread", "x": "Xylitol"},
    categories=dict.fromkeys("abcde", "food") | dict.fromkeys("xyz", "sweets"),
    popularity={"a": 3, "b": 3, "c": 1},
    met=7,
    count=8,
)


def lists(raw: dict[str, str]) -> dict[str, tuple[str, ...]]:
    return {user: tuple(items) for user, items in raw.items()}


def test_known_answers() -> None:
    found = diff_behaviour(
        lists(BEFORE), lists(AFTER), catalogue=CATALOGUE, segments=SEGMENTS, floor=0.97
    )
    assert found is not None
    assert (found.k, found.users, found.only_before, found.only_after) == (3, 3, 1, 1)
    assert found.overlap == pytest.approx(2 / 3)
    assert found.jaccard == pytest.approx(2 / 3)
    assert found.top1_changed == pytest.approx(2 / 3)
    assert found.tau == pytest.approx((1 + 1 / 3) / 2)
    assert found.floor == 0.97
    assert asdict(found.coverage) == {"before": 5, "after": 7}
    assert found.histogram == (1, 0, 0, 2)
    food, sweets = found.categories
    assert (food.category, food.share.before) == ("food", 1)
    assert food.share.after == pytest.approx(6 / 9)
    assert (sweets.category, sweets.share.before) == ("sweets", 0)
    assert sweets.share.change == pytest.approx(3 / 9)


def test_novelty_is_the_mean_self_information_of_what_is_listed() -> None:
    found = diff_behaviour({"u": ("a",)}, {"u": ("x",)}, catalogue=CATALOGUE)
    assert found is not None
    assert found.novelty is not None
    assert found.novelty.before == pytest.approx(-log2(4 / 15))
    assert found.novelty.after == pytest.approx(-log2(1 / 15))


def test_a_segment_whose_lists_change_stands_first() -> None:
    found = diff_behaviour(lists(BEFORE), lists(AFTER), segments=SEGMENTS)
    assert found is not None
    first, second = found.segments[:2]
    assert {(first.column, first.segment), (second.column, second.segment)} == {
        ("age", "19-24"),
        ("loyalty", "recent"),
    }
    assert (first.users, first.overlap, first.top1_changed) == (1, 0.0, 1.0)
    assert found.segments[-1].users == 2


def test_examples_say_what_is_shown_by_name_and_never_to_whom() -> None:
    found = diff_behaviour(lists(BEFORE), lists(AFTER), catalogue=CATALOGUE, segments=SEGMENTS)
    assert found is not None
    example = found.examples[0]
    assert example.description == "age: 19-24, loyalty: recent"
    assert example.before == ("Apples", "Bread", "d")
    assert example.after == ("Xylitol", "y", "z")
    assert not {"u1", "u2", "u3", "gone", "new"} & set(repr(found).replace("'", " ").split())


def test_lists_of_different_length_are_compared_where_both_have_ranks() -> None:
    found = diff_behaviour({"u": tuple("abcdef")}, {"u": tuple("abc")})
    assert found is not None
    assert (found.k, found.overlap, bool(found)) == (3, 1.0, False)


def test_panels_without_a_common_user_are_not_compared() -> None:
    assert diff_behaviour({"u": ("a",)}, {"v": ("a",)}) is None
    assert diff_behaviour({"u": ()}, {"u": ("a",)}) is None


def test_the_floor_is_the_overlap_of_two_seeds() -> None:
    assert seed_floor({"u": ("a", "b"), "v": ("c",)}, {"u": ("a", "c"), "v": ("c",)}) == 0.75
    assert seed_floor({"u": ("a",)}, {}) is None


panels = st.dictionaries(
    st.integers(0, 9),
    st.lists(st.integers(0, 15), unique=True, min_size=1, max_size=6).map(tuple),
    min_size=1,
)


@given(panels)
def test_a_panel_is_like_itself(panel: dict[int, tuple[int, ...]]) -> None:
    found = diff_behaviour(panel, panel)
    assert found is not None
    assert not found
    assert (found.overlap, found.top1_changed, found.categories) == (1, 0, ())
    assert sum(found.histogram) == len(panel)


@given(panels, panels)
def test_there_and_back_mirror_each_other(
    a: dict[int, tuple[int, ...]], b: dict[int, tuple[int, ...]]
) -> None:
    there, back = diff_behaviour(a, b), diff_behaviour(b, a)
    if there is None or back is None:
        assert there is back
        return
    assert (there.users, there.histogram) == (back.users, back.histogram)
    assert there.overlap == pytest.approx(back.overlap)
    assert there.rbo == pytest.approx(back.rbo)
    assert (there.only_before, there.only_after) == (back.only_after, back.only_before)
    assert there.coverage.change == -back.coverage.change


@given(panels, panels, st.permutations(range(10)))
def test_who_the_users_are_changes_nothing(
    a: dict[int, tuple[int, ...]], b: dict[int, tuple[int, ...]], names: list[int]
) -> None:
    there = diff_behaviour(a, b)
    renamed = diff_behaviour(
        {names[user]: a[user] for user in a}, {names[user]: b[user] for user in b}
    )
    if there is None or renamed is None:
        assert there is renamed
        return
    assert there.histogram == renamed.histogram
    assert there.overlap == pytest.approx(renamed.overlap)
