"""Audit: what the events of a model, held against each other, say that is not sound."""

from collections import Counter
from collections.abc import Iterator, Sequence

from modelref.domain.event import Event
from modelref.domain.finding import Finding, Severity
from modelref.domain.message import EVENT, ID, NONE, PREVIOUS
from modelref.domain.ref import quoted
from modelref.domain.registry import Model
from modelref.domain.tag import Kind


def audit(model: Model) -> Iterator[Finding]:
    """Find what is unsound or odd in one model's events."""
    yield from _versions(model)
    yield from _stages(model)
    yield from _chains(model)
    yield from _twice(model)
    yield from _texts(model)


def _versions(model: Model) -> Iterator[Finding]:
    by_commit: dict[str, list[Event]] = {}
    by_version: dict[str, set[str]] = {}
    for event in model.events:
        if event.kind is Kind.REGISTER:
            by_commit.setdefault(event.commit, []).append(event)
            by_version.setdefault(str(event.version), set()).add(event.commit)
    for commit, events in by_commit.items():
        names = sorted({str(event.version) for event in events})
        if len(names) > 1:
            yield _error(
                events[-1].tag,
                "two-versions",
                f"gives commit {commit[:10]} a second version: it has {' and '.join(names)}; "
                "gto cannot read this model",
                f"modelref deregister {model.artifact}@{names[0]}",
            )
    for version, commits in by_version.items():
        if len(commits) > 1:
            places = " and ".join(sorted(commit[:10] for commit in commits))
            yield _error(
                f"{model.artifact.in_tag}@{version}",
                "moved-version",
                f"is registered at more than one commit: {places}",
            )


def _stages(model: Model) -> Iterator[Finding]:
    for stage in model.stages.values():
        newest: Event | None = None
        for event in stage.events:
            if newest is not None and event.counter == newest.counter:
                yield _error(
                    event.tag,
                    "counter-twice",
                    f"has the counter of {newest.tag}: two writers won one place",
                )
            elif newest is not None and event.date < newest.date:
                yield Finding(
                    Severity.WARNING,
                    "clock-against-counter",
                    event.tag,
                    f"is dated before {newest.tag}, which it follows; readers that go by the "
                    "clock, as gto, may see another version",
                )
            newest = event


def _chains(model: Model) -> Iterator[Finding]:
    versions = [event for event in model.events if event.stage is None]
    for chain in [versions, *(stage.events for stage in model.stages.values())]:
        yield from _chain(chain)


def _chain(chain: Sequence[Event]) -> Iterator[Finding]:
    seen: set[str] = set()
    known = {event.oid for event in chain}
    for event in chain:
        previous = event.trailer(PREVIOUS)
        if previous == NONE and seen:
            yield Finding(
                Severity.WARNING,
                "second-beginning",
                event.tag,
                "says that nothing came before it, but an event did",
            )
        elif previous not in (None, NONE) and previous not in known:
            yield _error(
                event.tag,
                "broken-chain",
                f"follows an event ({str(previous)[:10]}) that is not here: its tag is gone",
                "git fetch --tags brings it back, if the remote still has it",
            )
        elif previous not in (None, NONE) and previous not in seen:
            yield _error(event.tag, "broken-chain", "follows an event that comes after it")
        seen.add(event.oid)


def _twice(model: Model) -> Iterator[Finding]:
    def place(event: Event) -> tuple[str | None, str | None, str]:
        return (event.trailer(ID), event.stage, event.commit)

    for (intent, _, _), count in Counter(map(place, model.events)).items():
        if intent is not None and count > 1:
            tags = [event.tag for event in model.events if event.trailer(ID) == intent]
            yield _error(tags[-1], "doubled-event", f"was made twice: {' and '.join(tags)}")


def _texts(model: Model) -> Iterator[Finding]:
    for event in model.events:
        text = f"{event.author}{event.subject}{event.trailers}"
        if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
            yield Finding(Severity.WARNING, "not-utf8", event.tag, "has text that is not UTF-8")
        told = event.trailer(EVENT)
        if told not in (None, event.kind.value, "rollback") or (
            told == "rollback" and event.kind is not Kind.ASSIGN
        ):
            yield _error(event.tag, "contradiction", f"calls itself {told!r} in its message")


def _error(tag: str, kind: str, what: str, hint: str = "") -> Finding:
    return Finding(Severity.ERROR, kind, tag, what, hint or f"git show {quoted(tag)}")
