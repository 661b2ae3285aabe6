"""The head of a page: what a reader with ten seconds takes away, each line with its part."""

from collections.abc import Collection
from xml.etree.ElementTree import Element

from modelref.api.kinds.behaviour import BLOCKS
from modelref.api.review.facts import Fact, Question, diff_facts
from modelref.api.review.ships import shipping_words
from modelref.domain.diff.kind import DiffKind
from modelref.domain.reviewing import Quality, Shipping
from modelref.surfaces.report.nodes import node
from modelref.usecases.compare import ModelDiff
from modelref.usecases.reviewing.shipping import Tried

_TONES = {Quality.BETTER: "better", Quality.WORSE: "worse", Quality.LOST: "worse"}
_SHIPS = {Shipping.YES: "better", Shipping.NO: "worse"}
_PARTS = {
    Question.BETTER: ("metrics",),
    Question.SHIPS: ("gate",),
    Question.FOR_WHOM: ("segments",),
    Question.LISTS: ("behaviour",),
    Question.CHANGED: ("params", "data", "code", "pipeline", "weights"),
}
"""By question, the parts that say more; the first on the page is linked."""


def summary(
    diff: ModelDiff, asked: Collection[str], tried: Tried | None, parts: Collection[str]
) -> list[Element]:
    """The verdicts, and the facts that a review tells.

    Args:
        diff: the differences.
        asked: metrics that a gate asks for.
        tried: what the gate says of the second side; None where it was not asked.
        parts: the page's, by their ids.
    """
    said = [_verdict(diff, tried)] if DiffKind.METRICS in diff.kinds else []
    if diff.stale:
        why = "; ".join(diff.stale)
        text = f"The workspace is not what its pipeline makes: {why}. Run dvc repro."
        said.append(node("p", text, class_="warning"))
    facts = [_fact(fact, parts) for fact in diff_facts(diff, asked, tried)]
    return [*said, node("dl", *facts)]


def _verdict(diff: ModelDiff, tried: Tried | None) -> Element:
    judged = diff.judged
    words = [node("span", judged.quality.capitalize(), **_tone(_TONES.get(judged.quality)))]
    if tried is not None:
        ships = shipping_words(tried.shipping, tried.verdict)
        words.append(node("span", f"; {ships}", **_tone(_SHIPS.get(tried.shipping))))
    return node("p", *words, class_="answer")


def _tone(tone: str | None) -> dict[str, str]:
    return {"class": tone} if tone else {}


def _fact(fact: Fact, parts: Collection[str]) -> Element:
    first, *more = fact.lines
    link = next((part for part in _PARTS.get(fact.question, ()) if part in parts), None)
    asked = node("a", fact.question, href=f"#{link}") if link else fact.question
    lines = [node("li", line) for line in more]
    # The page draws what a bar of characters would.
    answer = [node("strong", first.lstrip(BLOCKS)), *([node("ul", *lines)] if lines else [])]
    return node("div", node("dt", asked), node("dd", *answer))
