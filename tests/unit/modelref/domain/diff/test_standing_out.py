"""Which segments stand out of a panel: by more than chance, and by what is shown of them."""

from itertools import combinations
from math import sqrt
from random import Random
from statistics import fmean, pvariance

import pytest

from modelref.api.kinds.behaviour import stands
from modelref.domain.diff.behaviour import diff_behaviour
from modelref.domain.diff.standing_out import stand_out

SCORES = (0.1, 0.35, 0.4, 0.8, 0.85, 0.9, 1.0)


def test_the_error_is_that_of_all_draws_without_replacement() -> None:
    means = [fmean(some) for some in combinations(SCORES, 3)]
    error = sqrt(pvariance(means))
    beyond = fmean(SCORES) - 1.96 * error
    low = [beyond - 0.001] * 3  # its mean is all that counts
    high = [beyond + 0.001] * 3
    assert stand_out(SCORES, [low])[0] < 0.05 < stand_out(SCORES, [high])[0]


def test_all_of_the_panel_is_like_itself_and_so_is_any_of_one_that_is_all_alike() -> None:
    assert stand_out(SCORES, [SCORES, SCORES]) == (1.0, 1.0)
    assert stand_out([0.5] * 9, [[0.5] * 3]) == (1.0,)
    assert stand_out([0.5], [[0.5]]) == (1.0,)
    assert stand_out(SCORES, []) == ()


def test_segments_drawn_at_random_seldom_stand_out() -> None:
    random = Random(7)
    raised = 0
    for _ in range(400):
        panel = [random.betavariate(4, 1.3) for _ in range(200)]
        groups = [random.sample(panel, size) for size in (30, 40, 60, 98, 160)]
        raised += min(stand_out(panel, groups)) < 0.05
    assert raised / 400 <= 0.07


def test_segments_stand_in_the_order_of_what_is_shown() -> None:
    """One that loses its first item has the lower rank-biased overlap, and keeps more."""
    before = {f"{name}{at}": tuple(range(10)) for name in "ab" for at in range(40)}
    first_lost = (90, *range(1, 10))
    last_lost = (*range(7), 90, 91, 92)
    after = {user: first_lost if user[0] == "a" else last_lost for user in before}
    found = diff_behaviour(before, after, segments={user: {"of": user[0]} for user in before})
    assert found is not None
    b, a = found.segments
    assert (b.segment, a.segment) == ("b", "a")
    assert b.overlap == pytest.approx(0.7)
    assert a.overlap == pytest.approx(0.9)
    assert b.rbo > a.rbo
    assert (stands(found, b), stands(found, a)) == ("less", "more")


def test_a_few_users_are_never_said_to_stand_out() -> None:
    before = {f"{name}{at}": tuple(range(10)) for name in "ab" for at in range(20)}
    after = {user: tuple(range(50, 60)) if user[0] == "a" else before[user] for user in before}
    found = diff_behaviour(before, after, segments={user: {"of": user[0]} for user in before})
    assert found is not None
    assert found.segments[0].p_value < 0.001
    assert [stands(found, one) for one in found.segments] == ["", ""]
