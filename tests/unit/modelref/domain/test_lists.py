import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelref.domain.diff.lists import Lists, kept, seed_floor

SEEDS: tuple[Lists, Lists] = ({"u": "ab", "v": "c"}, {"u": "ac", "v": "c"})


def test_the_floor_is_the_overlap_of_two_seeds() -> None:
    assert seed_floor(SEEDS, 2, ["u", "v"]) == 0.75
    assert seed_floor(SEEDS, 1, ["u", "v"]) == 1
    assert seed_floor(SEEDS, 2, ["u"]) == 0.5


def test_there_is_no_floor_of_other_users_or_of_shorter_lists() -> None:
    assert seed_floor(SEEDS, 2, ["u", "w"]) is None
    assert seed_floor(SEEDS, 2, []) is None
    assert seed_floor(SEEDS, 3, ["u", "v"]) is None
    assert seed_floor(({"u": "abc"}, {"u": "ab"}), 3, ["u"]) is None


def test_what_is_kept_is_of_the_first_lists() -> None:
    assert kept({"u": "ab", "v": "cd"}, {"u": "ab"}) == 0.5
    assert kept({"u": "ab", "v": "cd"}, {"u": "abxyz", "v": "cdxyz", "w": "xy"}) == 1
    assert kept({"u": "ab"}, {"u": "xyab"}) == 0


panels = st.dictionaries(
    st.integers(0, 9), st.permutations("abcdef").map(tuple), min_size=1, max_size=10
)


@given(panels, st.data())
def test_leaving_users_or_ranks_out_never_keeps_more(
    panel: dict[int, tuple[str, ...]], data: st.DataObject
) -> None:
    after = {user: data.draw(st.permutations("abcdefgh")) for user in panel}
    length = data.draw(st.integers(0, 6))
    users = data.draw(st.sets(st.sampled_from(sorted(panel))))
    fewer = {user: items[:length] for user, items in after.items() if user in users}
    assert kept(panel, fewer) <= kept(panel, after) + 1e-9
    assert kept(panel, panel) == pytest.approx(1)
