"""Evaluating a gate: every rule of a stage, on one version."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from modelref.domain.branch import Branch
from modelref.domain.gates.gates import Gates
from modelref.domain.gates.rule import Rule
from modelref.domain.gates.verdict import Outcome, Verdict, decide
from modelref.domain.names import Artifact, StageName
from modelref.domain.registry import QUARANTINE, Model
from modelref.domain.target import Revision
from modelref.errors import ModelRefError, OutOfReach, Refused
from modelref.usecases.gating.guard import read_guard
from modelref.usecases.gating.memo import Memo
from modelref.usecases.gating.naming import doubtful_names

if TYPE_CHECKING:
    from modelref.ports import World

_MOST_TOLD = 3


@dataclass(frozen=True, slots=True)
class Trial:
    """What is to be evaluated.

    Attributes:
        model: the model as it stands.
        target: the version in question, or a commit that may become one.
        stage: the stage that it is to hold.
        instead: what to compare with instead of what stages hold.
        now: what time it is taken to be; None for what the clock says.
        promoter: what the one who promotes goes by; None for the person who writes here.
    """

    model: Model
    target: Revision
    stage: StageName
    instead: Revision | None = None
    now: int | None = None
    promoter: Collection[str] | None = None

    @property
    def against(self) -> str | None:
        """The version to compare with: of the stage, or its last one; None if it never had any."""
        held = self.instead or self.model.last_held(self.stage)
        return self.model.name_at(held.commit) if held else None


def evaluate(world: "World", trial: Trial, memo: Memo) -> Verdict:
    """Evaluate the rules that the default branch has for a stage; none guard quarantine.

    Args:
        world: the ports.
        trial: what is to be evaluated.
        memo: keeps what was read and measured, for a second evaluation.

    Raises:
        BadInput: ``modelref.yaml`` is not valid on the default branch.
    """
    guard = guard_of(world, trial.model.artifact, trial.stage, memo)
    verdict = evaluate_rules(world, trial, guard, memo)
    names = memo.get(("names",), lambda: doubtful_names(world, gates_of(world, memo)))
    return replace(verdict, doubts=(*names, *_uncounted(world, trial, guard)))


def _uncounted(world: "World", trial: Trial, guard: tuple[Branch, Sequence[Rule]]) -> Iterator[str]:
    """Say so where the checkout has rules that nobody has merged yet."""
    source, rules = guard
    own = world.config.gates.of(trial.stage, trial.model.artifact)
    if trial.stage != QUARANTINE and any(rule not in rules for rule in own):
        yield (
            f"modelref.yaml of this checkout has rules for {trial.stage} that {source.name} has "
            "not: they count once they stand there"
        )


def guard_of(
    world: "World", artifact: Artifact, stage: StageName, memo: Memo
) -> tuple[Branch, Sequence[Rule]]:
    """The rules that guard a stage, and the branch that they stand in.

    Raises:
        BadInput: ``modelref.yaml`` is not valid on the default branch.
    """
    source, gates = gates_of(world, memo)
    return source, gates.of(stage, artifact) if stage != QUARANTINE else ()


def gates_of(world: "World", memo: Memo) -> tuple[Branch, Gates]:
    """All rules in force, and the branch that they stand in.

    Raises:
        BadInput: ``modelref.yaml`` is not valid on the default branch.
    """
    return memo.get(("guard",), lambda: read_guard(world))


def note_rules(world: "World", memo: Memo) -> Branch:
    """Note where the default branch is as rules are read; see :func:`forget_old_rules`."""
    return memo.get(("default",), world.branches.default)


def forget_old_rules(world: "World", memo: Memo) -> None:
    """Forget rules that the default branch had before a fetch, and what was measured by them.

    Args:
        world: the ports.
        memo: what was read and measured before the fetch.

    Raises:
        BadInput: ``modelref.yaml`` is not valid there, or names a branch that is not here.
    """
    default = world.branches.default()
    guarding, _ = gates_of(world, memo)
    moved = guarding != default and read_guard(world)[0] != guarding  # gates_from
    if moved or note_rules(world, memo) != default:
        memo.known.clear()


def evaluate_rules(
    world: "World", trial: Trial, guard: tuple[Branch, Sequence[Rule]], memo: Memo
) -> Verdict:
    """Evaluate some rules.

    Args:
        world: the ports.
        trial: what is to be evaluated.
        guard: the rules, and the branch that they stand in.
        memo: keeps what was measured, for a second evaluation.
    """
    model, target, stage = trial.model, trial.target, trial.stage
    source, _ = guard
    now = world.clock.now() if trial.now is None else trial.now
    return Verdict(
        model.artifact,
        model.name_at(target.commit),
        target.commit,
        stage,
        trial.against,
        now,
        source,
        _outcomes(world, trial, guard, (memo, now)),
    )


def _outcomes(
    world: "World",
    trial: Trial,
    guard: tuple[Branch, Sequence[Rule]],
    measured: tuple[Memo, int],
) -> tuple[Outcome, ...]:
    """Decide rules; without any, nothing is measured, and what measures is not imported.

    Comparing versions takes a third of what a promotion needs to start, and most stages have no
    rules. What ``models:`` says is taken from where the rules stand, too: a pull request does not
    choose the command that scores its rival.
    """
    source, rules = guard
    if not rules:
        return ()
    from modelref.usecases.gating.measurements import Measurements

    memo, now = measured
    agreed = world.with_config(world.config_at(source))
    seen = Measurements(
        agreed,
        trial.model,
        trial.target,
        now,
        memo,
        source,
        trial.instead,
        trial.promoter,
    )
    return decide(rules, seen)


def refusal(verdict: Verdict) -> ModelRefError:
    """The error for a verdict that does not let the version pass.

    Returns:
        Refused where a rule does not hold, else OutOfReach: one could not be computed.
    """
    if not verdict.failed:
        return not_computed(verdict)
    candidate = f"{verdict.artifact}@{verdict.version}"
    why = _told((*verdict.failed, *verdict.unknown))
    return Refused(
        f"{candidate} does not pass the gate of {verdict.stage}: {why}",
        kind="gate-failed",
        hint=f"modelref gate {candidate} {verdict.stage} shows every rule; "
        "--force -m WHY promotes anyway, and is recorded",
    )


def not_computed(verdict: Verdict) -> OutOfReach:
    """The error for rules that could not be computed."""
    candidate = f"{verdict.artifact}@{verdict.version}"
    return OutOfReach(
        f"the gate of {verdict.stage} cannot be computed for {candidate}: {_told(verdict.unknown)}",
        kind="gate-not-computed",
        hint=next(
            (one.look for one in verdict.unknown if one.look),
            f"modelref gate {candidate} {verdict.stage}",
        ),
    )


def _told(broken: Sequence[Outcome]) -> str:
    told = [f"{one.rule.check}: {one.observed}" for one in broken]
    more = f"; and {len(told) - _MOST_TOLD} more" if len(told) > _MOST_TOLD else ""
    return f"{'; '.join(told[:_MOST_TOLD])}{more}"
