"""Which rules guard a promotion: those of the default branch, never those of the workspace."""

from typing import TYPE_CHECKING

from modelref.domain.branch import Branch
from modelref.domain.gates.gates import Gates
from modelref.domain.names import Artifact
from modelref.errors import ModelRefError, UnknownRef

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


def doubted_source(world: "World", source: Branch) -> str:
    """Say why rules did not stand where those that guard promotions do; ``""`` where they did.

    Their commit must have become part of the default branch, or of the one that it names by
    ``gates_from``. What the branch was called then proves nothing: branches are renamed, and
    whoever forges writes the right name.

    Args:
        world: the ports.
        source: where the rules are said to have stood.

    Raises:
        BadInput: ``modelref.yaml`` of the default branch is not valid.
        UnknownRef: it names a branch that is not here.
    """
    default = world.branches.default()
    doubt = _doubt(world, source, default)
    if doubt and (named := world.config_at(default).gates_from) is not None:
        return _doubt(world, source, world.branches.named(named))
    return doubt


def _doubt(world: "World", source: Branch, guarding: Branch) -> str:
    if not _holds(world, guarding, source.commit):
        return f"the rules are of {source.commit[:10]}, which is no commit of {guarding.name}"
    return ""


def _holds(world: "World", branch: Branch, commit: str) -> bool:
    """Whether a commit is that of a branch, or one that it descends from."""
    try:
        return world.commits.merge_base(world.commits.resolve(commit), branch.commit) == commit
    except UnknownRef:
        return False


def asked_metrics(world: "World", artifact: Artifact) -> frozenset[str]:
    """Metrics that the rules in force ask of a model; none where they cannot be read."""
    try:
        _, gates = read_guard(world)
    except ModelRefError:
        return frozenset()
    rules = (rule for stage in gates.rules for rule in gates.of(stage, artifact))
    return frozenset(str(rule.check.spec().get("metric")) for rule in rules)
