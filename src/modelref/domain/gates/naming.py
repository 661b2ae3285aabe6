"""Names in gates that nothing has: a rule that guards nothing, or compares with nothing."""

from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from modelref.domain.gates.rule import COMPARING_KEYS

if TYPE_CHECKING:
    from modelref.domain.gates.gates import Gates
    from modelref.domain.gates.rule import Rule

_NEAR = 0.75
"""Likeness from which a name may be a slip of another: ``prd`` is one of prod, ``prod-eu`` none."""


def did_you_mean(name: str, known: Collection[str]) -> str:
    """The name that was perhaps meant, as a question; ``""`` where none is near."""
    from difflib import get_close_matches

    close = get_close_matches(name, sorted(set(known) - {name}), n=1, cutoff=_NEAR)
    return f"; did you mean {close[0]}?" if close else ""


def doubtful_stages(gates: "Gates", stages: Collection[str]) -> Iterator[str]:
    """Say which stages of rules are perhaps misspelt.

    Args:
        gates: the rules.
        stages: those that ever held a version of any model.
    """
    for stage, rules in gates.rules.items():
        meant = did_you_mean(stage, stages)
        if stage not in stages and meant:
            yield f"gates.{stage} guards a stage that never held anything{meant}"
        for other in dict.fromkeys(filter(None, map(_compared, rules))):
            if stages and other not in stages and other not in gates.rules:
                meant = did_you_mean(other, stages)
                yield f"gates.{stage} compares with {other}, which never held anything{meant}"


def doubtful_models(gates: "Gates", models: Collection[str]) -> Iterator[str]:
    """Say which rules are for no model.

    Args:
        gates: the rules.
        models: names of all models.
    """
    for stage, rules in gates.rules.items():
        for pattern in dict.fromkeys(pattern for rule in rules for pattern in rule.models):
            if not any(fnmatchcase(model, pattern) for model in models):
                meant = did_you_mean(pattern, models)
                yield f"gates.{stage} has a rule for {pattern}, which is no model{meant}"


def _compared(rule: "Rule") -> str:
    spec = rule.check.spec()
    return next((str(spec[key]) for key in COMPARING_KEYS if spec.get(key)), "")
