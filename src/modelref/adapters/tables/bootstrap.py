"""The paired bootstrap of means.

Users are drawn with replacement, as often as there are, and the mean of their differences is taken
each time (Efron & Tibshirani 1993, An Introduction to the Bootstrap, ch. 6 and 13: percentile
intervals). The p-value is the level at which that interval would touch zero, so that both always
say the same. For its use on rankings see Sakai, SIGIR 2006.
"""

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

RESAMPLES = 10_000
_BLOCK = 1 << 19
"""Draws held at once: 2 MiB of them, and as many counts."""
_MOST_UNITS = 5_000
"""Beyond so many users, random groups of them are drawn: 5,000 tell the spread within 1 %."""
_TAIL = 0.025


class Estimates(NamedTuple):
    """What the bootstrap says of each mean.

    Attributes:
        users: (metrics,) those with a value.
        mean: (metrics,) of the differences; NaN without any user.
        low: (metrics,) lower bound of the 95 % interval.
        high: (metrics,) upper bound.
        p_value: (metrics,) two-sided, at least 2 / (resamples + 1).
    """

    users: NDArray[np.int64]
    mean: Floats
    low: Floats
    high: Floats
    p_value: Floats


def bootstrap(differences: Floats, seed: int, resamples: int = RESAMPLES) -> Estimates:
    """Estimate means of differences, each with its interval and p-value.

    Negated differences with the same seed give exactly the negated estimates.

    Args:
        differences: (users, metrics); NaN where a user has no value for a metric.
        seed: of the draws.
        resamples: how often users are drawn.
    """
    return estimate(iter(differences.T), len(differences), seed, resamples)


def estimate(
    differences: Iterator[Floats], users: int, seed: int, resamples: int = RESAMPLES
) -> Estimates:
    """The same of one metric after the other, of which no two need to be held at once.

    Args:
        differences: (users,) of each metric; NaN where a user has no value for it.
        users: how many there are.
        seed: of the draws.
        resamples: how often users are drawn.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    unit = random.permutation(users) % _MOST_UNITS if users > _MOST_UNITS else None
    columns = [_grouped(one, unit) for one in differences]
    del unit
    count = np.array([one.users for one in columns], dtype=np.int64)
    mean = np.array([one.total / one.users if one.users else np.nan for one in columns])
    units = min(users, _MOST_UNITS)
    sums, counts = (
        np.array([one[part] for one in columns], dtype=np.float32).reshape(len(columns), units).T
        for part in (0, 1)
    )
    means = _resampled(sums, counts, random, resamples)
    low, high, p_value = np.empty_like(mean), np.empty_like(mean), np.empty_like(mean)
    for column, drawn in enumerate(means.T):
        low[column], high[column], p_value[column] = _tails(drawn[~np.isnan(drawn)])
    # Draws are of single precision: where all users change alike they may all lie beside the mean.
    return Estimates(count, mean, np.minimum(low, mean), np.maximum(high, mean), p_value)


class _Grouped(NamedTuple):
    """One metric's differences by what is drawn.

    Attributes:
        sums: (units,) of each.
        counts: (units,) users with a value in each.
        total: of all.
        users: all with a value.
    """

    sums: NDArray[np.float32]
    counts: NDArray[np.float32]
    total: float
    users: int


def _grouped(differences: Floats, unit: NDArray[np.int64] | None) -> _Grouped:
    """By user, or where they are too many, by random group of equal size."""
    known = ~np.isnan(differences)
    sums: Floats = np.where(known, differences, 0.0)
    counts: Floats = known.astype(np.float64)
    total, users = float(sums.sum()), int(known.sum())
    if unit is not None:
        sums, counts = (_summed(one, unit) for one in (sums, counts))
    return _Grouped(sums.astype(np.float32), counts.astype(np.float32), total, users)


def _summed(values: Floats, unit: NDArray[np.int64]) -> Floats:
    return np.bincount(unit, weights=values, minlength=_MOST_UNITS).astype(np.float64)


def _resampled(
    sums: NDArray[np.float32],
    counts: NDArray[np.float32],
    random: np.random.Generator,
    resamples: int,
) -> NDArray[np.float32]:
    """(resamples, metrics) means; NaN where no user with a value was drawn."""
    units = len(sums)
    patterns, which = np.unique(counts, axis=1, return_inverse=True)
    means = np.empty((resamples, sums.shape[1]), dtype=np.float32)
    block = max(1, _BLOCK // max(units, 1))
    for start in range(0, resamples, block):
        size = min(block, resamples - start)
        drawn = random.integers(0, units, size=(size, units), dtype=np.int32)
        drawn += (np.arange(size, dtype=np.int32) * units)[:, None]
        times = np.bincount(drawn.ravel(), minlength=size * units).reshape(size, units)
        weights = times.astype(np.float32)
        with np.errstate(invalid="ignore", divide="ignore"):
            means[start : start + size] = (weights @ sums) / (weights @ patterns)[:, which.ravel()]
    return means


def _tails(drawn: NDArray[np.float32]) -> tuple[float, float, float]:
    """Interval and p-value. Order statistics, not interpolated: they mirror exactly."""
    if not len(drawn):
        return (np.nan, np.nan, 1.0)
    rank = max(int(_TAIL * (len(drawn) + 1)) - 1, 0)
    ordered = np.partition(drawn, (rank, len(drawn) - 1 - rank))
    fewer = min(int((drawn <= 0).sum()), int((drawn >= 0).sum()))
    p_value = min(1.0, 2 * (fewer + 1) / (len(drawn) + 1))
    return (float(ordered[rank]), float(ordered[len(drawn) - 1 - rank]), p_value)
