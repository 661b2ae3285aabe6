"""Gate: whether a version may hold a stage, without assigning it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelref.domain.gates.verdict import Verdict
from modelref.domain.names import StageName
from modelref.domain.ref import Ref
from modelref.domain.target import find
from modelref.errors import BadInput
from modelref.usecases.gating.evaluate import Trial, evaluate, gates_of
from modelref.usecases.gating.memo import Memo
from modelref.usecases.gating.naming import check_new_stage
from modelref.usecases.promote import refuse_unfit
from modelref.usecases.reading import read_model

if TYPE_CHECKING:
    from modelref.ports import World


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a gate.

    Attributes:
        ref: the version.
        stage: the stage that it is to hold.
        against: what to compare with instead of what stages hold.
        at: seconds since 1970-01-01 UTC: as the registry stood then; None for now.
    """

    ref: Ref
    stage: StageName
    against: Ref | None = None
    at: int | None = None


def gate(world: "World", asked: Question) -> Verdict:
    """Evaluate the gate of a stage; nothing is written.

    Raises:
        UnknownRef: a version is not there.
        BadInput: the stage is not listed, the two refs are of different models, or
            ``modelref.yaml`` of the default branch is not valid; or the stage is one that there
            is, but for its case.
        Refused: the version is quarantined, or the model is deprecated.
    """
    if asked.against is not None and asked.against.artifact != asked.ref.artifact:
        raise BadInput(
            f"{asked.ref} and {asked.against} are versions of different models",
            kind="invalid-ref",
            hint="compare two versions of one model",
        )
    world.config.check_stage(asked.stage)
    model, _ = read_model(world, asked.ref.artifact, at=asked.at)
    target = find(model, asked.ref)
    refuse_unfit(model, target.commit, asked.stage)
    instead = find(model, asked.against) if asked.against is not None else None
    trial = Trial(model, target, asked.stage, instead, asked.at)
    memo = Memo()
    check_new_stage(world, model, asked.stage, gates_of(world, memo)[1])
    return evaluate(world, trial, memo)
