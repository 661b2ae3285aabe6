"""What every ``Tags`` promises: git's, and the twin in memory."""

from pathlib import Path

import pytest

from modelref.adapters.git.repository import Repository
from modelref.adapters.git.tags import GitTags
from modelref.domain.event import Event, read_tag
from modelref.domain.message import compose
from modelref.domain.names import Artifact
from modelref.domain.tag import TagName
from modelref.errors import Conflict, OutOfReach
from modelref.ports import Tags
from modelref.testing import MemoryTags
from support.project import Project


@pytest.fixture(params=["git", "memory"])
def tags(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Tags, str]:
    if request.param == "memory":
        return MemoryTags(), "a" * 40
    project = Project(tmp_path, ())
    project.git("init", "--quiet")
    project.git("commit", "--quiet", "--allow-empty", "--message", "empty")
    return GitTags(Repository.locate(tmp_path)), project.git("rev-parse", "HEAD")


def create(port: Tags, commit: str, name: str, date: int = 1_700_000_000, text: str = "why") -> str:
    tag = TagName.parse(name)
    assert tag is not None
    message = compose(f"About {name}", text, {"Modelref-Event": "x", "Modelref-Id": name})
    return port.create(tag, commit, message, date)


def events(port: Tags, artifact: str | None = None, *, bodies: bool = False) -> list[Event]:
    listed = port.list(Artifact.parse(artifact) if artifact else None, bodies=bodies)
    read = [read_tag(record) for record in listed]
    return [event for event in read if isinstance(event, Event)]


def test_a_created_tag_is_listed_as_it_was_made(tags: tuple[Tags, str]) -> None:
    port, commit = tags
    oid = create(port, commit, "shop=rec#prod!#4", 1_700_000_123)
    (event,) = events(port, bodies=True)
    assert (event.tag, event.oid, event.commit) == ("shop=rec#prod!#4", oid, commit)
    assert (event.date, event.subject) == (1_700_000_123, "About shop=rec#prod!#4")
    assert event.trailer("Modelref-Id") == "shop=rec#prod!#4"
    assert (event.body or "").startswith("why")
    assert event.author
    assert "@" in event.email


def test_bodies_are_read_only_when_asked_for(tags: tuple[Tags, str]) -> None:
    port, commit = tags
    create(port, commit, "rec@v1.0.0")
    assert [event.body for event in events(port)] == [None]


def test_a_second_tag_of_one_name_is_a_conflict_and_changes_nothing(tags: tuple[Tags, str]) -> None:
    port, commit = tags
    create(port, commit, "rec@v1.0.0", text="first")
    before = events(port, bodies=True)
    with pytest.raises(Conflict, match=r"somebody else made the tag rec@v1.0.0 first"):
        create(port, commit, "rec@v1.0.0", text="second")
    assert events(port, bodies=True) == before


def test_one_model_is_listed_without_its_neighbours(tags: tuple[Tags, str]) -> None:
    port, commit = tags
    own = ["rec#eu/prod#1", "rec#prod#1", "rec@v1.0.0", "rec@v1.0.0!", "rec@deprecated#2"]
    for name in [*own, "rec2@v1.0.0", "shop=rec@v1.0.0", "re@v1.0.0", "rec/x@v1.0.0"]:
        create(port, commit, name)
    assert sorted(event.tag for event in events(port, "rec")) == sorted(own)


@pytest.mark.parametrize(
    "text", ["", "two\nlines", "a: b\nc: d", "# no comment", "ends with \\n\n\n"]
)
def test_words_never_touch_the_trailers(tags: tuple[Tags, str], text: str) -> None:
    port, commit = tags
    create(port, commit, "rec@v1.0.0", text=text)
    (event,) = events(port)
    assert event.trailer("Modelref-Id") == "rec@v1.0.0"


def test_a_tag_that_was_just_made_can_be_taken_back(tags: tuple[Tags, str]) -> None:
    port, commit = tags
    kept = create(port, commit, "rec@v1.0.0")
    made = create(port, commit, "rec#prod#1")
    tag = TagName.parse("rec#prod#1")
    assert tag is not None
    port.discard(tag, made)
    assert [event.oid for event in events(port)] == [kept]
    assert create(port, commit, "rec#prod#1", date=1_700_000_001) != made


def test_only_the_tag_that_one_made_oneself_is_taken_back(tags: tuple[Tags, str]) -> None:
    port, commit = tags
    other = create(port, commit, "rec@v1.0.0")
    made = create(port, commit, "rec#prod#1")
    tag = TagName.parse("rec#prod#1")
    assert tag is not None
    with pytest.raises(OutOfReach):
        port.discard(tag, other)
    assert made in [event.oid for event in events(port)]
