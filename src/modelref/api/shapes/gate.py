"""JSON shapes of gates."""

from typing import Any

from modelref.domain.gates.verdict import Outcome, Verdict
from modelref.domain.message import EVIDENCE
from modelref.usecases.gating.again import Again
from modelref.usecases.gating.evidence import verdict_trailers, write_evidence


def verdict_shape(verdict: Verdict) -> dict[str, Any]:
    """``gate --json``; ``passed`` of a rule is null where it cannot be computed."""
    trailers = verdict_trailers(verdict, write_evidence(verdict))
    return {
        "model": str(verdict.artifact),
        "version": verdict.version,
        "commit": verdict.commit,
        "against": verdict.against,
        "stage": verdict.stage,
        "passed": verdict.passed,
        "rules": [outcome_shape(outcome) for outcome in verdict.outcomes],
        "warnings": list(verdict.doubts),
        "branch": verdict.source.name,
        "evidence": trailers.get(EVIDENCE),
    }


def outcome_shape(outcome: Outcome) -> dict[str, Any]:
    """One rule of a gate."""
    return {
        "rule": str(outcome.rule.check),
        "passed": outcome.passed,
        "observed": outcome.observed,
        "limit": outcome.limit,
        "why": outcome.rule.why,
        "look": outcome.look,
        "facts": dict(outcome.facts),
    }


def again_shape(again: Again) -> dict[str, Any]:
    """``gate --again --json``."""
    return {
        **verdict_shape(again.verdict),
        "tag": again.event.tag,
        "verdict": again.word,
        "confirmed": again.confirmed,
        "rules_stood": again.rules_stood,
        "doubts": list(again.doubts),
        "kept": [
            {"rule": str(pair.kept.rule.check), "facts": dict(pair.kept.facts), "same": pair.same}
            for pair in again.pairs
        ],
    }
