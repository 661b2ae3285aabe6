"""Evidence as a tag carries it: written, and read back.

A promotion that no rule guards has none, and does not import what reads rules: that would take a
fifth of its time.
"""

from typing import TYPE_CHECKING

from modelref.domain.event import Event
from modelref.domain.message import EVIDENCE, VERDICT
from modelref.domain.message import evidence as evidence_in
from modelref.errors import BadInput

if TYPE_CHECKING:
    from modelref.domain.gates.recorded.evidence import Evidence
    from modelref.domain.gates.verdict import Verdict


def write_evidence(verdict: "Verdict") -> str:
    """The evidence of a verdict, as one line; ``""`` where there was no rule.

    Raises:
        BadInput: it is too large for a tag.
    """
    if not verdict.outcomes:
        return ""
    from modelref.domain.gates.recorded.evidence import MOST_BYTES, evidence_of
    from modelref.usecases.digest import canonical

    text = canonical(evidence_of(verdict))
    size = len(text.encode())
    if size > MOST_BYTES:
        raise BadInput(
            f"the evidence of {len(verdict.outcomes)} rules has {size:,} bytes, and "
            f"{MOST_BYTES:,} are the most that a tag may carry",
            kind="evidence-too-large",
            hint=f"shorten or merge rules of {verdict.stage} in modelref.yaml",
        )
    return text


def verdict_trailers(verdict: "Verdict", text: str) -> dict[str, str]:
    """The trailers of a promotion that rests on a verdict.

    Args:
        verdict: the verdict.
        text: its evidence, ``""`` without one.
    """
    told = {VERDICT: verdict.word}
    if not text:
        return told
    from modelref.usecases.digest import evidence_digest

    return told | {EVIDENCE: evidence_digest(text)}


def kept_evidence(event: Event) -> "Evidence | None":
    """Read the evidence of an event whose body was read; None where it has none.

    Raises:
        BadInput: it is not what its digest says, or cannot be read.
    """
    promised = event.trailer(EVIDENCE)
    if promised is None:
        return None
    import json

    from modelref.domain.gates.recorded.evidence import MOST_BYTES, read_evidence
    from modelref.usecases.digest import evidence_digest

    text = evidence_in(event.body or "", event.trailers)
    if len(text) > MOST_BYTES or evidence_digest(text) != promised:
        raise BadInput("the evidence is not what its digest says", kind="evidence-changed")
    try:
        return read_evidence(json.loads(text))
    except (ValueError, RecursionError):
        raise BadInput("the evidence is no JSON that we write", kind="bad-evidence") from None
