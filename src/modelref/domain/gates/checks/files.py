"""``weights: finite`` and ``size_of: model``: what the version's files hold and weigh."""

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
)
from modelref.domain.gates.measured import Measured
from modelref.domain.gates.rule import stage_name
from modelref.domain.marked import Fields, Scalar, one_of
from modelref.domain.names import StageName
from modelref.domain.quantities import Amount, parse_bytes, size


@dataclass(frozen=True, slots=True)
class FiniteWeights:
    """No value of the weights is NaN or infinite."""

    KEYS: ClassVar[tuple[str, ...]] = ("weights",)

    @classmethod
    def parse(cls, fields: Fields) -> Self:
        """Read its limits: it has none."""
        fields.take("weights", one_of("finite"))
        return cls()

    def spec(self) -> Mapping[str, Scalar]:
        """As it is written."""
        return {"weights": "finite"}

    def observe(self, seen: Measured) -> Facts:
        """Count the values that are not finite."""
        return {"nonfinite": seen.nonfinite()}

    def judge(self, facts: Facts) -> Judgement:
        """There must be none."""
        nonfinite = count(facts, "nonfinite")
        return Judgement(
            nonfinite == 0,
            f"{nonfinite:,} NaN or infinite",
            "none",
            "modelref diff --only weights says in which tensors",
        )

    def __str__(self) -> str:
        return "weights finite"


@dataclass(frozen=True, slots=True)
class SizeBudget:
    """The version's files are not too large.

    Attributes:
        most: bytes; or, with a stage, a share of what that stage's version weighs.
        stage: the stage whose version it is compared with, None for a plain number of bytes.
    """

    KEYS: ClassVar[tuple[str, ...]] = ("size_of", "max", "compared_with")

    most: int | Amount
    stage: StageName | None

    @classmethod
    def parse(cls, fields: Fields) -> Self:
        """Read its limits."""
        fields.take("size_of", one_of("model"))
        if "compared_with" not in fields:
            return cls(fields.take("max", parse_bytes), None)
        stage = fields.take("compared_with", stage_name)
        return cls(fields.take("max", _parse_percent), stage)

    def spec(self) -> Mapping[str, Scalar]:
        """Its limits as they are written."""
        if isinstance(self.most, Amount):
            return {"size_of": "model", "max": self.most.plain(), "compared_with": self.stage}
        return {"size_of": "model", "max": self.most}

    def observe(self, seen: Measured) -> Facts:
        """Note the sizes."""
        if self.stage is None:
            return {"bytes": seen.size()}
        against = seen.against(self.stage)
        if against is None:
            return {AGAINST: None}
        return {AGAINST: against, "bytes": seen.size(), "before": seen.size_of(self.stage)}

    def judge(self, facts: Facts) -> Judgement:
        """Hold the size against the budget."""
        if isinstance(self.most, Amount):
            limit = f"at most {self.most}"
            if compared_with(facts) is None:
                return Judgement(True, NOTHING, f"{limit} of {self.stage}'s")
            before = count(facts, "before")
            most, limit = self.most.of(before), f"{limit} of {size(before)}"
        else:
            most, limit = self.most, f"at most {size(self.most)}"
        weight = count(facts, "bytes")
        return Judgement(
            weight <= most, size(weight), limit, "modelref show lists its files with their sizes"
        )

    def __str__(self) -> str:
        if isinstance(self.most, Amount):
            return f"size at most {self.most} of {self.stage}'s"
        return f"size at most {size(self.most)}"


def _parse_percent(value: object) -> Amount:
    amount = Amount.parse(value)
    if not amount.percent:
        raise ValueError("is not a share such as 150%, beside compared_with:")
    return amount
