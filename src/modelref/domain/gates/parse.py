"""``gates:`` of ``modelref.yaml``, parsed: every mistake is named with its line.

A stage lists its rules::

    gates:
      prod:
        - metric: all.ndcg@20
          not_worse_than: prod
          by: 1%
          why: half of what an A/B test usually finds
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from modelref.domain.diff.metrics import direction
from modelref.domain.gates.checks import CHECKS
from modelref.domain.gates.gates import Gates
from modelref.domain.gates.rule import COMPARING_KEYS, Check, Rule
from modelref.domain.marked import Fields, Marked, parse_text, unknown
from modelref.domain.names import Artifact, StageName, parse_stage
from modelref.domain.registry import QUARANTINE
from modelref.errors import BadInput

_COMMON = ("models", "why")
_BETTER = "better"
Directions: TypeAlias = Mapping[Artifact, Mapping[str, bool]]
_STAGE_KEYS = (*COMPARING_KEYS, "from")


def parse_gates(
    whole: Marked,
    stages: Sequence[StageName] = (),
    directions: Directions = MappingProxyType({}),
) -> Gates:
    """Parse what stands under ``gates:``.

    Args:
        whole: the value.
        stages: the only stages that there are; empty for any.
        directions: by model, which of its metrics are better when higher, as far as declared.

    Raises:
        BadInput: with file, line, and the nearest key or word that is known.
    """
    if whole.value is None:
        return Gates()
    rules: dict[StageName, tuple[Rule, ...]] = {}
    for name, listed in whole.mapping("gates").items():
        try:
            stage = parse_stage(name)
        except BadInput as error:
            raise listed.wrong(error.message, error.hint) from None
        _check_listed(listed, stage, stages)
        if stage == QUARANTINE:
            raise listed.wrong(f"no rule can guard {QUARANTINE}: it must always be open")
        items = listed.items(f"gates.{stage}")
        if not items:
            raise listed.wrong(f"gates.{stage} has no rule", "list one, or leave the stage out")
        rules[stage] = tuple(parse_rule(item, stages, directions) for item in items)
        for item in items:
            _refuse_own(item, stage)
    return Gates(MappingProxyType(rules))


def parse_rule(
    item: Marked,
    stages: Sequence[StageName] = (),
    directions: Directions = MappingProxyType({}),
) -> Rule:
    """Parse one rule.

    Args:
        item: a mapping of its keys.
        stages: the only stages that there are; empty for any.
        directions: by model, which of its metrics are better when higher, as far as declared.

    Raises:
        BadInput: with file, line, and the nearest key or word that is known.
    """
    fields = Fields(item, item.mapping("a rule"))
    check = _kind(fields)
    fields.refuse_unknown((*check.KEYS, *_COMMON))
    parsed = check.parse(fields)
    for key in _STAGE_KEYS:
        if key in fields:
            _check_listed(fields.entries[key], fields.take(key, str), stages)
    rule = Rule(
        parsed, fields.take_or("why", parse_text, ""), fields.take_or("models", _patterns, ())
    )
    _check_direction(fields, rule, directions)
    return rule


def _refuse_own(item: Marked, stage: StageName) -> None:
    """Refuse to ask that a version come from the stage that it is to come to."""
    before = item.mapping("a rule").get("from")
    if before is not None and before.value == stage:
        raise before.wrong(
            f"no new version can come to {stage} from {stage}: it would have to hold it before",
            "name the stage before it",
        )


def _check_direction(fields: Fields, rule: Rule, directions: Directions) -> None:
    """Refuse to tell from a metric's name which way is better where a model declares the other."""
    told = rule.check.spec().get(_BETTER)
    if told is None or _BETTER in fields:
        return
    subject, entry = next(iter(rule.check.spec())), fields.entries[next(iter(rule.check.spec()))]
    metric = str(rule.check.spec()[subject]).rpartition(":")[2]
    for artifact, declared in directions.items():
        if rule.applies_to(artifact) and direction(metric, declared) is not (told == "higher"):
            raise entry.wrong(
                f"{subject}: models.{artifact}.directions says otherwise than the name {metric!r}",
                "add better: higher or better: lower",
            )


def _kind(fields: Fields) -> type[Check]:
    subjects = [subject for subject in CHECKS if subject in fields]
    if len(subjects) > 1:
        raise fields.entries[subjects[1]].wrong(
            f"a rule is about {subjects[0]} or about {subjects[1]}, not both",
            "write two rules, each with its own -",
        )
    if not subjects:
        key, first = next(iter(fields.entries.items()), ("", fields.whole))
        raise first.wrong(*unknown("rule", key, tuple(CHECKS)))
    first_kind, *others = CHECKS[subjects[0]]
    return next((kind for kind in others if kind.KEYS[1] in fields), first_kind)


def _check_listed(value: Marked, stage: str, stages: Sequence[StageName]) -> None:
    if stages and stage not in stages:
        what, hint = unknown("listed stage", stage, stages)
        raise value.wrong(what, hint)


def _patterns(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, tuple) else (value,)
    if not items:
        raise ValueError("names no model")
    return tuple(parse_text(item.value if isinstance(item, Marked) else item) for item in items)
