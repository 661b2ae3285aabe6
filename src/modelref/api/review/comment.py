"""A review as one comment of a code host: verdicts first, details folded, never too long."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from modelref.api.kinds.all import sections_of
from modelref.api.kinds.behaviour import percent
from modelref.api.kinds.section import Section
from modelref.api.markdown import escape, section_lines
from modelref.api.review.facts import Fact, Question, facts, quality_words, reason, title
from modelref.api.review.fitting import Block, fit
from modelref.api.review.ships import gate_section, shipping_words
from modelref.domain.diff.kind import DiffKind
from modelref.domain.diff.values import Status
from modelref.domain.reviewing import Quality, Shipping
from modelref.usecases.review import Review, ReviewedModel

MARKER = "<!-- modelref-review -->"
"""The first line, by which a CI job finds the comment that it updates."""
LIMIT = 65_536
"""What GitHub takes, in characters; we count the bytes of UTF-8, which are never fewer."""

_LEFT_OUT = "Left out, for a comment has a limit"
_NO_ANSWERS = f"{_LEFT_OUT}: the answers; --json has all.\n\n"
_KEPT_FREE = 2_000
_GATE = "gate"
_WORTH = {
    DiffKind.METRICS.value: 8,
    _GATE: 7,
    DiffKind.BEHAVIOUR.value: 6,
    DiffKind.PARAMS.value: 5,
    DiffKind.DATA.value: 4,
    DiffKind.WEIGHTS.value: 3,
    DiffKind.CODE.value: 2,
    DiffKind.PIPELINE.value: 1,
}
"""Details in the order in which they are told, and kept."""
_TITLES = {DiffKind.PARAMS.value: "Parameters", DiffKind.BEHAVIOUR.value: "Whose lists change"}
_ANSWERS = 1
"""Tier of the answers: none is shortened before every detail is gone."""
_LINES = ({Question.BETTER: 2, Question.SHIPS: 8, Question.CHANGED: 2}, {Question.SHIPS: 2})
"""Lines of an answer that are left where answers are cut, one unless told; then when cut again.

What decides stands first in each.
"""
_FOREMOST = {"failed": 0, "gone": 0, "no number": 0, "worse": 0, "not known": 1}
"""How a row starts or ends that is never cut before others."""
_MOST_MODELS = 50
_LONGEST_CELL = 200
_LONGEST_NAME = 60
_SHORT_ROWS, _SHORT_NOTES = 10, 5
_MOST_NOTES = 50


def review_markdown(review: Review) -> str:
    """Write a review as one comment, with the verdict of each model before any detail."""
    if not review.models:
        return f"{MARKER}\n{nothing(review)}\n"
    blocks = [Block("", 0, (_head(review),), _ANSWERS)]
    for model in review.models:
        blocks += _model_blocks(model)
    fitted = fit(blocks, LIMIT - _KEPT_FREE)
    return "".join((*fitted.texts, _foot(review, fitted.left_out)))


def nothing(review: Review) -> str:
    """What is said where a range touches no model."""
    return f"No model is touched by {review.span}."


def _head(review: Review) -> str:
    lines = [MARKER]
    if len(review.models) > 1:
        lines += [f"## {len(review.models)} models change", *_overview(review.models)]
    for absent in review.absent[:_SHORT_NOTES]:
        lines += [f"> {escape(_clip(reason(absent)))}", ""]
    return "\n".join(lines) + "\n"


def _overview(models: Sequence[ReviewedModel]) -> Iterator[str]:
    yield from ("", "| Model | Better? | May it ship? | Items kept |", "| --- | --- | --- | --- |")
    foremost = sorted(range(len(models)), key=lambda at: _urgency(models[at]))
    for model in (models[at] for at in sorted(foremost[:_MOST_MODELS])):
        found = model.diff.behaviour if model.diff is not None else None
        cells = (
            _clip(str(model.artifact), _LONGEST_NAME),
            quality_words(model),
            _clip(shipping_words(model.shipping, model.verdict), _LONGEST_NAME),
            percent(found.kept) if found else "",
        )
        yield f"| {' | '.join(map(escape, cells))} |"
    if len(models) > _MOST_MODELS:
        yield from ("", f"… and {len(models) - _MOST_MODELS} more models; --json has all.")
    yield ""


def _urgency(model: ReviewedModel) -> int:
    """Which models are cut last: those that may not ship, the worse, the unknown and the gone."""
    quality = model.judged.quality if model.judged else None
    if model.shipping is Shipping.NO:
        return 0
    if quality in (Quality.LOST, Quality.WORSE, Quality.MIXED):
        return 1
    gone = model.status is Status.REMOVED
    unknown = model.shipping is Shipping.UNKNOWN or quality is Quality.UNREAD
    return 2 if gone or unknown else 3


def _model_blocks(model: ReviewedModel) -> Iterator[Block]:
    name = _clip(str(model.artifact), _LONGEST_NAME)
    heading = f"### {escape(_clip(title(model)))}\n\n"
    told = facts(model)
    shorter = (_cut(told, lines) for lines in _LINES)
    answers = (*map(_answers, (told, *shorter)), _NO_ANSWERS)
    yield Block(name, 0, (*(heading + form for form in answers), ""), _ANSWERS)
    for kind, worth in _WORTH.items():
        if kind == _GATE:
            sections = [gate_section(model.verdict)] if model.verdict else []
        else:
            sections = [] if model.diff is None else sections_of(model.diff, DiffKind(kind))
        if any(section.rows or section.patch for section in sections):
            summary = _summary(kind, sections)
            short = list(map(_short, sections))
            forms = (_details(summary, sections), _details(summary, short), "")
            yield Block(f"{name}: {kind}", worth, forms)


def _cut(told: Sequence[Fact], lines: Mapping[Question, int]) -> list[Fact]:
    """Answers with so many of their lines, one unless told; that some are cut is seen."""
    cut = []
    for fact in told:
        kept = fact.lines[: lines.get(fact.question, 1)]
        more = " …" if len(kept) < len(fact.lines) else ""
        cut.append(Fact(fact.question, (*kept[:-1], kept[-1] + more)))
    return cut


def _answers(told: Sequence[Fact]) -> str:
    lines = [line for fact in told for line in _fact(fact.question, fact.lines)]
    return "\n".join([*lines, "", ""])


def _fact(question: str, lines: Sequence[str]) -> Iterator[str]:
    first, *more = lines
    yield f"- **{question}** {escape(first)}"
    yield from (f"  - {escape(line)}" for line in more)


def _summary(kind: str, sections: Sequence[Section]) -> str:
    """What is folded, and how many rows it has."""
    count = len(sections[0].rows) if kind != DiffKind.BEHAVIOUR.value else 0
    name = _TITLES.get(kind, kind.capitalize())
    return f"{name} ({count})" if count else name


def _details(summary: str, sections: Sequence[Section]) -> str:
    lines = [line for section in sections for line in section_lines(_narrow(section))]
    body = "\n".join(lines).rstrip()
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>\n\n"


def _narrow(section: Section) -> Section:
    """A section none of whose texts is endless."""
    return replace(
        section,
        rows=[[_clip(cell) for cell in row] for row in section.rows],
        title=_clip(section.title),
        nothing=_clip(section.nothing),
        notes=tuple(_clip(note, 2 * _LONGEST_CELL) for note in section.notes[:_MOST_NOTES]),
    )


def _short(section: Section) -> Section:
    """The first rows of a section, those that fail or are worse before all others."""
    rows = sorted(section.rows, key=_place)[:_SHORT_ROWS]
    left = len(section.rows) - _SHORT_ROWS
    more = (f"… and {left:,} more rows; --json has all.",) if left > 0 else ()
    notes = (*more, *section.notes[:_SHORT_NOTES])
    return replace(section, rows=rows, notes=notes, patch="")


def _place(row: Sequence[str]) -> int:
    return min(_FOREMOST.get(cell, len(_FOREMOST)) for cell in (row[0], row[-1]))


def _foot(review: Review, left_out: Sequence[str]) -> str:
    lines = []
    if left_out:
        named = ", ".join(left_out[:_SHORT_ROWS])
        more = f" and {len(left_out) - _SHORT_ROWS} more" if len(left_out) > _SHORT_ROWS else ""
        lines += [f"{_LEFT_OUT}: {escape(_clip(named))}{more}.", ""]
    others = f"; models that it does not touch: {review.untouched}" if review.untouched else ""
    base, head = (escape(_clip(one, _LONGEST_NAME)) for one in (review.span.base, review.span.head))
    lines.append(f"From where {head} left {base}: {review.span}{others}.")
    return "\n".join(lines) + "\n"


def _clip(text: str, longest: int = _LONGEST_CELL) -> str:
    return text if len(text) <= longest else f"{text[:longest]} …"
