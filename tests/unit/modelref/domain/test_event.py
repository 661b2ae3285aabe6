import pytest

from modelref.domain.event import Event, read_tag
from modelref.domain.finding import Finding, Severity
from support.events import record


def test_a_strangers_tag_is_nothing() -> None:
    assert read_tag(record("release-2026-11")) is None


def test_a_lightweight_tag_is_no_event_but_reported_with_its_mend() -> None:
    found = read_tag(record("rec@v1.0.0")._replace(type="commit", name=""))
    assert isinstance(found, Finding)
    assert found.severity is Severity.WARNING
    assert "modelref register rec --version v1.0.0" in found.hint


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"name": "rec@v9.9.9"}, "renamed-tag"),
        ({"target_type": "tree"}, "bad-target"),
        ({"target_type": ""}, "bad-target"),
        ({"date": ""}, "bad-date"),
        ({"date": "-5 +0000"}, "bad-date"),
        ({"date": "99999999999999 +0000"}, "bad-date"),
        ({"date": "²³ +0000"}, "bad-date"),
    ],
)
def test_an_unsound_tag_is_a_finding(change: dict[str, str], kind: str) -> None:
    found = read_tag(record("rec@v1.0.0")._replace(**change))
    assert isinstance(found, Finding)
    assert (found.severity, found.kind, found.tag) == (Severity.ERROR, kind, "rec@v1.0.0")


def test_an_event_knows_its_trailers_and_time() -> None:
    read = read_tag(
        record("rec#prod!#7", date=60, trailers="Modelref-Id: x\nModelref-Event: unassign")
    )
    assert isinstance(read, Event)
    assert (read.counter, read.stage, read.kind.value) == (7, "prod", "unassign")
    assert read.trailer("Modelref-Id") == "x"
    assert read.trailer("Modelref-Outs") is None
    assert read.when.isoformat() == "1970-01-01T00:01:00+00:00"
