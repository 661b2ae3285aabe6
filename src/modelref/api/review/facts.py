"""A reviewed model in a few lines: better or not, for whom, whose lists change, may it ship."""

from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from modelref.api.kinds.behaviour import bar, not_compared, percent, stands
from modelref.api.kinds.segments import FEW_USERS
from modelref.api.kinds.weights import no_numbers
from modelref.api.numbers import number
from modelref.api.review.measured import FEW, counts, for_whom, leading, metric_line
from modelref.api.review.ships import ship_lines, shipping_words
from modelref.domain.diff.behaviour import BehaviourDiff
from modelref.domain.diff.kind import DiffKind
from modelref.domain.diff.values import Absent, Status
from modelref.domain.diff.weights import TensorStatus, WeightsDiff
from modelref.usecases.compare import ModelDiff
from modelref.usecases.review import ReviewedModel
from modelref.usecases.reviewing.shipping import Tried

_MOST_REASONS = 5
_LONGEST = 300
"""Characters of a line; names and reasons come from the repository."""
_PLURALS = {"file of code": "files of code", "other file of the model": "other files of the model"}


class Question(StrEnum):
    """What a reviewer asks."""

    BETTER = "Better?"
    SHIPS = "May it ship?"
    FOR_WHOM = "For whom?"
    LISTS = "Whose lists change?"
    CHANGED = "What changed?"
    STALE = "Run dvc repro"
    UNKNOWN = "Not known"


class Fact(NamedTuple):
    """An answer.

    Attributes:
        question: what it answers.
        lines: the answer, then what it rests on.
    """

    question: Question
    lines: tuple[str, ...]


def title(model: ReviewedModel) -> str:
    """The model and both verdicts, in a line."""
    if model.status is Status.REMOVED:
        return f"{model.artifact}: removed"
    return (
        f"{model.artifact}: {quality_words(model)}; {shipping_words(model.shipping, model.verdict)}"
    )


def quality_words(model: ReviewedModel) -> str:
    """Better or worse, in a few words."""
    if model.status is Status.ADDED:
        return "new"
    if model.judged is None:
        return "removed" if model.status is Status.REMOVED else "cannot be read"
    return model.judged.quality.value


def facts(model: ReviewedModel) -> list[Fact]:
    """The answers, the one that decides most first; those that nothing is known of are left out."""
    found = [
        Fact(Question.BETTER, tuple(_new(model) or _better(model.diff, _asked(model)))),
        Fact(Question.SHIPS, tuple(ship_lines(model.shipping, model.verdict))),
        Fact(Question.FOR_WHOM, tuple(_segments(model.diff, _asked(model)))),
        Fact(Question.LISTS, tuple(_lists(model.diff))),
        Fact(Question.CHANGED, tuple(_changed(model.diff))),
        Fact(Question.STALE, tuple(_stale(model))),
        Fact(Question.UNKNOWN, tuple(_absent(model.absent, model.diff))),
    ]
    return _told(found)


def diff_facts(
    diff: ModelDiff, asked: Collection[str] = (), tried: Tried | None = None
) -> list[Fact]:
    """The answers that a diff has; those that nothing is known of are left out.

    Args:
        diff: the differences.
        asked: metrics that a gate asks for.
        tried: what the gate says of the second side; None where it was not asked.
    """
    shipping, verdict, refused = tried or (None, None, ())
    found = [
        Fact(Question.BETTER, tuple(_better(diff, asked))),
        Fact(Question.SHIPS, tuple(ship_lines(shipping, verdict))),
        Fact(Question.FOR_WHOM, tuple(_segments(diff, asked))),
        Fact(Question.LISTS, tuple(_lists(diff))),
        Fact(Question.CHANGED, tuple(_changed(diff))),
        Fact(Question.UNKNOWN, tuple(_absent(refused, diff))),
    ]
    return _told(found)


def _told(found: Sequence[Fact]) -> list[Fact]:
    return [
        Fact(fact.question, tuple(_clipped(line) for line in fact.lines))
        for fact in found
        if fact.lines
    ]


def _clipped(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} …"


def _asked(model: ReviewedModel) -> set[str]:
    """Metrics that the gate asks for."""
    rules = model.verdict.outcomes if model.verdict else ()
    return {str(one.rule.check.spec().get("metric")) for one in rules}


def _new(model: ReviewedModel) -> list[str]:
    """What a new model scores; nothing of one that is not new."""
    if model.status is not Status.ADDED:
        return []
    flat = [(key, value) for one in model.metrics.values() for key, value in one.items()]
    return [
        "new: nothing to compare it with",
        *(f"{key}: {number(value)}" for key, value in flat[:FEW]),
    ]


def _better(diff: ModelDiff | None, asked: Collection[str]) -> Iterator[str]:
    if diff is None or DiffKind.METRICS not in diff.kinds:
        return
    yield counts(diff.metrics) or diff.judged.quality.value
    yield from map(metric_line, leading(diff.metrics, asked)[:FEW])


def _segments(diff: ModelDiff | None, asked: Collection[str]) -> Iterator[str]:
    return for_whom(leading(diff.metrics, asked)) if diff is not None else iter(())


def _lists(diff: ModelDiff | None) -> Iterator[str]:
    found = diff.behaviour if diff is not None else None
    if found is None:
        return
    if not found:
        yield f"no list of the panel's {found.users:,} users"
        return
    floor = "" if found.floor is None else f"; another seed alone keeps {percent(found.floor)}"
    yield f"{bar(found.overlap, 10)} {percent(found.overlap)} of the {found.k} items stay{floor}"
    yield from not_compared(found)
    yield f"{percent(found.top1_changed)} of {found.users:,} users get another first item"
    yield from _most(found)


def _most(found: BehaviourDiff) -> Iterator[str]:
    """The segment that keeps least or most, where that is less or more than chance gives."""
    ordered = {"less": ("most", found.segments), "more": ("least", found.segments[::-1])}
    for word, (how, segments) in ordered.items():
        one = next((one for one in segments if stands(found, one) == word), None)
        if one:
            yield f"{how} for {one.column} {one.segment}: {percent(one.overlap)} stay"
            return
    if any(one.users >= FEW_USERS for one in found.segments):
        yield f"about alike for all segments of {FEW_USERS} users or more"


def _changed(diff: ModelDiff | None) -> Iterator[str]:
    if diff is None:
        return
    read = [change for change in diff.params if change.read]
    tensors = diff.weights.tensors
    reordered = sum(change.status is TensorStatus.REORDERED for change in tensors)
    counted = (
        (len(read), "parameter"),
        (len(diff.data), "input"),
        (len(diff.code), "file of code"),
        (len(diff.pipeline), "DVC stage"),
        (len(tensors) - reordered, "tensor"),
        (len(diff.weights.files), "other file of the model"),
    )
    told = ", ".join(_several(count, noun) for count, noun in counted if count)
    if told or set(DiffKind) <= set(diff.kinds):
        yield told or "nothing of its parameters, inputs, code, DVC stages or weights"
    spoilt = [(one.name, one.values) for one in tensors if one.values and one.values.spoilt]
    yield from (no_numbers(name, values) for name, values in spoilt[:FEW])
    if len(spoilt) > FEW:
        yield f"… and {_several(len(spoilt) - FEW, 'more tensor')} like these"
    if reordered:
        yield f"{_several(reordered, 'tensor')} in another order, which is no change"
    for change in read[:FEW]:
        yield f"{change.param}: {number(change.before)} → {number(change.after)}"


def _several(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {_PLURALS.get(noun, f'{noun}s')}"


def _stale(model: ReviewedModel) -> Iterator[str]:
    """Why the figures are not those of what the commit asks for."""
    if not model.stale:
        return
    yield "the figures are not those of this commit: the pipeline asks for another model"
    yield from model.stale[:FEW]


def _absent(absent: Sequence[Absent], diff: ModelDiff | None) -> Iterator[str]:
    told = list(absent)
    if diff is not None:
        told += [one for reasons in diff.absent.values() for one in reasons]
    weights = _not_compared(diff.weights) if diff is not None else ()
    reasons = list(dict.fromkeys([*map(reason, told), *weights]))
    yield from reasons[:_MOST_REASONS]
    if len(reasons) > _MOST_REASONS:
        yield f"… and {_several(len(reasons) - _MOST_REASONS, 'more reason')}; --json has all"


def _not_compared(weights: WeightsDiff) -> Iterator[str]:
    """Why tensors and files were not compared, each reason once."""
    by_reason: dict[str, list[str]] = {}
    found = [(one.name, one.why) for one in weights.tensors]
    for name, why in [*found, *((one.path, one.why) for one in weights.files)]:
        if why:
            by_reason.setdefault(why, []).append(name)
    for why, (first, *more) in by_reason.items():
        others = f" and {len(more)} more" if more else ""
        yield f"{first}{others} not compared: {why}"


def reason(absent: Absent) -> str:
    """Why something is not known, and what mends it."""
    return absent.why + (f"; mend: {absent.mend}" if absent.mend else "")
