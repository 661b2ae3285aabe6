"""What people should know of the names in gates, and of a stage that nobody has used yet."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from modelref.domain.branch import Branch
from modelref.domain.gates.gates import Gates
from modelref.domain.gates.naming import did_you_mean, doubtful_models, doubtful_stages
from modelref.domain.names import StageName
from modelref.domain.registry import APPROVED, QUARANTINE, Model, Registry
from modelref.errors import BadInput
from modelref.usecases.reading import read_registry

if TYPE_CHECKING:
    from modelref.ports import World


def doubtful_names(world: "World", guard: tuple[Branch, Gates]) -> tuple[str, ...]:
    """Say which names in gates are perhaps misspelt: what they mean guards nothing.

    Args:
        world: the ports.
        guard: all rules, and the branch that they stand in.
    """
    source, gates = guard
    if not gates.rules:
        return ()
    registry = read_registry(world)

    def found() -> Iterator[str]:
        yield from doubtful_stages(gates, _stages(registry))
        known = {str(artifact) for artifact in registry.models}
        if any(doubtful_models(gates, known)):
            declared = {str(artifact) for artifact in world.pipeline.declared(source.commit)}
            yield from doubtful_models(gates, known | declared)

    return tuple(f"modelref.yaml of {source.name}: {what}" for what in found())


def check_new_stage(world: "World", model: Model, stage: StageName, gates: Gates) -> str:
    """Say so when a stage is new beside others; refuse another case of one that there is.

    Args:
        world: the ports.
        model: the model.
        stage: the stage.
        gates: the rules in force.

    Raises:
        BadInput: rules and readers of a stage would not know it in another case.
    """
    if stage in model.stages or stage in (QUARANTINE, APPROVED):
        return ""
    known = {*_stages(read_registry(world)), *gates.rules, QUARANTINE, APPROVED}
    meant = next((name for name in sorted(known) if name.casefold() == stage.casefold()), stage)
    if meant != stage and stage not in (*known, *world.config.stages):
        raise BadInput(
            f"there is a stage {meant}, and {stage} would be another one",
            kind="stage-variant",
            hint=f"write {meant}; or list {stage} under stages: in modelref.yaml, if it is meant",
        )
    others = sorted(name for name in model.stages if name != QUARANTINE)
    near = "" if stage in known else did_you_mean(stage, known)
    if not others and not near:
        return ""
    beside = f", beside {', '.join(others)}" if others else ""
    return f"{stage} is a new stage of {model.artifact}{beside}{near}"


def _stages(registry: Registry) -> set[StageName]:
    """Stages that ever held a version of any model."""
    return {stage for model in registry.models.values() for stage in model.stages}
