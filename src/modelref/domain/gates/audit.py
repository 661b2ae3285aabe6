"""Audit of promotions: whether their evidence leads to their verdict."""

from collections.abc import Iterator

from modelref.domain.event import Event
from modelref.domain.finding import Finding, Severity
from modelref.domain.gates.evidence import Evidence, contradictions
from modelref.domain.message import FORCED, NO_GATES, PASSED, VERDICT
from modelref.domain.ref import quoted
from modelref.domain.registry import Model, fold_model
from modelref.domain.tag import Kind

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
    about = (evidence.model, evidence.commit, evidence.stage)
    if about != (str(event.artifact), event.commit, event.stage):
        yield _error(
            event,
            "evidence-of-another",
            f"carries the evidence of {evidence.model} at {evidence.commit[:10]} for "
            f"{evidence.stage}",
        )
    held = _held_before(model, event)
    if evidence.against != held:
        yield _error(
            event,
            "compared-with-another",
            f"was compared with {evidence.against or 'nothing'}, while the stage held "
            f"{held or 'nothing'}",
        )


def _held_before(model: Model, event: Event) -> str | None:
    """What the stage held when a promotion was decided: by counter there, by date elsewhere."""
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
    past = fold_model(model.artifact, before)
    held = past.current(event.stage) if event.stage else None
    return past.name_at(held.commit) if held else None


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
