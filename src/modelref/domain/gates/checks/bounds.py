"""``metric: all.ndcg@20`` with ``min:``, ``max:`` or both; latency budgets are such bounds too."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from modelref.domain.gates.facts import Facts, Judgement, plain_number, real
from modelref.domain.gates.measured import Measured
from modelref.domain.marked import Fields, Scalar, parse_text
from modelref.domain.quantities import parse_number, shortest
from modelref.errors import OutOfReach


@dataclass(frozen=True, slots=True)
class Bounds:
    """A metric between two bounds, both allowed themselves. NaN is within none.

    Attributes:
        metric: its key.
        least: lower bound, None without one.
        most: upper bound, None without one.
    """

    KEYS: ClassVar[tuple[str, ...]] = ("metric", "min", "max")

    metric: str
    least: float | None
    most: float | None

    @classmethod
    def parse(cls, fields: Fields) -> Self:
        """Read its limits."""
        least = fields.take("min", parse_number) if "min" in fields else None
        most = fields.take("max", parse_number) if "max" in fields else None
        if least is None and most is None:
            raise fields.whole.wrong(
                "metric: asks for nothing",
                "add min: or max:, or not_worse_than: STAGE and by: 1%",
            )
        if least is not None and most is not None and least > most:
            raise fields.entries["max"].wrong(
                f"max: {shortest(most)} is below min: {shortest(least)}: no value is in between"
            )
        return cls(fields.take("metric", parse_text), least, most)

    def spec(self) -> Mapping[str, Scalar]:
        """Its limits as they are written."""
        given = {"min": self.least, "max": self.most}
        return {"metric": self.metric} | {key: v for key, v in given.items() if v is not None}

    def observe(self, seen: Measured) -> Facts:
        """Note the metric's value."""
        value = seen.metric(self.metric)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise OutOfReach(f"{self.metric} is no number: {value!r:.80}", kind="no-number")
        return {"value": plain_number(value)}

    def judge(self, facts: Facts) -> Judgement:
        """Hold the value against the bounds."""
        value = real(facts, "value")
        least = float("-inf") if self.least is None else self.least
        most = float("inf") if self.most is None else self.most
        return Judgement(least <= value <= most, f"{value:.6g}", self._limit())

    def _limit(self) -> str:
        given = (("at least", self.least), ("at most", self.most))
        return ", ".join(f"{word} {shortest(bound)}" for word, bound in given if bound is not None)

    def __str__(self) -> str:
        return f"{self.metric} {self._limit()}"
