"""``overlap_with: prod`` and ``coverage_of: panel``: the lists that a pinned panel is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from modelref.domain.gates.facts import (
    AGAINST,
    NOTHING,
    Facts,
    Judgement,
    compared_with,
    count,
    plain_number,
    real,
)
from modelref.domain.gates.measured import Measured
from modelref.domain.gates.rule import stage_name
from modelref.domain.marked import Fields, Scalar, one_of
from modelref.domain.names import StageName
from modelref.domain.quantities import parse_share

_MEND = "write the panel for the same users and ranks as the version that is compared with"


@dataclass(frozen=True, slots=True)
class Overlap:
    """The panel's lists are not all new: mean overlap@k with a stage's version.

    All users and ranks that the stage's version has count, so that no version passes by leaving
    out those that it changes.

    Attributes:
        stage: the stage.
        least: smallest mean share of the stage's lists that stays.
    """

    KEYS: ClassVar[tuple[str, ...]] = ("overlap_with", "min")

    stage: StageName
    least: float

    @classmethod
    def parse(cls, fields: Fields) -> Self:
        """Read its limits."""
        return cls(fields.take("overlap_with", stage_name), fields.take("min", parse_share))

    def spec(self) -> Mapping[str, Scalar]:
        """Its limits as they are written."""
        return {"overlap_with": self.stage, "min": self.least}

    def observe(self, seen: Measured) -> Facts:
        """Note the overlap."""
        against = seen.against(self.stage)
        if against is None:
            return {AGAINST: None}
        lists = seen.overlap(self.stage)
        return {
            AGAINST: against,
            "k": lists.k,
            "k_now": lists.now,
            "users": lists.users,
            "left_out": lists.left_out,
            "overlap": plain_number(lists.value),
        }

    def judge(self, facts: Facts) -> Judgement:
        """Hold the overlap against the floor."""
        limit = f"at least {self.least:.1%}"
        if compared_with(facts) is None:
            return Judgement(True, NOTHING, limit)
        overlap = real(facts, "overlap")
        return Judgement(
            self.least <= overlap <= 1,
            f"{overlap:.1%} of {count(facts, 'k')}{_of_whom(facts)}",
            limit,
            _MEND if _is_cut(facts) else "modelref diff --only behaviour shows whose lists change",
        )

    def __str__(self) -> str:
        return f"overlap with {self.stage} at least {self.least:.1%}"


def _is_cut(facts: Facts) -> bool:
    """Whether users or ranks of the stage's lists are gone; older facts do not tell."""
    if "users" not in facts:
        return False
    return count(facts, "left_out") > 0 or count(facts, "k_now") < count(facts, "k")


def _of_whom(facts: Facts) -> str:
    if "users" not in facts:
        return ""
    said = f" for {count(facts, 'users'):,} users"
    if left_out := count(facts, "left_out"):
        said += f", {left_out:,} of whom have no list now"
    if (now := count(facts, "k_now")) < count(facts, "k"):
        said += f"; lists now end at {now}"
    return said


@dataclass(frozen=True, slots=True)
class Coverage:
    """The panel's lists do not all show the same items.

    Attributes:
        least: smallest share of the items that they show.
    """

    KEYS: ClassVar[tuple[str, ...]] = ("coverage_of", "min")

    least: float

    @classmethod
    def parse(cls, fields: Fields) -> Self:
        """Read its limits."""
        fields.take("coverage_of", one_of("panel"))
        return cls(fields.take("min", parse_share))

    def spec(self) -> Mapping[str, Scalar]:
        """Its limits as they are written."""
        return {"coverage_of": "panel", "min": self.least}

    def observe(self, seen: Measured) -> Facts:
        """Note the coverage."""
        lists = seen.coverage()
        return {"k": lists.k, "coverage": plain_number(lists.value)}

    def judge(self, facts: Facts) -> Judgement:
        """Hold the coverage against the floor."""
        coverage = real(facts, "coverage")
        return Judgement(
            self.least <= coverage <= 1,
            f"{coverage:.2%} in lists of {count(facts, 'k')}",
            f"at least {self.least:.2%}",
            "modelref diff --only behaviour shows what the lists hold",
        )

    def __str__(self) -> str:
        return f"coverage of the panel's lists at least {self.least:.2%}"
