"""Which stages hold a version that did not pass their gate."""

from modelref.domain.message import EVENT, FORCED, VERDICT
from modelref.domain.names import StageName
from modelref.domain.registry import Model
from modelref.domain.stage import ROLLBACK
from modelref.domain.tag import Kind


def is_forced(model: Model, stage: StageName) -> bool:
    """Whether what a stage holds now was forced past its gate.

    A rollback asks no gate: the version that it brings back is as it was when it was promoted.
    """
    held = model.stages.get(stage)
    current = held.current if held else None
    if held is None or current is None:
        return False
    for event in reversed(held.events):
        promotion = event.kind is Kind.ASSIGN and event.commit == current.commit
        if promotion and event.trailer(EVENT) != ROLLBACK:
            return event.trailer(VERDICT) == FORCED
    return False


def forced_stages(model: Model, commit: str) -> tuple[StageName, ...]:
    """Stages that hold a commit now though it did not pass their gate, by name."""
    return tuple(stage for stage in model.stages_of(commit) if is_forced(model, stage))
