"""May a commit ship: the gate that stands first on its way."""

from typing import TYPE_CHECKING, NamedTuple

from modelref.domain.diff.values import Absent
from modelref.domain.gates.gates import Gates
from modelref.domain.gates.verdict import Verdict
from modelref.domain.names import StageName
from modelref.domain.registry import Model
from modelref.domain.reviewing import Shipping, judge_shipping
from modelref.domain.target import Revision, revision_at
from modelref.errors import ModelRefError, Refused
from modelref.usecases.gating.evaluate import Trial, evaluate_rules
from modelref.usecases.gating.guard import read_guard
from modelref.usecases.gating.memo import Memo
from modelref.usecases.gating.naming import doubtful_names
from modelref.usecases.promote import refuse_unfit
from modelref.usecases.reading import read_model

if TYPE_CHECKING:
    from modelref.domain.branch import Branch
    from modelref.ports import World


class Guard(NamedTuple):
    """What guards promotions.

    Attributes:
        rules: all rules, and the branch that they stand in; None where they cannot be read.
        absent: why they cannot, and what a person should know of them.
    """

    rules: "tuple[Branch, Gates] | None"
    absent: tuple[Absent, ...] = ()

    @classmethod
    def read(cls, world: "World") -> "Guard":
        """Read the rules in force."""
        try:
            rules = read_guard(world)
            return cls(rules, tuple(Absent(what) for what in doubtful_names(world, rules)))
        except ModelRefError as error:
            return cls(None, (Absent(f"no gate can be asked: {error.message}", error.hint),))

    def first_stage(self, model: Model) -> StageName | None:
        """The first stage in ``modelref.yaml`` that rules guard for a model; None without one."""
        gates = self.rules[1] if self.rules else Gates()
        return next((stage for stage in gates.rules if gates.of(stage, model.artifact)), None)


class Tried(NamedTuple):
    """What came of a gate.

    Attributes:
        shipping: whether the commit may ship.
        verdict: of the gate; None where no rule guards the model.
        absent: why nothing may come to hold a stage, where that is so.
    """

    shipping: Shipping
    verdict: Verdict | None = None
    absent: tuple[Absent, ...] = ()


def may_ship(
    world: "World", candidate: Revision, rival: Revision | None, *, at: int | None = None
) -> Tried:
    """Evaluate the first gate for a version, beside what its stage holds now.

    Args:
        world: the ports.
        candidate: the version.
        rival: what it is compared with where the stage holds the candidate itself.
        at: as the registry stood then, seconds since 1970-01-01 UTC; None for now.
    """
    model, _ = read_model(world, candidate.artifact, at=at)
    guard = Guard.read(world)
    tried = try_gate(world, model, candidate.commit, guard, rival)
    return tried._replace(absent=(*guard.absent, *tried.absent))


def try_gate(
    world: "World", model: Model, commit: str, guard: Guard, rival: Revision | None = None
) -> Tried:
    """Evaluate the first gate for a commit, beside what its stage holds now.

    Args:
        world: the ports.
        model: the model as it stands.
        commit: full id.
        guard: what guards promotions.
        rival: what it is compared with where the stage holds the commit itself.
    """
    if guard.rules is None:
        return Tried(Shipping.UNKNOWN)
    stage = guard.first_stage(model)
    if stage is None:
        return Tried(Shipping.NO_GATES)
    source, gates = guard.rules
    held = model.current(stage)
    instead = rival if held and held.commit == commit else None
    trial = Trial(model, revision_at(model, commit), stage, instead)
    verdict = evaluate_rules(world, trial, (source, gates.of(stage, model.artifact)), Memo())
    try:
        refuse_unfit(model, commit, stage)
    except Refused as error:
        return Tried(Shipping.NO, verdict, (Absent(error.message, error.hint),))
    return Tried(judge_shipping(verdict), verdict)
