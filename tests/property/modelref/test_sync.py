"""The algebra of catching up: whatever both sides have, it ends, and loses nothing."""

import hypothesis.strategies as st
from hypothesis import given

from modelref.domain.sync import Sides, Standing, agreed_after, compare

_TAGS = [f"rec#prod#{n}" for n in range(1, 5)]
_SIDE = st.dictionaries(st.sampled_from(_TAGS), st.sampled_from("abc"))
_SIDES = st.builds(Sides, _SIDE, _SIDE, _SIDE)


def caught_up(sides: Sides) -> Sides:
    new = {one.tag: one.new for one in compare(sides) if one.standing is Standing.NEW and one.new}
    return Sides({**sides.here, **new}, sides.there, agreed_after(sides, new))


@given(_SIDES)
def test_nothing_here_is_lost_or_moved_and_all_that_is_there_is_here(sides: Sides) -> None:
    after = caught_up(sides)
    assert sides.here.items() <= after.here.items()
    assert after.there.keys() <= after.here.keys()


@given(_SIDES)
def test_catching_up_again_changes_nothing_and_says_the_same(sides: Sides) -> None:
    after = caught_up(sides)
    assert caught_up(after) == after
    kept = [one for one in compare(sides) if one.standing is not Standing.NEW]
    assert list(compare(after)) == kept


@given(_SIDE, _SIDE)
def test_equal_sides_agree_whatever_was_before(
    both: dict[str, str], before: dict[str, str]
) -> None:
    after = Sides(both, both, agreed_after(Sides(both, both, before), {}))
    assert compare(after) == ()
    assert after.agreed == both
    gone = Sides(both, {}, after.agreed)
    assert {one.standing for one in compare(gone)} <= {Standing.VANISHED}
