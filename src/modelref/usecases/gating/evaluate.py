"""Evaluating a gate: every rule of a stage, on one version."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelref.domain.branch import Branch
from modelref.domain.gates.rule import Rule
from modelref.domain.gates.verdict import Outcome, Verdict, decide
from modelref.domain.names import Artifact, StageName
from modelref.domain.registry import QUARANTINE, Model
from modelref.domain.target import Revision
from modelref.errors import ModelRefError, OutOfReach, Refused
from modelref.usecases.gating.guard import read_guard
from modelref.usecases.gating.memo import Memo

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
        """The version to compare with, None where the stage is empty."""
        held = self.instead or self.model.current(self.stage)
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
    return evaluate_rules(
        world, trial, guard_of(world, trial.model.artifact, trial.stage, memo), memo
    )


def guard_of(
    world: "World", artifact: Artifact, stage: StageName, memo: Memo
) -> tuple[Branch, Sequence[Rule]]:
    """The rules that guard a stage, and the branch that they stand in.

    Raises:
        BadInput: ``modelref.yaml`` is not valid on the default branch.
    """
    source, gates = memo.get(("guard",), lambda: read_guard(world))
    return source, gates.of(stage, artifact) if stage != QUARANTINE else ()


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
    source, rules = guard
    now = world.clock.now() if trial.now is None else trial.now
    return Verdict(
        model.artifact,
        model.name_at(target.commit),
        target.commit,
        stage,
        trial.against,
        now,
        source,
        _outcomes(world, trial, rules, (memo, now)),
    )


def _outcomes(
    world: "World", trial: Trial, rules: Sequence[Rule], measured: tuple[Memo, int]
) -> tuple[Outcome, ...]:
    """Decide rules; without any, nothing is measured, and what measures is not imported.

    Comparing versions takes a third of what a promotion needs to start, and most stages have no
    rules.
    """
    if not rules:
        return ()
    from modelref.usecases.gating.measurements import Measurements

    memo, now = measured
    seen = Measurements(world, trial.model, trial.target, now, memo, trial.instead, trial.promoter)
    return decide(rules, seen)


def refusal(verdict: Verdict) -> ModelRefError:
    """The error for a verdict that does not let the version pass.

    Returns:
        OutOfReach where a rule could not be computed, else Refused.
    """
    candidate = f"{verdict.artifact}@{verdict.version}"
    how = f"modelref gate {candidate} {verdict.stage}"
    unknown = verdict.unknown
    if unknown:
        return OutOfReach(
            f"the gate of {verdict.stage} cannot be computed for {candidate}: "
            + "; ".join(f"{one.rule.check}: {one.observed}" for one in unknown[:_MOST_TOLD]),
            kind="gate-not-computed",
            hint=next((one.look for one in unknown if one.look), how),
        )
    told = [f"{one.rule.check}: {one.observed}" for one in verdict.failed]
    more = f"; and {len(told) - _MOST_TOLD} more" if len(told) > _MOST_TOLD else ""
    return Refused(
        f"{candidate} does not pass the gate of {verdict.stage}: "
        f"{'; '.join(told[:_MOST_TOLD])}{more}",
        kind="gate-failed",
        hint=f"{how} shows every rule; --force -m WHY promotes anyway, and is recorded",
    )
