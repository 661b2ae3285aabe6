"""How far the values of a column drifted: three usual measures over the same bins."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import jensenshannon
from scipy.stats import wasserstein_distance

from modelref.adapters.tables.counts import Histogram, Labels

_BINS = 20


class Drift(NamedTuple):
    """What the measures say.

    Attributes:
        distance: Jensen-Shannon distance, base 2, 0 to 1 (Lin 1991, IEEE Trans. Inf. Theory 37).
        psi: population stability index, with half a value added to each bin.
        wasserstein: for numbers, the mean way that values moved, in their unit.
    """

    distance: float
    psi: float
    wasserstein: float | None


def number_drift(before: Histogram, after: Histogram) -> Drift | None:
    """Drift of numbers, over bins that hold a twentieth of both sides' values each."""
    halvings = max(before.halvings, after.halvings)
    (a_keys, a_times, a_means), (b_keys, b_times, b_means) = (
        one.coarser(halvings).bins() for one in (before, after)
    )
    if not len(a_keys) or not len(b_keys):
        return None
    keys = np.union1d(a_keys, b_keys)
    old, new = np.zeros(len(keys)), np.zeros(len(keys))
    old[np.searchsorted(keys, a_keys)] = a_times
    new[np.searchsorted(keys, b_keys)] = b_times
    moved = wasserstein_distance(a_means, b_means, a_times, b_times)
    return _drift(*_quantiles(old, new), float(moved))


def label_drift(before: Labels, after: Labels) -> Drift | None:
    """Drift of labels, over the most frequent ones of both sides and all the others."""
    old, new = before.times.astype(np.float64), after.times.astype(np.float64)
    if not old.sum() or not new.sum():
        return None
    share = old / old.sum() + new / new.sum()
    order = np.argsort(-share, kind="stable")
    top, rest = order[: _BINS - 1], order[_BINS - 1 :]
    bins = [np.append(side[top], side[rest].sum()) for side in (old, new)]
    return _drift(bins[0], bins[1], None)


def _quantiles(
    old: NDArray[np.float64], new: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Join fine bins to quantiles of both sides, each side weighing the same."""
    if len(old) <= _BINS:
        return old, new
    share = old / old.sum() + new / new.sum()
    middle = (np.cumsum(share) - share / 2) / share.sum()
    which = np.minimum((middle * _BINS).astype(np.int64), _BINS - 1)
    joined = [np.bincount(which, weights=side, minlength=_BINS) for side in (old, new)]
    return joined[0].astype(np.float64), joined[1].astype(np.float64)


def _drift(old: NDArray[np.float64], new: NDArray[np.float64], wasserstein: float | None) -> Drift:
    filled = (old + new) > 0
    old, new = old[filled], new[filled]
    distance = float(jensenshannon(old, new, base=2))
    p, q = ((side + 0.5) / (side.sum() + 0.5 * len(side)) for side in (old, new))
    psi = float(((q - p) * np.log(q / p)).sum())
    return Drift(0.0 if np.isnan(distance) else distance, psi, wasserstein)
