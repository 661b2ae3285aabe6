"""What is unsound in the verdicts of a model's promotions."""

from collections.abc import Iterator

from modelref.domain.finding import Finding, Severity
from modelref.domain.gates.recorded.audit import audit_verdict, is_promotion
from modelref.domain.ref import quoted
from modelref.domain.registry import Model
from modelref.errors import BadInput
from modelref.usecases.gating.evidence import kept_evidence


def audit_promotions(model: Model) -> Iterator[Finding]:
    """Decide every promotion's verdict anew from its evidence; bodies must have been read."""
    for event in filter(is_promotion, model.events):
        try:
            evidence = kept_evidence(event)
        except BadInput as error:
            yield Finding(
                Severity.ERROR,
                error.kind,
                event.tag,
                f"has evidence that cannot be believed: {error.message}",
                f"git show {quoted(event.tag)}",
            )
            continue
        yield from audit_verdict(model, event, evidence)
