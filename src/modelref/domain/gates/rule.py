"""A rule of a gate: something to check, the reason for it, and the models that it is for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, ClassVar, Protocol, Self, TypeAlias

from modelref.domain.marked import Fields, Scalar
from modelref.domain.names import Artifact, StageName, parse_stage

if TYPE_CHECKING:
    from modelref.domain.gates.facts import Facts, Judgement
    from modelref.domain.gates.measured import Measured

Spec: TypeAlias = Mapping[str, "Scalar | list[str]"]
"""A rule as ``modelref.yaml`` writes it; parsing it gives the rule again."""
COMPARING_KEYS = ("not_worse_than", "overlap_with", "compared_with")
"""Keys whose value is the stage that a rule compares with."""


class Check(Protocol):
    """One kind of rule. A frozen dataclass of its limits."""

    KEYS: ClassVar[tuple[str, ...]]
    """Keys that it is written with, the one that names it first."""

    @classmethod
    def parse(cls, fields: Fields) -> Self:
        """Read its limits.

        Raises:
            BadInput: one is missing or impossible; the message has file and line.
        """

    def spec(self) -> Mapping[str, Scalar]:
        """Its limits as they are written; parsing them gives it again."""

    def observe(self, seen: "Measured") -> "Facts":
        """Note what it looks at.

        Raises:
            OutOfReach: something cannot be computed; the message says why.
        """

    def judge(self, facts: "Facts") -> "Judgement":
        """Decide from facts alone.

        Raises:
            BadInput: the facts are not those that it notes.
        """

    def __str__(self) -> str:
        """What it asks for, in a few words."""


def stage_name(value: object) -> StageName:
    """Take a stage's name.

    Raises:
        ValueError: it is no text.
        BadInput: it is no stage's name.
    """
    if not isinstance(value, str):
        raise ValueError("is not a stage's name")  # noqa: TRY004  # what a parser of a field raises
    return parse_stage(value)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a gate.

    Attributes:
        check: what it asks for.
        why: the reason, in the team's words; may be empty.
        models: names or shell patterns of the models that it is for; empty for all.
    """

    check: Check
    why: str = ""
    models: tuple[str, ...] = ()

    def applies_to(self, artifact: Artifact) -> bool:
        """Whether it is for a model."""
        name = str(artifact)
        return not self.models or any(fnmatchcase(name, pattern) for pattern in self.models)

    def spec(self) -> Spec:
        """As ``modelref.yaml`` writes it."""
        return {
            **self.check.spec(),
            **({"models": list(self.models)} if self.models else {}),
            **({"why": self.why} if self.why else {}),
        }


def approvals_of(rules: Iterable[Rule]) -> int:
    """How many other people must have approved by some rules; 0 where none asks."""
    asked = (rule.check.spec().get("approvals") for rule in rules)
    return max((least for least in asked if isinstance(least, int)), default=0)
