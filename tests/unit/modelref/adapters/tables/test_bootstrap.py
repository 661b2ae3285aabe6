import numpy as np
import pytest

from modelref.adapters.tables.bootstrap import bootstrap


def test_equal_sides_differ_by_nothing_for_certain() -> None:
    found = bootstrap(np.zeros((50, 2)), seed=1)
    assert found.mean.tolist() == found.low.tolist() == found.high.tolist() == [0, 0]
    assert found.p_value.tolist() == [1, 1]


def test_a_constant_gain_has_no_spread_and_the_smallest_p_value() -> None:
    found = bootstrap(np.full((50, 1), 0.25), seed=1, resamples=999)
    assert (found.mean[0], found.low[0], found.high[0]) == (0.25, 0.25, 0.25)
    assert found.p_value[0] == 2 / 1000


@pytest.mark.parametrize("gain", [-0.03, 0.1, 1e-7, 123456.789])
def test_a_constant_gain_lies_in_its_interval(gain: float) -> None:
    found = bootstrap(np.full((300, 1), gain), seed=1, resamples=999)
    assert found.low[0] <= found.mean[0] <= found.high[0]
    assert found.high[0] - found.low[0] == pytest.approx(0, abs=1e-6 * abs(gain))


def test_three_users_by_hand() -> None:
    # Of 27 equally likely draws of (-1, 0, 1) one each has the mean -1 and 1: beyond the 2.5 %.
    # 10 of 27 means are negative, 7 are zero: p = 2 * 17 / 27, which is cut at 1.
    found = bootstrap(np.array([[-1.0], [0.0], [1.0]]), seed=1, resamples=20_000)
    assert (found.low[0], found.high[0], found.p_value[0]) == (-1, 1, 1)
    # Of 27 draws of (0, 0, 3) 8 have the mean 0: p = 2 * 8 / 27.
    found = bootstrap(np.array([[0.0], [0.0], [3.0]]), seed=1, resamples=20_000)
    assert found.p_value[0] == pytest.approx(16 / 27, abs=0.02)


def test_the_spread_is_that_of_the_mean() -> None:
    values = np.random.default_rng(0).normal(0.1, 1.0, (2000, 1))
    found = bootstrap(values, seed=1)
    error = values.std() / np.sqrt(2000)
    assert found.low[0] == pytest.approx(values.mean() - 1.96 * error, abs=0.1 * error)
    assert found.high[0] == pytest.approx(values.mean() + 1.96 * error, abs=0.1 * error)


def test_many_users_are_drawn_in_groups_with_the_same_spread() -> None:
    values = np.random.default_rng(0).normal(0.1, 1.0, (30_000, 1))
    found = bootstrap(values, seed=1)
    error = values.std() / np.sqrt(30_000)
    assert found.high[0] - found.low[0] == pytest.approx(2 * 1.96 * error, rel=0.05)


def test_it_repeats_and_mirrors_exactly() -> None:
    values = np.random.default_rng(0).normal(0.02, 1.0, (300, 3))
    values[:100, 1] = np.nan
    found, again, mirrored = (bootstrap(one, seed=7) for one in (values, values, -values))
    for field in ("users", "mean", "low", "high", "p_value"):
        assert (getattr(found, field) == getattr(again, field)).all()
    assert (mirrored.low == -found.high).all()
    assert (mirrored.high == -found.low).all()
    assert (mirrored.mean == -found.mean).all()
    assert (mirrored.p_value == found.p_value).all()
    assert found.users.tolist() == [300, 200, 300]


def test_users_without_a_value_do_not_count() -> None:
    values = np.array([[1.0, 1.0], [3.0, np.nan], [5.0, 5.0]])
    assert bootstrap(values, seed=1).mean.tolist() == [3.0, 3.0]
    nobody = bootstrap(np.full((3, 1), np.nan), seed=1)
    assert (nobody.users[0], nobody.p_value[0]) == (0, 1.0)
    assert np.isnan(nobody.mean[0])


def test_the_interval_says_what_the_p_value_says() -> None:
    random = np.random.default_rng(3)
    for seed in range(60):
        found = bootstrap(random.normal(0.1, 1, (200, 1)), seed, resamples=1_999)
        outside = bool(found.low[0] > 0 or found.high[0] < 0)
        assert outside == bool(found.p_value[0] < 0.05)


@pytest.mark.parametrize(("users", "pairs", "least"), [(50, 1000, 0.92), (400, 300, 0.93)])
def test_it_does_so_with_as_many_resamples_as_are_shipped(
    users: int, pairs: int, least: float
) -> None:
    """Also of 50 users, the fewest that a rule is decided on."""
    random = np.random.default_rng(12)
    gain = random.normal(0, 0.05, (users, pairs)) * (random.random((users, pairs)) < 0.6)
    found = bootstrap(gain + 0.004, seed=1)
    covered = ((found.low <= 0.004) & (found.high >= 0.004)).mean()
    assert least <= covered <= 0.97
    assert (bootstrap(gain, seed=1).p_value < 0.05).mean() <= 1 - least


def test_the_interval_covers_the_truth_in_95_percent_of_1000_pairs() -> None:
    """Results of 400 users that look like nDCG: many zeros, and a gain for some of them."""
    random = np.random.default_rng(11)
    truth, pairs, covered, shown = 0.004, 1000, 0, 0
    for seed in range(pairs):
        before = random.beta(0.4, 1.2, 400)
        gain = random.normal(0, 0.05, 400) * (random.random(400) < 0.6)
        gains = np.column_stack([gain + truth, gain])
        found = bootstrap(before[:, None] + gains - before[:, None], seed, resamples=1_000)
        covered += found.low[0] <= truth <= found.high[0]
        shown += found.p_value[1] < 0.05
    assert 0.93 <= covered / pairs <= 0.97
    assert shown / pairs <= 0.07  # an A/A pair is told apart in 5 % of the cases
