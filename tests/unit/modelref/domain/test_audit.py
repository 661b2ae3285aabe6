import pytest

from modelref.domain.audit import audit
from modelref.domain.event import Event
from modelref.domain.registry import fold_model
from support.events import COMMITS, event, history


def kinds(events: list[Event]) -> list[str]:
    return [finding.kind for finding in audit(fold_model(events[0].artifact, events))]


def chained(tag: str, date: int, previous: str, commit: str = "a", intent: str = "") -> Event:
    trailers = f"Modelref-Previous: {previous}\nModelref-Id: {intent or tag}"
    return event(tag, commit, date, trailers)


def test_a_sound_history_has_no_finding() -> None:
    first = chained("rec@v1.0.0", 1, "none")
    second = chained("rec@v2.0.0", 2, first.oid, "b")
    third = chained("rec#prod#1", 3, "none")
    assert kinds([first, second, third, chained("rec#prod#3", 4, third.oid, "b")]) == []


def test_what_gto_wrote_without_trailers_is_sound() -> None:
    assert kinds(history("rec@v1.0.0#1 a", "rec@v2.0.0#2 b", "rec#prod#3 a", "rec#prod#9 b")) == []


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (["rec@v1.0.0 a", "rec@v2.0.0 a"], "two-versions"),
        (["rec@v1.0.0 a", "rec@v1.0.0#2 b"], "moved-version"),
        (["rec#prod#4 a", "rec#prod!#4 b"], "counter-twice"),
        (["rec#prod#2 a", "rec#prod#1 b"], "clock-against-counter"),
        (["rec#prod!#1 a rollback"], "contradiction"),
        (["rec@v1.0.0 a deregister"], "contradiction"),
    ],
)
def test_what_is_unsound_is_found(lines: list[str], kind: str) -> None:
    assert kind in kinds(history(*lines))


def test_a_deleted_tag_breaks_the_chain() -> None:
    first = chained("rec#prod#1", 1, "none")
    second = chained("rec#prod#2", 2, first.oid, "b")
    third = chained("rec#prod#3", 3, second.oid, "c")
    assert kinds([first, third]) == ["broken-chain"]
    assert kinds([second, third]) == ["broken-chain"]


def test_an_event_made_twice_is_found() -> None:
    first = chained("rec#prod#1", 1, "none", "a", "same")
    assert kinds([first, chained("rec#prod#2", 2, first.oid, "a", "same")]) == ["doubled-event"]


def test_text_that_is_not_utf8_is_found() -> None:
    odd = event("rec@v1.0.0")._replace(subject="caf\udce9", commit=COMMITS["b"])
    assert kinds([odd]) == ["not-utf8"]
