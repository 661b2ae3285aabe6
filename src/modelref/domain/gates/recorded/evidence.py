"""Evidence: rules and facts of a verdict, as one JSON document that a promotion's tag carries.

It is RFC 8785 JSON, so that it has one digest wherever it is written anew; whoever reads it can
decide again, without the versions, and see whether the verdict was the right one.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from modelref.domain.branch import Branch
from modelref.domain.gates.facts import AGAINST, Facts
from modelref.domain.gates.parse import parse_rule
from modelref.domain.gates.rule import Rule
from modelref.domain.gates.verdict import Verdict, judge_again
from modelref.domain.marked import marked
from modelref.domain.message import FORCED, NO_GATES, PASSED
from modelref.errors import BadInput

_OBJECT = re.compile(r"[0-9a-f]{40,64}")
SCHEMA = 1
MOST_BYTES = 32 * 1024
"""Most bytes of evidence: every clone carries it forever."""
_KEYS = ("schema", "model", "version", "commit", "stage", AGAINST, "at", "gates", "rules")


@dataclass(frozen=True, slots=True)
class Kept:
    """One rule of evidence.

    Attributes:
        rule: the rule.
        facts: what it saw.
        passed: what was decided then; None where it could not be computed.
    """

    rule: Rule
    facts: Facts
    passed: bool | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a promotion rests on, read back.

    Attributes:
        model: the model's address.
        version: the version that was promoted.
        commit: its commit.
        stage: the stage.
        against: the version that it was compared with, None where there was none.
        at: when it was decided, seconds since 1970-01-01 UTC.
        source: the branch whose rules these are.
        kept: the rules with what they saw.
    """

    model: str
    version: str
    commit: str
    stage: str
    against: str | None
    at: int
    source: Branch
    kept: tuple[Kept, ...]


def evidence_of(verdict: Verdict) -> dict[str, Any]:
    """The evidence of a verdict, as plain values."""
    return {
        "schema": SCHEMA,
        "model": str(verdict.artifact),
        "version": verdict.version,
        "commit": verdict.commit,
        "stage": verdict.stage,
        AGAINST: verdict.against,
        "at": verdict.at,
        "gates": {"branch": verdict.source.name, "commit": verdict.source.commit},
        "rules": [
            {
                "rule": dict(outcome.rule.spec()),
                "observed": dict(outcome.facts),
                "passed": outcome.passed,
            }
            for outcome in verdict.outcomes
        ],
    }


def read_evidence(plain: object) -> Evidence:
    """Read evidence back.

    Raises:
        BadInput: it is none, or of a later version.
    """
    if not isinstance(plain, Mapping) or plain.get("schema") != SCHEMA:
        raise _bad("it is not of a schema that this version knows")
    if set(plain) != set(_KEYS) or not isinstance(plain["rules"], list):
        raise _bad("its keys are not those of the schema")
    gates, against = plain["gates"], plain[AGAINST]
    if not isinstance(gates, Mapping) or set(gates) != {"branch", "commit"}:
        raise _bad("it does not say where its rules stood")
    if not isinstance(plain["at"], int) or isinstance(plain["at"], bool):
        raise _bad("it does not say when it was decided")
    return Evidence(
        _text(plain["model"]),
        _text(plain["version"]),
        _commit(plain["commit"]),
        _text(plain["stage"]),
        None if against is None else _text(against),
        plain["at"],
        Branch(_text(gates["branch"]), _commit(gates["commit"])),
        tuple(_kept(item) for item in plain["rules"]),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _bad("a name is no text")
    return value


def _commit(value: object) -> str:
    if not isinstance(value, str) or not _OBJECT.fullmatch(value):
        raise _bad("a commit is no id of one")
    return value


def _kept(item: object) -> Kept:
    if not isinstance(item, Mapping) or set(item) != {"rule", "observed", "passed"}:
        raise _bad("a rule is not complete")
    facts, passed = item["observed"], item["passed"]
    plain = isinstance(facts, Mapping) and all(
        value is None or isinstance(value, str | int | float | bool) for value in facts.values()
    )
    if not plain or not (passed is None or isinstance(passed, bool)):
        raise _bad("what a rule observed is not plain")
    return Kept(parse_rule(marked(item["rule"], "the evidence")), facts, passed)


def contradictions(evidence: Evidence, word: str | None) -> Iterator[str]:
    """Say where evidence does not lead to its verdict.

    Args:
        evidence: the evidence.
        word: the verdict that stands in the trailer.
    """
    for kept in evidence.kept:
        try:
            judged = judge_again(kept.rule, kept.facts)
        except BadInput as error:
            yield f"of the rule {kept.rule.check}, {error.message}"
            continue
        if (judged.passed if judged else None) is not kept.passed:
            yield f"the rule {kept.rule.check} says {_said(kept.passed)}, and its facts do not"
    right = PASSED if all(kept.passed for kept in evidence.kept) else FORCED
    right = right if evidence.kept else NO_GATES
    if word != right:
        yield f"the verdict is {word}, and the evidence says {right}"


def _said(passed: bool | None) -> str:
    return "cannot be computed" if passed is None else "passed" if passed else "failed"


def _bad(why: str) -> BadInput:
    return BadInput(f"the evidence cannot be read: {why}", kind="bad-evidence")
