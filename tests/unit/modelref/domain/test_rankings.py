from fractions import Fraction
from itertools import pairwise
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelref.domain.diff.rankings import (
    PERSISTENCE,
    jaccard,
    kendall_tau,
    overlap,
    rank_biased_overlap,
)

rankings = st.lists(st.integers(0, 30), unique=True, max_size=20)


def test_known_overlaps() -> None:
    assert overlap("abcd", "cdef") == 0.5
    assert jaccard("abcd", "cdef") == pytest.approx(2 / 6)
    assert overlap("abcd", "ab") == 0.5
    assert (overlap("", ""), jaccard("", ""), overlap("a", "")) == (1, 1, 0)


def test_tau_counts_pairs_of_shared_items() -> None:
    assert kendall_tau("abcd", "abcd") == 1
    assert kendall_tau("abcd", "dcba") == -1
    assert kendall_tau("abcd", "abdc") == pytest.approx((5 - 1) / 6)
    assert kendall_tau("axbyc", "cbazz"[:4]) == -1
    assert kendall_tau("abc", "xyc") is None


def test_rbo_of_one_swap_by_hand() -> None:
    # Agreement at depths 1, 2, 3 of abc and bac is 0, 1, 1; p = 1/2.
    # (1-p)/p (0 p + 1 p^2 + 1 p^3) + 1 p^3 = 1/4 + 1/8 + 1/8.
    assert rank_biased_overlap("abc", "bac", 0.5) == pytest.approx(0.5)


def test_rbo_of_lists_of_different_length_by_hand() -> None:
    # S = ab, L = acbd; X = 1, 1, 2, 2 at depths 1 to 4; s = 2, l = 4, p = 1/2, equation 32:
    # sum X_d/d p^d = 1/2 + 1/8 + (2/3)/8 + (1/2)/16 = 71/96
    # sum X_s (d-s)/(s d) p^d = (1/6)/8 + (2/8)/16 = 7/192
    # tail ((2-1)/4 + 1/2) / 16 = 3/64
    expected = 71 / 96 + 7 / 192 + 3 / 64
    assert rank_biased_overlap("ab", "acbd", 0.5) == pytest.approx(expected)
    assert rank_biased_overlap("acbd", "ab", 0.5) == pytest.approx(expected)


def test_rbo_of_seven_ranks_by_hand() -> None:
    # Two items are shared from depth 3 on, so that the agreement there is 2/3, 1/2, 2/5, 1/3, 2/7.
    p = Fraction(9, 10)
    shared = [0, 0, 2, 2, 2, 2, 2]
    total = sum(Fraction(x, d) * p ** (d - 1) for d, x in enumerate(shared, start=1))
    expected = (1 - p) * total + Fraction(shared[-1], 7) * p**7
    assert rank_biased_overlap("abcdefg", "zcavxyw", 0.9) == pytest.approx(float(expected))


@pytest.mark.parametrize(("p", "depth"), [(0.9, 10), (0.98, 50)])
def test_the_top_carries_the_weight_that_the_paper_derives(p: float, depth: int) -> None:
    # Of lists that agree on so many ranks, and on none after, what remains is the weight of these
    # ranks, of which the paper has the closed form: 86 % of the first ten where p is 0.9.
    weight = 1 - p ** (depth - 1)
    rest = log(1 / (1 - p)) - sum(p**rank / rank for rank in range(1, depth))
    weight += (1 - p) / p * depth * rest
    top = range(depth)
    value = rank_biased_overlap([*top, *range(1000, 2000)], [*top, *range(3000, 4000)], p)
    assert value == pytest.approx(weight)
    assert p != PERSISTENCE or value == pytest.approx(0.86, abs=0.005)


def test_rbo_as_another_implementation_of_the_paper_publishes_it() -> None:
    # The example of the Scala library rankmeasures.
    assert rank_biased_overlap([1, 2, 3, 4, 5], [2, 3, 4, 1, 5], 0.9) == pytest.approx(
        0.828, abs=5e-4
    )


@given(st.permutations("abcdef"), st.permutations("cdefgh"))
def test_rbo_goes_on_as_the_lists_end(a: list[str], b: list[str]) -> None:
    # What extrapolation means for lists of one length: the last agreement holds for ever after.
    p, depth = 0.8, len(a)
    agreements = [len({*a[:d]} & {*b[:d]}) / d for d in range(1, depth + 1)]
    agreements += agreements[-1:] * 400
    endless = (1 - p) * sum(p**d * agreement for d, agreement in enumerate(agreements))
    assert rank_biased_overlap(a, b, p) == pytest.approx(endless)


@given(rankings, rankings)
def test_measures_are_symmetric_and_bounded(a: list[int], b: list[int]) -> None:
    for measure in (overlap, jaccard, rank_biased_overlap):
        value = measure(a, b)
        assert value == pytest.approx(measure(b, a))
        assert -1e-9 <= value <= 1 + 1e-9
    tau = kendall_tau(a, b)
    assert tau == kendall_tau(b, a)
    assert tau is None or -1 <= tau <= 1


@given(rankings)
def test_a_list_is_like_itself(a: list[int]) -> None:
    assert (overlap(a, a), jaccard(a, a)) == (1, 1)
    assert rank_biased_overlap(a, a) == pytest.approx(1)


@given(st.lists(st.integers(0, 30), unique=True, min_size=3, max_size=15))
def test_a_change_nearer_the_top_weighs_more(a: list[int]) -> None:
    swapped = [[*a[:at], 99, *a[at + 1 :]] for at in range(len(a))]
    values = [rank_biased_overlap(a, other) for other in swapped]
    assert all(first < second + 1e-12 for first, second in pairwise(values))
