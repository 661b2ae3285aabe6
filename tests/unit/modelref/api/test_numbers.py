"""Intervals as people read them."""

import pytest

from modelref.api.numbers import interval


@pytest.mark.parametrize(
    ("change", "bounds", "said"),
    [
        (0.0045, (0.0024, 0.0065), "+.0045 [.0024, .0065]"),
        (-0.03, (-0.03000003, -0.03), "-.03000 [-.03000, -.03000]"),
        (-0.03, (-0.03, -0.03), "-.03000 [-.03000, -.03000]"),
        (1.25e-6, (1.25e-6, 1.25e-6), "+.00000125 [.00000125, .00000125]"),
        (0.0, (0.0, 0.0), "+.0000 [.0000, .0000]"),
        (0.0, (-1e-7, 1e-7), "+.00000000 [-.00000010, .00000010]"),
        (2500.0, (2500.0, 2500.0), "+2500 [2500, 2500]"),
    ],
)
def test_an_interval_has_the_digits_that_it_deserves(
    change: float, bounds: tuple[float, float], said: str
) -> None:
    assert interval(change, bounds) == said
