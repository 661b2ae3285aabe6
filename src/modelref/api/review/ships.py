"""May it ship: what the first gate on a model's way says, in words and as a table."""

from collections.abc import Iterator, Sequence

from modelref.api.kinds.section import Section
from modelref.api.review.measured import FEW
from modelref.domain.gates.verdict import Outcome, Verdict
from modelref.domain.reviewing import Shipping, decided_later, decided_now

_MARKS = {True: "passed", False: "failed", None: "not known"}


def shipping_words(shipping: Shipping | None, verdict: Verdict | None) -> str:
    """Whether a model may ship, in a few words.

    Args:
        shipping: the answer; None where nobody asked.
        verdict: of the gate that was asked.
    """
    stage = verdict.stage if verdict else ""
    return {
        Shipping.YES: f"may ship to {stage}",
        Shipping.NO: f"may not ship to {stage}",
        Shipping.UNKNOWN: "whether it may ship is not known",
        Shipping.NO_GATES: "no gates",
        None: "-",
    }[shipping]


def ship_lines(shipping: Shipping | None, verdict: Verdict | None) -> Iterator[str]:
    """The answer, then the rules that it rests on; nothing where it is not known why.

    Args:
        shipping: the answer; None where nobody asked.
        verdict: of the gate that was asked.
    """
    if verdict is None:
        if shipping is Shipping.NO_GATES:
            yield "no gates: no rule of the default branch guards a stage of it"
        return
    now = decided_now(verdict)
    failed = [one for one in now if one.passed is False]
    unknown = [one for one in now if one.passed is None]
    beside = f", beside {verdict.against}" if verdict.against else ""
    told = _tally(verdict, len(now), len(failed), len(unknown))
    yield f"{shipping.value if shipping else ''}: {told}{beside}"
    yield from _rules(failed, "failed")
    yield from _rules(unknown, "not known")
    later = ", ".join(str(one.rule.check) for one in decided_later(verdict))
    if later:
        yield f"asked at the promotion: {later}"
    if not verdict.source.known:
        yield "no default branch is known here, so the rules are those of HEAD"


def gate_section(verdict: Verdict) -> Section:
    """Every rule of a gate, with what was seen."""
    later = {id(one) for one in decided_later(verdict)}
    rows = [
        [
            "at the promotion" if id(one) in later else _MARKS[one.passed],
            str(one.rule.check),
            one.observed,
            one.rule.why,
        ]
        for one in verdict.outcomes
    ]
    beside = f"beside {verdict.against}" if verdict.against else "it holds nothing yet"
    note = f"Rules of {verdict.source.name} for {verdict.stage}; {beside}."
    return Section(("", "Rule", "Seen", "Why"), rows, notes=(note,))


def _tally(verdict: Verdict, rules: int, failed: int, unknown: int) -> str:
    source = f"of {verdict.stage} ({verdict.source.name})"
    if not rules:
        return f"no rule {source} can be asked before the promotion"
    if not failed and not unknown:
        return f"{rules} of {rules} rules {source} hold"
    parts = [f"{failed} failed"] if failed else []
    parts += [f"{unknown} not known"] if unknown else []
    return f"{' and '.join(parts)} of {rules} rules {source}"


def _rules(outcomes: Sequence[Outcome], word: str) -> Iterator[str]:
    for one in outcomes[:FEW]:
        why = f" ({one.rule.why})" if one.rule.why else ""
        yield f"{word}: {one.rule.check}: {one.observed}{why}"
    if len(outcomes) > FEW:
        yield f"… and {len(outcomes) - FEW} more {word}"
