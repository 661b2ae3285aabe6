"""Reviews: what a range of commits does to a model, in the words that a reviewer decides by."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from modelref.domain.diff.metrics import MetricChange, Outcome, tally
from modelref.domain.gates.checks.passage import PASSAGE
from modelref.domain.gates.verdict import Outcome as RuleOutcome
from modelref.domain.gates.verdict import Verdict


class Quality(StrEnum):
    """What all metrics together say of the second side."""

    BETTER = "better"
    WORSE = "worse"
    MIXED = "better and worse"
    LOST = "a metric is lost"
    """None is worse, and one that was a number is gone or is none any more."""
    UNREAD = "metrics cannot be read"
    """None is worse or lost, and some cannot be read on a side."""
    NO_DIFFERENCE = "no difference shown"
    INCOMPARABLE = "cannot be compared"
    UNMEASURED = "no metric differs"


class Shipping(StrEnum):
    """Whether a commit may become a version that holds a stage, as far as is known before it is."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "not known"
    NO_GATES = "no gates"


class Judged(NamedTuple):
    """A quality, and on what it rests.

    Attributes:
        quality: what the metrics say.
        tested: whether it rests on metrics measured on the same users; else on averages alone.
    """

    quality: Quality
    tested: bool


def judge_quality(changes: Sequence[MetricChange], *, unread: bool = False) -> Judged:
    """Decide by the metrics measured on the same users where there are any, else by all.

    A metric that is lost outweighs every better one: nobody knows what it would say.

    Args:
        changes: metrics that differ.
        unread: whether a side has more that cannot be read: nobody knows what these would say.
    """
    paired = [change for change in changes if change.paired is not None]
    outcomes = tally(paired or changes)
    better, worse = Outcome.BETTER in outcomes, Outcome.WORSE in outcomes
    if worse:
        quality = Quality.MIXED if better else Quality.WORSE
    elif any(change.lost for change in changes):
        return Judged(Quality.LOST, False)
    elif unread:
        return Judged(Quality.UNREAD, False)
    elif better:
        quality = Quality.BETTER
    elif Outcome.NO_DIFFERENCE in outcomes:
        quality = Quality.NO_DIFFERENCE
    elif Outcome.INCOMPARABLE in outcomes:
        quality = Quality.INCOMPARABLE
    else:
        # Metrics of which nobody says whether higher is better show no difference either.
        quality = Quality.NO_DIFFERENCE if changes else Quality.UNMEASURED
    return Judged(quality, bool(paired))


def decided_now(verdict: Verdict) -> tuple[RuleOutcome, ...]:
    """Outcomes of the rules that look at what the commit holds."""
    return tuple(one for one in verdict.outcomes if not isinstance(one.rule.check, PASSAGE))


def decided_later(verdict: Verdict) -> tuple[RuleOutcome, ...]:
    """Outcomes of the rules that only a registered version can meet, on its way to the stage."""
    return tuple(one for one in verdict.outcomes if isinstance(one.rule.check, PASSAGE))


def judge_shipping(verdict: Verdict | None) -> Shipping:
    """Decide by the rules that can be met before a version is registered; None is no gate."""
    if verdict is None:
        return Shipping.NO_GATES
    passed = [one.passed for one in decided_now(verdict)]
    if False in passed:
        return Shipping.NO
    return Shipping.UNKNOWN if None in passed else Shipping.YES
