"""How much worse than a stage's version a metric may be: the margin of non-inferiority.

The bound of the 95 % interval of the paired change is judged, not the change itself: a version that
is worse by exactly the margin passes one time in forty (Piaggio et al. 2012, CONSORT statement on
non-inferiority trials). With ``fail: if-shown`` the burden of proof is the other way round: the
rule fails only where the whole interval is beyond the margin.
"""

from dataclasses import dataclass
from math import isfinite
from typing import Self

from modelref.domain.diff.metrics import Paired
from modelref.domain.diff.values import finite
from modelref.domain.direction import higher_is_better
from modelref.domain.gates.facts import (
    AGAINST,
    NO_DIFFERENCE,
    NOTHING,
    SAME,
    Facts,
    Judgement,
    compared_with,
    count,
    plain_number,
    real,
)
from modelref.domain.gates.measured import Measured
from modelref.domain.gates.rule import stage_name
from modelref.domain.marked import Fields, Scalar, one_of, parse_text
from modelref.domain.names import StageName
from modelref.domain.quantities import Amount
from modelref.errors import OutOfReach

_UNLESS, _IF = "unless-shown", "if-shown"
_HIGHER, _LOWER = "higher", "lower"
KEYS = ("not_worse_than", "by", "better", "fail")


@dataclass(frozen=True, slots=True)
class Margin:
    """How much worse than a stage's version a metric may be.

    Attributes:
        metric: its key.
        stage: the stage.
        by: the margin.
        better: which way of the metric is better, ``higher`` or ``lower``.
        fail: ``unless-shown`` to be within the margin, or ``if-shown`` to be beyond it.
    """

    metric: str
    stage: StageName
    by: Amount
    better: str
    fail: str

    @classmethod
    def parse(cls, fields: Fields, subject: str) -> Self:
        """Read its limits.

        Args:
            fields: where they stand.
            subject: key of the metric.
        """
        metric = fields.take(subject, parse_text)
        upwards = higher_is_better(metric)
        told = "" if upwards is None else _HIGHER if upwards else _LOWER
        better = fields.take_or("better", one_of(_HIGHER, _LOWER), told)
        if not better:
            raise fields.entries[subject].wrong(
                f"{subject}: the name {metric!r} does not tell which way is better",
                "add better: higher or better: lower",
            )
        by = fields.take("by", Amount.parse)
        if by.percent and by.number >= 100:
            raise fields.entries["by"].wrong(f"by: {by} would let anything pass")
        fail = fields.take_or("fail", one_of(_UNLESS, _IF), _UNLESS)
        return cls(metric, fields.take("not_worse_than", stage_name), by, better, fail)

    def spec(self, subject: str) -> dict[str, Scalar]:
        """Its limits as they are written."""
        return {
            subject: self.metric,
            "not_worse_than": self.stage,
            "by": self.by.plain(),
            "better": self.better,
            "fail": self.fail,
        }

    def slack(self, before: float, interval: tuple[float, float]) -> float:
        """How far the deciding bound is within the margin; negative where it is beyond."""
        lower, upper = interval
        if self.better == _LOWER:
            lower, upper = -upper, -lower
        return (lower if self.fail == _UNLESS else upper) + self.by.of(before)

    def observe(self, seen: Measured) -> Facts | None:
        """Note what is known without measuring; None where there is something to measure.

        Raises:
            OutOfReach: the candidate has no such metric.
        """
        seen.metric(self.metric)
        against = seen.against(self.stage)
        if against is None:
            return {AGAINST: None}
        value = seen.metric(self.metric)
        if finite(value) is None:
            raise OutOfReach(
                f"{self.metric} is no number: {value!r:.80}",
                kind="no-number",
                hint="see what writes the metrics file",
            )
        return {AGAINST: against, SAME: True} if seen.same(self.metric, self.stage) else None

    def note(self, seen: Measured, paired: Paired) -> Facts:
        """Note a paired change."""
        lower, upper = paired.interval
        return {
            AGAINST: seen.against(self.stage),
            "users": paired.users,
            **({"of": paired.of} if paired.of > paired.users else {}),
            "before": plain_number(paired.before),
            "change": plain_number(paired.change),
            "lower": plain_number(lower),
            "upper": plain_number(upper),
        }

    def judge(self, facts: Facts, among: str = "") -> Judgement:
        """Decide on a paired change, or on its absence.

        Args:
            facts: the change.
            among: among whom beside the number of users, for people.
        """
        other = compared_with(facts)
        if other is None:
            return Judgement(True, NOTHING, self._limit(None))
        if facts.get(SAME) is True:
            return Judgement(True, NO_DIFFERENCE, self._limit(None))
        change, before = real(facts, "change"), real(facts, "before")
        interval = real(facts, "lower"), real(facts, "upper")
        lower, upper = interval
        sound = all(isfinite(one) for one in (change, before, *interval)) and lower <= upper
        passed = sound and self.slack(before, interval) >= 0
        users = count(facts, "users")
        counted = f"{users:,} of {count(facts, 'of'):,}" if "of" in facts else f"{users:,}"
        paired = f"on {counted} users{among}" if users else "the same value"
        observed = f"{change:+.4g} [{lower:+.4g}, {upper:+.4g}] from {other}, {paired}"
        within = self.slack(before, (change, change)) >= 0
        look = (
            "the change is within the limit, its interval is not: more users, or a wider limit"
            if within
            else f"modelref diff says what changed beside {self.metric}"
        )
        return Judgement(passed, observed, self._limit(before), "" if passed else look)

    def _limit(self, before: float | None) -> str:
        sign = "+" if self.better == _LOWER else "-"
        if before is None:
            return f"{sign}{self.by}"
        bound = f"{sign}{self.by.of(before):.4g}"
        return f"{bound} ({self.by} of {before:.4g})" if self.by.percent else bound

    def __str__(self) -> str:
        shown = "" if self.fail == _UNLESS else "shown to be "
        return f"not {shown}worse than {self.stage} by more than {self.by}"
