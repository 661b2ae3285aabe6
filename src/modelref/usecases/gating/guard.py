"""Which rules guard a promotion: those of the default branch, never those of the workspace."""

from typing import TYPE_CHECKING

from modelref.domain.branch import Branch
from modelref.domain.gates.gates import Gates
from modelref.domain.names import Artifact
from modelref.errors import ModelRefError

if TYPE_CHECKING:
    from modelref.ports import World


def read_guard(world: "World") -> tuple[Branch, Gates]:
    """Read the rules in force, and the branch that they stand in.

    ``gates_from`` counts only where the default branch says so, and leads one branch further: what
    stands in a pull request's own ``modelref.yaml`` is not asked.

    Raises:
        BadInput: ``modelref.yaml`` is not valid there, or names a branch that is not here.
    """
    default = world.branches.default()
    config = world.config_at(default)
    if config.gates_from is None:
        return default, config.gates
    named = world.branches.named(config.gates_from)
    return named, world.config_at(named).gates


def asked_metrics(world: "World", artifact: Artifact) -> frozenset[str]:
    """Metrics that the rules in force ask of a model; none where they cannot be read."""
    try:
        _, gates = read_guard(world)
    except ModelRefError:
        return frozenset()
    rules = (rule for stage in gates.rules for rule in gates.of(stage, artifact))
    return frozenset(str(rule.check.spec().get("metric")) for rule in rules)
