"""Approvals of promotions that were made: whether they are by others than who promoted."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from modelref.domain.event import Event
from modelref.domain.finding import Finding, Severity
from modelref.domain.gates.recorded.audit import before, is_promotion
from modelref.domain.gates.rule import approvals_of
from modelref.domain.message import PASSED, VERDICT
from modelref.domain.ref import quoted
from modelref.domain.registry import APPROVED, Model
from modelref.domain.signature import Signature, Signers, by_others
from modelref.errors import BadInput
from modelref.usecases.approvals import approvals
from modelref.usecases.gating.evidence import kept_evidence
from modelref.usecases.signatures import must_sign, signed

if TYPE_CHECKING:
    from modelref.ports import World


def promoter_of(world: "World", event: Event) -> frozenset[str]:
    """What whoever promoted goes by; without a signature, the address that stands in the tag.

    Raises:
        OutOfReach: the program that checks, or the list of signers, is missing.
    """
    return _identities(event, signed(world, event))


def audit_approvals(world: "World", model: Model) -> Iterator[Finding]:
    """Find promotions that passed by approvals, and lack them; bodies must have been read.

    One's own approval is an error. An approval that cannot be confirmed here is a warning: its key
    may have expired since, or may not be known to the one who checks.

    Raises:
        OutOfReach: the program that checks, or the list of signers, is missing.
    """
    for event in filter(is_promotion, model.events):
        least = _least(event)
        if not least:
            continue
        signature = signed(world, event)
        standing = [one.signature for one in approvals(world, before(model, event), event.commit)]
        others = len(by_others(standing, _identities(event, signature)))
        everybody = len(by_others(standing, ()))
        look = f"git show {quoted(event.tag)}; modelref history {model.artifact} --stage {APPROVED}"
        if others < least <= everybody:
            what = f"rests on {least} approvals by others, and has {others}: it is by an approver"
            yield Finding(Severity.ERROR, "own-approval", event.tag, what, look)
        elif everybody < least:
            what = f"rests on {least} approvals, of which {everybody} can be confirmed here"
            yield Finding(Severity.WARNING, "unconfirmed-approval", event.tag, what, look)
        elif not (must_sign(world, event.artifact, event.stage) or Signers()).accepts(signature):
            what = "rests on approvals by others than who made it, who is not known here"
            yield Finding(Severity.WARNING, "unknown-promoter", event.tag, what, look)


def _identities(event: Event, signature: Signature) -> frozenset[str]:
    return signature.identities or frozenset({event.email})


def _least(event: Event) -> int:
    """How many approvals a promotion that passed its gate rests on."""
    if event.trailer(VERDICT) != PASSED:
        return 0
    try:
        evidence = kept_evidence(event)
    except BadInput:
        return 0  # which is a finding by itself
    return approvals_of(one.rule for one in evidence.kept) if evidence else 0
