"""How often non-inferiority errs, on simulated pairs with the intervals of a diff."""

import numpy as np
import pytest

from modelref.adapters.tables.bootstrap import bootstrap
from modelref.domain.diff.metrics import Paired, SegmentChange
from modelref.domain.gates.checks.noninferior import FEWEST_USERS
from support.gates import Seen, outcome

_PAIRS, _USERS, _RESAMPLES = 1000, 400, 800
_BY = 0.0035
"""The margin: 1 % of a metric of .35."""
# Of 1,000 fair trials at 2.5 %, 42 or more happen by chance one time in a thousand.
_MOST_ERRORS = 42


def simulated(true_change: float, half_width: float, users: int = _USERS) -> list[Paired]:
    """Paired changes over users whose 95 % intervals have about a half width."""
    chance = np.random.default_rng(7)
    spread = half_width / 1.96 * np.sqrt(users)
    # Long-tailed, as differences of nDCG are: most users see no change, some a large one.
    shape = chance.gamma(0.5, 1.0, (users, _PAIRS)) * chance.choice([-1, 1], (users, _PAIRS))
    changes = true_change + shape / np.sqrt(0.75) * spread
    found = bootstrap(changes, seed=7, resamples=_RESAMPLES)
    return [
        Paired(users, 0.35, 0.35 + mean, mean, (low, high), 1.0)
        for mean, low, high in zip(
            found.mean.tolist(), found.low.tolist(), found.high.tolist(), strict=True
        )
    ]


def failures(pairs: list[Paired], fail: str) -> int:
    text = f"{{metric: all.ndcg@20, not_worse_than: prod, by: 1%, fail: {fail}}}"
    found = [outcome(text, Seen(changes={"all.ndcg@20": pair})) for pair in pairs]
    assert None not in {one.passed for one in found}
    return sum(one.passed is False for one in found)


def test_of_pairs_that_do_not_differ_one_in_forty_fails_at_most() -> None:
    """Stated for intervals whose half width is half of the margin, or less."""
    assert failures(simulated(0.0, _BY / 2), "unless-shown") <= _MOST_ERRORS
    assert failures(simulated(0.0, _BY / 4), "unless-shown") == 0


@pytest.mark.parametrize("users", [FEWEST_USERS, _USERS])
@pytest.mark.parametrize("half_width", [_BY / 4, _BY, 4 * _BY])
def test_of_versions_worse_by_the_margin_one_in_forty_passes_at_most(
    half_width: float, users: int
) -> None:
    passed = _PAIRS - failures(simulated(-_BY, half_width, users), "unless-shown")
    assert passed <= _MOST_ERRORS


@pytest.mark.parametrize("users", [FEWEST_USERS, _USERS])
@pytest.mark.parametrize("half_width", [_BY / 4, _BY, 4 * _BY])
def test_if_shown_fails_no_pair_that_does_not_differ_more_than_one_in_forty(
    half_width: float, users: int
) -> None:
    assert failures(simulated(0.0, half_width, users), "if-shown") <= _MOST_ERRORS
    assert failures(simulated(-_BY, half_width, users), "if-shown") <= _MOST_ERRORS


_SEGMENTS = 4


def by_segment(half_width: float) -> list[list[SegmentChange]]:
    """Changes of pairs that do not differ, in four segments of a hundred users each."""
    chance = np.random.default_rng(9)
    spread = half_width / 1.96 * np.sqrt(100)
    shape = (100, _PAIRS * _SEGMENTS)
    found = bootstrap(
        chance.gamma(0.5, 1.0, shape) * chance.choice([-1, 1], shape) / np.sqrt(0.75) * spread,
        seed=9,
        resamples=_RESAMPLES,
    )
    every = [
        Paired(100, 0.35, 0.35 + mean, mean, (low, high), 1.0)
        for mean, low, high in zip(
            found.mean.tolist(), found.low.tolist(), found.high.tolist(), strict=True
        )
    ]
    return [
        [SegmentChange("age", str(number), every[pair * _SEGMENTS + number]) for number in range(4)]
        for pair in range(_PAIRS)
    ]


def rejections(
    pairs: list[Paired], segments: list[list[SegmentChange]], *texts: str
) -> tuple[int, ...]:
    """How many pairs fail each rule, and how many fail one of them."""
    failed = np.array(
        [
            [
                outcome(text, Seen(changes={METRIC: pair}, parts={METRIC: parts})).passed is False
                for text in texts
            ]
            for pair, parts in zip(pairs, segments, strict=True)
        ]
    )
    return (*failed.sum(axis=0).tolist(), int(failed.any(axis=1).sum()))


METRIC = "all.ndcg@20"
OVERALL = f"{{metric: {METRIC}, not_worse_than: prod, by: 1%}}"


@pytest.mark.parametrize("by", ["0.00001", "3%"])
def test_a_gate_fails_pairs_that_do_not_differ_no_more_often_than_its_rules_together(
    by: str,
) -> None:
    """One in forty for the rule over all users, and for each of the segments."""
    segments = f"{{segments_of: {METRIC}, not_worse_than: prod, by: {by}, fail: if-shown}}"
    of_all, of_segments, of_any = rejections(
        simulated(0.0, _BY / 2), by_segment(_BY), OVERALL, segments
    )
    assert of_all <= _MOST_ERRORS
    # Of 1,000 trials at 10 %, 131 or more happen by chance one time in a thousand.
    assert of_segments <= (130 if by != "3%" else 0)
    assert of_any <= of_all + of_segments


def test_what_is_far_worse_is_stopped_by_both() -> None:
    pairs = simulated(-4 * _BY, _BY / 2)
    assert failures(pairs, "unless-shown") == failures(pairs, "if-shown") == _PAIRS
