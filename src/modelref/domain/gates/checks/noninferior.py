"""Non-inferiority to what a stage holds: over all users, and in every segment of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from modelref.domain.diff.metrics import Paired, SegmentChange
from modelref.domain.gates.checks.margin import KEYS, Margin
from modelref.domain.gates.facts import Facts, Judgement, count, plain_text, text
from modelref.domain.gates.measured import Measured
from modelref.domain.marked import Fields, Scalar
from modelref.errors import BadInput, OutOfReach

FEWEST_USERS = 50
"""Fewest users, of all or of a segment, that a rule is decided on.

Percentile intervals of fewer are too narrow (Hesterberg 2015, What Teachers Should Know About the
Bootstrap, The American Statistician 69:371-386): of 10 users with symmetric differences 6.5 % of
the bounds are wrong where 2.5 % are stated, of 50 users 3 %.
"""
USUAL_USERS = 100


@dataclass(frozen=True, slots=True)
class NotWorse:
    """A metric over all users."""

    KEYS: ClassVar[tuple[str, ...]] = ("metric", *KEYS)

    margin: Margin

    @classmethod
    def parse(cls, fields: Fields) -> Self:
        """Read its limits."""
        return cls(Margin.parse(fields, "metric"))

    def spec(self) -> Mapping[str, Scalar]:
        """Its limits as they are written."""
        return self.margin.spec("metric")

    def observe(self, seen: Measured) -> Facts:
        """Note the change with its interval."""
        margin = self.margin
        known = margin.observe(seen)
        if known is not None:
            return known
        paired = seen.paired(margin.metric, margin.stage)
        if 0 < paired.users < FEWEST_USERS:
            raise OutOfReach(
                f"{margin.metric} has results of {paired.users} users on both sides, and "
                f"{FEWEST_USERS} are the fewest that an interval is trusted with",
                kind="few-users",
                hint="measure more users",
            )
        return margin.note(seen, paired)

    def judge(self, facts: Facts) -> Judgement:
        """Hold the interval's bound against the margin."""
        return self.margin.judge(facts)

    def __str__(self) -> str:
        return f"{self.margin.metric} {self.margin}"


@dataclass(frozen=True, slots=True)
class SegmentsNotWorse:
    """A metric in every segment of enough users; the segment with the least slack decides."""

    KEYS: ClassVar[tuple[str, ...]] = ("segments_of", "at_least", *KEYS)

    margin: Margin
    at_least: int

    @classmethod
    def parse(cls, fields: Fields) -> Self:
        """Read its limits."""
        at_least = fields.take_or("at_least", _parse_users, USUAL_USERS)
        return cls(Margin.parse(fields, "segments_of"), at_least)

    def spec(self) -> Mapping[str, Scalar]:
        """Its limits as they are written."""
        return {**self.margin.spec("segments_of"), "at_least": self.at_least}

    def observe(self, seen: Measured) -> Facts:
        """Note the segment with the least slack, how many there are, and which are too small."""
        margin = self.margin
        known = margin.observe(seen)
        if known is not None:
            return known
        every = seen.segments(margin.metric, margin.stage)
        enough = [one for one in every if one.paired.users >= self.at_least]
        if not enough:
            largest = max((one.paired.users for one in every), default=0)
            raise OutOfReach(
                f"no segment of {margin.metric} has {self.at_least} users "
                f"(the largest has {largest})",
                kind="no-segment",
                hint="lower at_least:, or write segment columns to the results per user",
            )
        # NaN is no slack at all, and would not compare.
        worst = min(enough, key=lambda one: _ordered(margin, one.paired))
        few = sorted(
            (one for one in every if one.paired.users < self.at_least),
            key=lambda one: -one.paired.users,
        )
        gone = self._gone(seen, every)
        smaller = [f"{one.column}={one.segment} ({one.paired.counted})" for one in few]
        return {
            **margin.note(seen, worst.paired),
            "segments": len(enough),
            "left_out": len(few) + len(gone),
            "worst": plain_text(f"{worst.column}={worst.segment}"),
            **({"smaller": plain_text(", ".join([*gone, *smaller]))} if gone or smaller else {}),
        }

    def _gone(self, seen: Measured, every: Sequence[SegmentChange]) -> list[str]:
        """Segments that one version puts enough users into, and of which both share hardly any."""
        shared = {(one.column, one.segment) for one in every}
        sizes = seen.sizes(self.margin.metric, self.margin.stage)
        return [
            f"{column}={segment} (few of {users:,})"
            for (column, segment), users in sizes.items()
            if users >= self.at_least and (column, segment) not in shared
        ]

    def judge(self, facts: Facts) -> Judgement:
        """Hold the worst segment's bound against the margin."""
        if "worst" not in facts:
            return self.margin.judge(facts)
        segments = count(facts, "segments")
        among = f" of {text(facts, 'worst')}, the worst of {segments} segments"
        smaller = text(facts, "smaller")
        if smaller:
            left = count(facts, "left_out")
            among += f"; {left} of fewer than {self.at_least} users not looked at: "
            among += _listed(smaller, left)
        judged = self.margin.judge(facts, among)
        if count(facts, "users") >= self.at_least and segments > 0:
            return judged
        raise BadInput(f"worst has fewer than {self.at_least} users", kind="bad-evidence")

    def __str__(self) -> str:
        return f"{self.margin.metric} in each segment of {self.at_least} users {self.margin}"


def _listed(smaller: str, count: int) -> str:
    """Segments as a fact lists them, of a length that may end in the midst of one.

    Args:
        smaller: the fact; each segment ends with its users in brackets.
        count: how many segments it lists, or would list if it were longer.
    """
    *whole, rest = f"{smaller.rstrip(', ')}, ".split("), ")
    shown = [f"{one})" for one in whole] or [f"{rest.rstrip(', ')}…"]
    more = count - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def _ordered(margin: Margin, paired: Paired) -> tuple[bool, float]:
    slack = margin.slack(paired.before, paired.interval)
    return (slack == slack, slack)


def _parse_users(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < FEWEST_USERS:
        raise ValueError(f"is not a number of users of {FEWEST_USERS} or more")
    return value
