"""Gate again: the figures of a promotion, computed anew from the versions, beside those it kept."""

from dataclasses import dataclass
from math import isclose
from typing import TYPE_CHECKING

from modelref.domain.event import Event
from modelref.domain.gates.facts import Facts
from modelref.domain.gates.recorded.audit import audit_verdict
from modelref.domain.gates.recorded.evidence import Kept
from modelref.domain.gates.verdict import UNKNOWN, Outcome, Verdict
from modelref.domain.marked import Scalar
from modelref.domain.message import VERDICT
from modelref.domain.names import StageName
from modelref.domain.ref import quoted
from modelref.domain.registry import Model
from modelref.domain.tag import Kind, TagName
from modelref.domain.target import target_of
from modelref.errors import BadInput, UnknownRef
from modelref.usecases.gating.approving import promoter_of
from modelref.usecases.gating.evaluate import Trial, evaluate_rules
from modelref.usecases.gating.evidence import kept_evidence
from modelref.usecases.gating.guard import doubted_source
from modelref.usecases.gating.memo import Memo
from modelref.usecases.reading import read_model

if TYPE_CHECKING:
    from modelref.ports import World

_TOLERANCE = 1e-9
"""Relative difference below which two figures are one: sums may be made in another order."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One rule, then and now.

    Attributes:
        kept: what the evidence says.
        now: what the versions say now.
    """

    kept: Kept
    now: Outcome

    @property
    def same(self) -> bool | None:
        """Whether the figures are those that were kept; None where they cannot be computed now."""
        if UNKNOWN in self.now.facts and UNKNOWN not in self.kept.facts:
            return None
        return _same(self.kept.facts, self.now.facts)


@dataclass(frozen=True, slots=True)
class Again:
    """A promotion's evidence beside the figures computed anew.

    Attributes:
        event: the promotion.
        word: the verdict that it carries.
        verdict: the verdict that follows from the versions, with the rules of the evidence.
        pairs: the rules, then and now.
        rules_stood: whether the evidence has just the rules that its branch had at its commit.
        doubts: why rules or evidence are not to be believed, whatever the figures are.
    """

    event: Event
    word: str
    verdict: Verdict
    pairs: tuple[Pair, ...]
    rules_stood: bool
    doubts: tuple[str, ...] = ()

    @property
    def unknown(self) -> bool:
        """Whether figures that were kept cannot be computed now."""
        return any(pair.same is None for pair in self.pairs)

    @property
    def confirmed(self) -> bool:
        """Whether rules, figures and verdict are all as they were, and this promotion's own."""
        same = all(pair.same for pair in self.pairs) and self.word == self.verdict.word
        return same and not self.doubts


def gate_again(world: "World", tag: str) -> Again:
    """Compute the figures of a promotion anew, from the versions as they stood then.

    Raises:
        BadInput: the tag is no promotion that a gate guarded, or its evidence is damaged.
        UnknownRef: there is no such event.
    """
    model, event, stage = _promotion(world, tag)
    try:
        evidence = kept_evidence(event)
    except BadInput as error:
        raise BadInput(
            f"the tag {tag}: {error.message}",
            kind=error.kind,
            hint=f"modelref verify {event.artifact}",
        ) from error
    if evidence is None:
        raise BadInput(
            f"the tag {tag} carries no evidence: no gate guarded it",
            kind="no-evidence",
            hint=f"modelref history {event.artifact}",
        )
    before = event.date - 1  # our writers never give two events of a model one second
    past, _ = read_model(world, event.artifact, at=before)
    promoter = promoter_of(world, event)
    trial = Trial(past, target_of(past, event), stage, now=evidence.at, promoter=promoter)
    rules = tuple(kept.rule for kept in evidence.kept)
    strange = doubted_source(world, evidence.source)
    # What stands where nobody agreed on it does not choose the command that scores, either.
    source = world.branches.default() if strange else evidence.source
    verdict = evaluate_rules(world, trial, (source, rules), Memo())
    stood = not strange and world.config_at(source).gates.of(stage, event.artifact) == rules
    doubts = [strange] if strange else []
    if not (stood or strange):
        doubts.append(f"the rules are not those that {source.name} had at {source.commit[:10]}")
    doubts += [f"{tag} {finding.what}" for finding in audit_verdict(model, event, evidence)]
    pairs = zip(evidence.kept, verdict.outcomes, strict=True)
    return Again(
        event,
        event.trailer(VERDICT) or "",
        verdict,
        tuple(Pair(kept, now) for kept, now in pairs),
        stood,
        tuple(doubts),
    )


def _promotion(world: "World", typed: str) -> tuple[Model, Event, StageName]:
    tag = typed.replace(":", "=")  # as models are written elsewhere: no tag has a colon
    name = TagName.parse(tag)
    if name is None or name.stage is None:
        raise BadInput(
            f"{typed!r} is not the tag of a promotion",
            kind="invalid-ref",
            hint="modelref history lists them; each is MODEL#STAGE#NUMBER",
        )
    model, _ = read_model(world, name.artifact, bodies=True)
    event = next((event for event in model.events if event.tag == tag), None)
    if event is None:
        raise UnknownRef(
            f"there is no event {quoted(tag)}",
            kind="unknown-event",
            hint=_meant(model, name, name.stage),
        )
    return model, event, name.stage


def _meant(model: Model, name: TagName, stage: StageName) -> str:
    """Which event may be meant by a tag that is not there; of a bare stage, its newest."""
    held = model.stages.get(stage)
    promotions = [one.tag for one in held.events if one.kind is Kind.ASSIGN] if held else []
    if name.counter is None and promotions:
        return f"did you mean {quoted(promotions[-1])}, the newest?"
    return f"modelref history {model.artifact} --stage {stage}"


def _same(then: Facts, now: Facts) -> bool:
    if UNKNOWN in then and UNKNOWN in now:
        return True  # whatever the reasons: nothing was computed, then or now
    # A rule may note more by now: what it judges by has to be there then, too, or cannot be read.
    if not then or not set(then) <= set(now):
        return False
    return all(_equal(then[name], now[name]) for name in then)


def _equal(then: Scalar, now: Scalar) -> bool:
    # JSON writes 3.0 as 3: what was a float then may be an integer by now.
    if isinstance(then, int | float) and isinstance(now, int | float):
        return isclose(then, now, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)
    return then == now
