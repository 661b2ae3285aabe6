"""Audit of promotions: whether their evidence leads to their verdict."""

from collections.abc import Iterator

from modelref.domain.event import Event
from modelref.domain.finding import Finding, Severity
from modelref.domain.gates.facts import AGAINST
from modelref.domain.gates.recorded.evidence import Evidence, Kept, contradictions
from modelref.domain.gates.rule import COMPARING_KEYS
from modelref.domain.message import FORCED, NO_GATES, PASSED, VERDICT
from modelref.domain.names import StageName
from modelref.domain.ref import quoted
from modelref.domain.registry import Model, fold_model
from modelref.domain.tag import Kind

_BEHIND = 2 * 60 * 60
"""Seconds that a clock may be behind the last event, and still write another."""
_WORDS = (PASSED, FORCED, NO_GATES)


def audit_verdict(model: Model, event: Event, evidence: Evidence | None) -> Iterator[Finding]:
    """Find where a promotion's verdict does not follow from its evidence, or is of another one.

    Args:
        model: the model, with all its events.
        event: the promotion.
        evidence: what it carries, None where it carries none.
    """
    word = event.trailer(VERDICT)
    if evidence is None:
        if word in (PASSED, FORCED):
            yield _error(event, "no-evidence", f"says {word}, and has no evidence for it")
        elif word not in (None, NO_GATES):
            yield _error(event, "unknown-verdict", f"has a verdict that is none: {word!r:.80}")
        return
    if word not in _WORDS:
        yield _error(event, "unknown-verdict", f"has evidence, but its verdict is {word!r:.80}")
    for what in contradictions(evidence, word):
        yield _error(event, "contradicted-verdict", f"contradicts its evidence: {what}")
    past = before(model, event)
    yield from _of_another(past, event, evidence)
    compared = [(evidence.stage, evidence.against)] + [
        (stage, other) for kept in evidence.kept for stage, other in _compared(kept)
    ]
    for stage, other in dict.fromkeys(compared):
        held = past.last_held(StageName(stage))
        name = past.name_at(held.commit) if held else None
        emptied = other is None and past.current(StageName(stage)) is None  # nothing, until 0.1
        if other != name and not emptied:
            yield _error(
                event,
                "compared-with-another",
                f"was compared with {other or 'nothing'}, while {stage} held {name or 'nothing'}",
            )


def _of_another(past: Model, event: Event, evidence: Evidence) -> Iterator[Finding]:
    """Find where evidence is of another promotion: of another version, or at another time."""
    about = (evidence.model, evidence.version, evidence.commit, evidence.stage)
    if about != (str(event.artifact), past.name_at(event.commit), event.commit, event.stage):
        yield _error(
            event,
            "evidence-of-another",
            f"carries the evidence of {evidence.model} {evidence.version} at "
            f"{evidence.commit[:10]} for {evidence.stage}",
        )
    if evidence.at > event.date:
        yield _error(event, "evidence-of-another", "was decided after it was dated")
    state = past.at_commit(event.commit)
    if evidence.at < (state.event.date if state else 0) - _BEHIND:
        yield _error(event, "evidence-of-another", "was decided before its version was made")


def _compared(kept: Kept) -> Iterator[tuple[str, str | None]]:
    """The stage and the version that a rule compared with, if it compares."""
    spec = kept.rule.spec()
    stage = next((spec[key] for key in COMPARING_KEYS if key in spec), None)
    other = kept.facts.get(AGAINST, "")
    if isinstance(stage, str) and (other is None or (isinstance(other, str) and other)):
        yield stage, other


def before(model: Model, event: Event) -> Model:
    """The model when a promotion was decided: by counter in its stage, by date elsewhere."""
    counter = event.counter or 0
    before = [
        other
        for other in model.events
        if (
            (other.counter or 0) < counter
            if other.stage == event.stage
            else other.date < event.date
        )
    ]
    return fold_model(model.artifact, before)


def is_promotion(event: Event) -> bool:
    """Whether an event may carry a verdict."""
    return event.kind is Kind.ASSIGN and event.trailer(VERDICT) is not None


def _error(event: Event, kind: str, what: str) -> Finding:
    return Finding(
        Severity.ERROR,
        kind,
        event.tag,
        what,
        f"modelref gate --again {quoted(event.tag)}; git show {quoted(event.tag)}",
    )
