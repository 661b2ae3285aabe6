"""Which groups of a panel differ from it by more than drawing as many of it at random gives."""

from collections.abc import Sequence
from math import erfc, sqrt
from statistics import fmean

from modelref.domain.diff.results import holm


def stand_out(everyone: Sequence[float], groups: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """P-values of the means of groups, beside draws of as many without replacement.

    A mean of n of N values varies by s² / n · (1 - n / N), where s² is the variance of all with
    the divisor N - 1 (Cochran 1977, Sampling Techniques, ch. 2). The p-value is two-sided, by the
    normal approximation, and so is rough for a few.

    Args:
        everyone: a value for each of the panel.
        groups: the values of some of them each.

    Returns:
        Of each group, corrected for the number of groups by Holm's method.
    """
    mean, many = fmean(everyone), len(everyone)
    variance = sum((one - mean) ** 2 for one in everyone) / max(many - 1, 1)
    return holm([_p_value(fmean(group) - mean, variance, len(group), many) for group in groups])


def _p_value(apart: float, variance: float, few: int, many: int) -> float:
    error = sqrt(variance / few * (1 - few / many))
    return erfc(abs(apart) / error / sqrt(2)) if error > 0 else 1.0
