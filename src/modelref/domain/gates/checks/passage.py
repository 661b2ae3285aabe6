"""The way to a stage: ``from: staging``, ``approvals: 1``, ``signature_of: registration``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from modelref.domain.gates.facts import Facts, Judgement, count, plain_text, text
from modelref.domain.gates.measured import Measured
from modelref.domain.gates.rule import stage_name
from modelref.domain.marked import Fields, Scalar, one_of
from modelref.domain.names import StageName
from modelref.domain.quantities import about, duration, parse_duration
from modelref.errors import BadInput

_MOST_APPROVALS = 20


@dataclass(frozen=True, slots=True)
class From:
    """The version holds another stage now, and has for some time, by the taggers' clocks.

    Attributes:
        stage: the other stage.
        held: for how long, in seconds.
    """

    KEYS: ClassVar[tuple[str, ...]] = ("from", "held")

    stage: StageName
    held: int

    @classmethod
    def parse(cls, fields: Fields) -> Self:
        """Read its limits."""
        return cls(fields.take("from", stage_name), fields.take_or("held", parse_duration, 0))

    def spec(self) -> Mapping[str, Scalar]:
        """Its limits as they are written."""
        held = {"held": duration(self.held)} if self.held else {}
        return {"from": self.stage, **held}

    def observe(self, seen: Measured) -> Facts:
        """Note what the other stage holds, and since when."""
        holding = seen.holding(self.stage)
        return {"holds": holding.version, "same": holding.same, "seconds": holding.seconds}

    def judge(self, facts: Facts) -> Judgement:
        """It must be this version, for long enough."""
        holds, seconds = text(facts, "holds"), count(facts, "seconds")
        same = facts.get("same")
        if not isinstance(same, bool):
            raise BadInput(f"same is {same!r:.80}", kind="bad-evidence")
        limit = f"in {self.stage}" + (f" for {about(self.held)}" if self.held else "")
        if not same:
            return Judgement(
                False,
                f"{self.stage} holds {holds or 'nothing'}",
                limit,
                f"modelref promote it to {self.stage} first",
            )
        return Judgement(
            seconds >= self.held,
            f"in {self.stage} for {about(seconds)}",
            limit,
            f"wait for {about(self.held - seconds)} more" if seconds < self.held else "",
        )

    def __str__(self) -> str:
        return f"from {self.stage}" + (f", held there {duration(self.held)}" if self.held else "")


@dataclass(frozen=True, slots=True)
class Approvals:
    """Enough other people approved the version.

    Attributes:
        least: how many.
    """

    KEYS: ClassVar[tuple[str, ...]] = ("approvals",)

    least: int

    @classmethod
    def parse(cls, fields: Fields) -> Self:
        """Read its limits."""
        return cls(fields.take("approvals", _parse_count))

    def spec(self) -> Mapping[str, Scalar]:
        """Its limits as they are written."""
        return {"approvals": self.least}

    def observe(self, seen: Measured) -> Facts:
        """Count the approvers."""
        return {"approvals": len(set(seen.approvers()))}

    def judge(self, facts: Facts) -> Judgement:
        """There must be enough."""
        approvals = count(facts, "approvals")
        return Judgement(
            approvals >= self.least,
            f"{approvals} by others",
            f"at least {self.least}",
            "an approval is a signed promotion to the stage approved, by somebody else",
        )

    def __str__(self) -> str:
        return f"approved by {self.least} other{'s' if self.least > 1 else ''}"


@dataclass(frozen=True, slots=True)
class SignedRegistration:
    """The version's registration is signed by somebody who is trusted."""

    KEYS: ClassVar[tuple[str, ...]] = ("signature_of",)

    @classmethod
    def parse(cls, fields: Fields) -> Self:
        """Read its limits: it has none."""
        fields.take("signature_of", one_of("registration"))
        return cls()

    def spec(self) -> Mapping[str, Scalar]:
        """As it is written."""
        return {"signature_of": "registration"}

    def observe(self, seen: Measured) -> Facts:
        """Note who signed."""
        signer = seen.signer()
        return {"signer": plain_text(signer) if signer is not None else None}

    def judge(self, facts: Facts) -> Judgement:
        """Somebody must have."""
        signer = text(facts, "signer")
        return Judgement(
            signer is not None,
            f"signed by {signer}" if signer is not None else "not signed by anybody trusted",
            "a good signature",
            "modelref verify says what is wrong with the signature",
        )

    def __str__(self) -> str:
        return "registration signed"


PASSAGE = (From, Approvals, SignedRegistration)
"""What only a registered version can meet, and no commit before that."""


def _parse_count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MOST_APPROVALS:
        raise ValueError(f"is not a number of people from 1 to {_MOST_APPROVALS}")
    return value
