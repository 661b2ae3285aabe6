"""Verdicts: what became of each rule, and whether the version may hold the stage."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelref.domain.branch import Branch
from modelref.domain.gates.facts import Facts, Judgement, plain_text
from modelref.domain.gates.rule import Rule
from modelref.domain.message import FORCED, NO_GATES, PASSED
from modelref.domain.names import Artifact, StageName
from modelref.errors import ModelRefError

if TYPE_CHECKING:
    from modelref.domain.gates.measured import Measured

UNKNOWN = "unknown"
"""Fact of a rule that could not be computed: the reason."""
_LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one rule.

    Attributes:
        rule: the rule.
        facts: what it saw; the reason alone where it could not be computed.
        passed: whether it holds; None where it could not be computed.
        observed: what was seen, for people; the reason where it could not be computed.
        limit: what was allowed, for people.
        look: on failure, what to look at next.
    """

    rule: Rule
    facts: Facts
    passed: bool | None
    observed: str
    limit: str
    look: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a version may hold a stage.

    Attributes:
        artifact: the model.
        version: the version, or its commit in short where it has none.
        commit: full id of its commit.
        stage: the stage.
        against: the version that it was compared with, None where there was none.
        at: when it was decided, seconds since 1970-01-01 UTC.
        source: the branch whose rules these are.
        outcomes: one for each rule, in the order of the file.
        doubts: what a person should know of the rules themselves, one sentence each.
    """

    artifact: Artifact
    version: str
    commit: str
    stage: StageName
    against: str | None
    at: int
    source: Branch
    outcomes: tuple[Outcome, ...]
    doubts: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every rule holds; without rules it is."""
        return all(outcome.passed for outcome in self.outcomes)

    @property
    def unknown(self) -> tuple[Outcome, ...]:
        """Rules that could not be computed."""
        return tuple(outcome for outcome in self.outcomes if outcome.passed is None)

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Rules that do not hold."""
        return tuple(outcome for outcome in self.outcomes if outcome.passed is False)

    @property
    def word(self) -> str:
        """The trailer of a promotion that rests on it; ``forced`` where it does not hold."""
        if not self.outcomes:
            return NO_GATES
        return PASSED if self.passed else FORCED


def decide(rules: Sequence[Rule], seen: "Measured") -> tuple[Outcome, ...]:
    """Have every rule look, and decide; one that cannot be computed keeps no other back."""
    return tuple(_outcome(rule, seen) for rule in rules)


def _outcome(rule: Rule, seen: "Measured") -> Outcome:
    try:
        facts = rule.check.observe(seen)
    except ModelRefError as error:
        reason = plain_text(error.message, _LONGEST_REASON)
        return Outcome(rule, {UNKNOWN: reason}, None, reason, "", error.hint)
    judged = rule.check.judge(facts)
    look = "" if judged.passed else judged.look
    return Outcome(rule, facts, judged.passed, judged.observed, judged.limit, look)


def judge_again(rule: Rule, facts: Facts) -> Judgement | None:
    """Decide once more from facts that were kept; None where the rule was not computed.

    Raises:
        BadInput: the facts are not those that such a rule notes.
    """
    return None if UNKNOWN in facts else rule.check.judge(facts)
