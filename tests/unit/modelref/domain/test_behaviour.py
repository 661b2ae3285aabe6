from dataclasses import asdict
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelref.domain.diff.behaviour import diff_behaviour
from modelref.domain.diff.shown import Catalogue

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
    found = diff_behaviour(lists(BEFORE), lists(AFTER), catalogue=CATALOGUE, segments=SEGMENTS)
    assert found is not None
    assert (found.k, found.users, found.only_before, found.only_after) == (3, 3, 1, 1)
    assert found.overlap == pytest.approx(2 / 3)
    assert found.jaccard == pytest.approx(2 / 3)
    assert found.top1_changed == pytest.approx(2 / 3)
    assert found.tau == pytest.approx((1 + 1 / 3) / 2)
    assert found.lengths == (3, 3)
    assert found.kept == pytest.approx(2 / 4)
    assert found.floor is None
    assert asdict(found.shown.coverage) == {"before": 5, "after": 7}
    assert found.histogram == (1, 0, 0, 2)
    food, sweets = found.shown.categories
    assert (food.category, food.share.before) == ("food", 1)
    assert food.share.after == pytest.approx(6 / 9)
    assert (sweets.category, sweets.share.before) == ("sweets", 0)
    assert sweets.share.change == pytest.approx(3 / 9)


def test_novelty_is_the_mean_self_information_of_what_is_listed() -> None:
    found = diff_behaviour({"u": ("a",)}, {"u": ("x",)}, catalogue=CATALOGUE)
    assert found is not None
    assert found.shown.novelty is not None
    assert found.shown.novelty.before == pytest.approx(-log2(4 / 15))
    assert found.shown.novelty.after == pytest.approx(-log2(1 / 15))


def shop(users: int) -> dict[str, tuple[str, ...]]:
    return {f"u{number}": tuple("abc") for number in range(users)}


def ages(users: int) -> dict[str, dict[str, str]]:
    """The first five are young, the others old; each has a name that nobody shares."""
    return {
        f"u{number}": {"age": "young" if number < 5 else "old", "street": f"street {number}"}
        for number in range(users)
    }


def test_a_segment_whose_lists_change_stands_first_and_a_lone_user_is_none() -> None:
    after = {**shop(20), **{f"u{number}": ("a", "x", "y") for number in range(5)}}
    found = diff_behaviour(shop(20), after, segments=ages(20))
    assert found is not None
    assert [(one.column, one.segment, one.users) for one in found.segments] == [
        ("age", "young", 5),
        ("age", "old", 15),
    ]
    assert found.segments[0].overlap == pytest.approx(1 / 3)
    assert (found.segments[0].top1_changed, found.segments[1].overlap) == (0, 1)


def test_examples_say_what_is_shown_by_name_and_never_to_whom() -> None:
    after = {**shop(20), "u3": tuple("xyz")}
    found = diff_behaviour(shop(20), after, catalogue=CATALOGUE, segments=ages(20))
    assert found is not None
    (example,) = found.examples
    assert example.description == "age: young"
    assert example.before == ("Apples", "Bread", "c")
    assert example.after == ("Xylitol", "y", "z")
    assert not any(name in repr(found) for name in ("u3", "street"))


def test_lists_of_different_length_are_compared_where_both_have_ranks() -> None:
    found = diff_behaviour({"u": tuple("abcdef")}, {"u": tuple("abc")})
    assert found is not None
    assert (found.k, found.lengths, found.overlap, found.kept) == (3, (6, 3), 1.0, 0.5)
    assert found


def test_users_and_ranks_that_are_gone_keep_nothing() -> None:
    panel = shop(40)
    one = diff_behaviour(panel, {"u0": panel["u0"]})
    first = diff_behaviour(panel, {user: items[:1] for user, items in panel.items()})
    more = diff_behaviour(
        panel, {**{user: (*items, "d") for user, items in panel.items()}, "new": ("x",)}
    )
    assert one is not None
    assert first is not None
    assert more is not None
    assert (one.overlap, one.kept) == (1, 1 / 40)
    assert (first.overlap, first.kept) == pytest.approx((1, 1 / 3))
    assert (more.overlap, more.kept, more.only_after) == (1, 1, 1)


def test_panels_without_a_common_user_are_not_compared() -> None:
    assert diff_behaviour({"u": ("a",)}, {"v": ("a",)}) is None
    assert diff_behaviour({"u": ()}, {"u": ("a",)}) is None


def test_the_floor_is_of_the_ranks_and_users_that_are_compared() -> None:
    # Another seed changes the last of six ranks, and all of a user whom the other side lacks.
    own = {"u": tuple("abcdef"), "gone": tuple("abcdef")}
    seeds = (own, {"u": tuple("abcdex"), "gone": tuple("uvwxyz")})
    short = diff_behaviour(own, {"u": tuple("abcde")}, seeds=seeds)
    whole = diff_behaviour(own, {"u": tuple("abcdef")}, seeds=seeds)
    assert short is not None
    assert whole is not None
    assert (short.k, short.floor) == (5, 1.0)
    assert whole.k == 6
    assert whole.floor == pytest.approx(5 / 6)


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
    assert (found.overlap, found.top1_changed, found.shown.categories) == (1, 0, ())
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
    assert there.lengths == back.lengths[::-1]
    assert there.kept <= there.overlap + 1e-9 or there.lengths[0] != there.lengths[1]
    assert (there.only_before, there.only_after) == (back.only_after, back.only_before)
    assert there.shown.coverage.change == -back.shown.coverage.change


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
