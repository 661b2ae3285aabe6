"""A reviewed model in a few lines: better or not, for whom, whose lists change, may it ship."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from modelref.api.kinds.behaviour import bar, not_compared, percent
from modelref.api.kinds.metrics import FEW_USERS, counted
from modelref.api.numbers import interval, number, rounded, signed
from modelref.domain.diff.metrics import MetricChange, Outcome, SegmentChange
from modelref.domain.diff.values import Absent, Status
from modelref.domain.gates.verdict import Outcome as RuleOutcome
from modelref.domain.gates.verdict import Verdict
from modelref.domain.reviewing import Shipping, decided_later, decided_now
from modelref.usecases.compare import ModelDiff
from modelref.usecases.review import ReviewedModel

_FEW = 3
_MOST_REASONS = 5
_LONGEST = 300
"""Characters of a line; names and reasons come from the repository."""
_RANKS = {Outcome.WORSE: 0, Outcome.BETTER: 1}
_PLURALS = {"file of code": "files of code", "other file of the model": "other files of the model"}


class Fact(NamedTuple):
    """An answer.

    Attributes:
        question: what it answers.
        lines: the answer, then what it rests on.
    """

    question: str
    lines: tuple[str, ...]


def title(model: ReviewedModel) -> str:
    """The model and both verdicts, in a line."""
    if model.status is Status.REMOVED:
        return f"{model.artifact}: removed"
    return f"{model.artifact}: {quality_words(model)}; {shipping_words(model)}"


def quality_words(model: ReviewedModel) -> str:
    """Better or worse, in a few words."""
    if model.status is Status.ADDED:
        return "new"
    if model.judged is None:
        return "removed" if model.status is Status.REMOVED else "cannot be read"
    return model.judged.quality.value


def shipping_words(model: ReviewedModel) -> str:
    """Whether it may ship, in a few words."""
    stage = model.verdict.stage if model.verdict else ""
    return {
        Shipping.YES: f"may ship to {stage}",
        Shipping.NO: f"may not ship to {stage}",
        Shipping.UNKNOWN: "whether it may ship is not known",
        Shipping.NO_GATES: "no gates",
        None: "-",
    }[model.shipping]


def facts(model: ReviewedModel) -> list[Fact]:
    """The answers, the one that decides most first; those that nothing is known of are left out."""
    found = [
        Fact("Better?", tuple(_better(model))),
        Fact("May it ship?", tuple(_ship(model))),
        Fact("For whom?", tuple(_segments(model))),
        Fact("Whose lists change?", tuple(_lists(model.diff) if model.diff else ())),
        Fact("What changed?", tuple(_changed(model.diff) if model.diff else ())),
        Fact("Run dvc repro", tuple(_stale(model))),
        Fact("Not known", tuple(_absent(model))),
    ]
    return [
        Fact(fact.question, tuple(_clipped(line) for line in fact.lines))
        for fact in found
        if fact.lines
    ]


def _clipped(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} …"


def _better(model: ReviewedModel) -> Iterator[str]:
    if model.status is Status.ADDED:
        yield "new: nothing to compare it with"
        flat = [(key, value) for one in model.metrics.values() for key, value in one.items()]
        yield from (f"{key}: {number(value)}" for key, value in flat[:_FEW])
        return
    if model.diff is None or model.judged is None:
        return
    yield _counts(model.diff.metrics) or model.judged.quality.value
    yield from map(_metric, _leading(model)[:_FEW])


def _counts(changes: Sequence[MetricChange]) -> str:
    """How many metrics say what: those measured on the same users, and apart from them others."""
    tested = [change for change in changes if change.paired is not None]
    averages = counted([change for change in changes if change.paired is None])
    told = [counted(tested)] if tested else []
    return "; ".join([*told, *([f"by averages alone, {averages}"] if averages else [])])


def _leading(model: ReviewedModel) -> list[MetricChange]:
    """Metrics that differ, in the order in which they decide: the gate's, then the worse."""
    rules = model.verdict.outcomes if model.verdict else ()
    asked = {str(one.rule.check.spec().get("metric")) for one in rules}

    def rank(change: MetricChange) -> tuple[bool, bool, int, float]:
        outcome = _RANKS.get(change.outcome, 2) if change.outcome else 3
        return change.metric not in asked, change.paired is None, outcome, -_strength(change)

    return sorted(model.diff.metrics if model.diff else (), key=rank)


def _strength(change: MetricChange) -> float:
    """How large a change is beside its interval; 0 without one."""
    if change.paired is None:
        return 0.0
    width = change.paired.interval[1] - change.paired.interval[0]
    return abs(change.paired.change) / width if width > 0 else 0.0


def _metric(change: MetricChange) -> str:
    said = f" {change.outcome.value}" if change.outcome else ""
    if change.paired is None:
        moved = f" ({signed(change.change)})" if change.change is not None else ""
        return f"{change.metric}: {number(change.before)} → {number(change.after)}{moved}{said}"
    one = change.paired
    ends = f"{rounded(one.before)} → {rounded(one.after)}"
    return f"{change.metric}: {ends}, {interval(one.change, one.interval)}{said}"


def _ship(model: ReviewedModel) -> Iterator[str]:
    verdict = model.verdict
    if verdict is None:
        if model.shipping is Shipping.NO_GATES:
            yield "no gates: no rule of the default branch guards a stage of it"
        return
    now = decided_now(verdict)
    failed = [one for one in now if one.passed is False]
    unknown = [one for one in now if one.passed is None]
    beside = f", beside {verdict.against}" if verdict.against else ""
    told = _tally(verdict, len(now), len(failed), len(unknown))
    word = model.shipping.value if model.shipping else ""
    yield f"{word}: {told}{beside}"
    yield from _rules(failed, "failed")
    yield from _rules(unknown, "not known")
    later = ", ".join(str(one.rule.check) for one in decided_later(verdict))
    if later:
        yield f"asked at the promotion: {later}"
    if not verdict.source.known:
        yield "no default branch is known here, so the rules are those of HEAD"


def _tally(verdict: Verdict, rules: int, failed: int, unknown: int) -> str:
    source = f"of {verdict.stage} ({verdict.source.name})"
    if not rules:
        return f"no rule {source} can be asked before the promotion"
    if not failed and not unknown:
        return f"{rules} of {rules} rules {source} hold"
    parts = [f"{failed} failed"] if failed else []
    parts += [f"{unknown} not known"] if unknown else []
    return f"{' and '.join(parts)} of {rules} rules {source}"


def _rules(outcomes: Sequence[RuleOutcome], word: str) -> Iterator[str]:
    for one in outcomes[:_FEW]:
        why = f" ({one.rule.why})" if one.rule.why else ""
        yield f"{word}: {one.rule.check}: {one.observed}{why}"
    if len(outcomes) > _FEW:
        yield f"… and {len(outcomes) - _FEW} more {word}"


def _segments(model: ReviewedModel) -> Iterator[str]:
    """For whom the metric that decides is worse, and for whom better: the largest change first."""
    change = next((one for one in _leading(model) if one.segments), None)
    if change is None:
        return
    ordered = sorted(change.segments, key=lambda one: -abs(one.paired.change))
    for outcome in (Outcome.WORSE, Outcome.BETTER):
        shown = [
            one
            for one in ordered
            if one.outcome(change.upwards) is outcome and one.paired.users >= FEW_USERS
        ]
        told = ", ".join(map(_segment, shown[:_FEW]))
        more = f" and {len(shown) - _FEW} more" if len(shown) > _FEW else ""
        if told:
            yield f"{outcome.value} ({change.metric}) for {told}{more}"


def _segment(one: SegmentChange) -> str:
    return f"{one.column} {one.segment} {signed(one.paired.change)}"


def _lists(diff: ModelDiff) -> Iterator[str]:
    found = diff.behaviour
    if found is None:
        return
    if not found:
        yield f"no list of the panel's {found.users:,} users"
        return
    floor = "" if found.floor is None else f"; another seed alone keeps {percent(found.floor)}"
    yield f"{bar(found.overlap, 10)} {percent(found.overlap)} of the {found.k} items stay{floor}"
    yield from not_compared(found)
    yield f"{percent(found.top1_changed)} of {found.users:,} users get another first item"
    if found.segments:
        most = found.segments[0]
        yield f"most for {most.column} {most.segment}: {percent(most.overlap)} stay"


def _changed(diff: ModelDiff) -> Iterator[str]:
    read = [change for change in diff.params if change.read]
    counted = (
        (len(read), "parameter"),
        (len(diff.data), "input"),
        (len(diff.code), "file of code"),
        (len(diff.pipeline), "DVC stage"),
        (len(diff.weights.tensors), "tensor"),
        (len(diff.weights.files), "other file of the model"),
    )
    told = ", ".join(_several(count, noun) for count, noun in counted if count)
    yield told or "nothing of its parameters, inputs, code, DVC stages or weights"
    for change in read[:_FEW]:
        yield f"{change.param}: {number(change.before)} → {number(change.after)}"


def _several(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {_PLURALS.get(noun, f'{noun}s')}"


def _stale(model: ReviewedModel) -> Iterator[str]:
    """Why the figures are not those of what the commit asks for."""
    if not model.stale:
        return
    yield "the figures are not those of this commit: the pipeline asks for another model"
    yield from model.stale[:_FEW]


def _absent(model: ReviewedModel) -> Iterator[str]:
    told = list(model.absent)
    if model.diff is not None:
        told += [one for reasons in model.diff.absent.values() for one in reasons]
    reasons = list(dict.fromkeys(map(reason, told)))
    yield from reasons[:_MOST_REASONS]
    if len(reasons) > _MOST_REASONS:
        yield f"… and {len(reasons) - _MOST_REASONS} more reasons; --json has all"


def reason(absent: Absent) -> str:
    """Why something is not known, and what mends it."""
    return absent.why + (f"; mend: {absent.mend}" if absent.mend else "")
