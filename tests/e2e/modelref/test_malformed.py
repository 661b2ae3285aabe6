"""Damaged and odd neighbours: each is reported, the rest still reads, and the answer is right."""

import zlib
from collections.abc import Callable
from hashlib import sha1
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import modelref
from modelref.adapters.git.repository import Repository
from modelref.adapters.git.salvage import salvage
from modelref.adapters.git.tags import GitTags
from modelref.domain.event import Event, read_tag
from modelref.domain.message import compose
from modelref.domain.tag import TagName
from support.inprocess import run
from support.project import Project
from support.tiny import tiny_registry

BAD = "rec@v6.6.6"
_SIGNATURE = "-----BEGIN {0} SIGNATURE-----\n\nYWJj\n-----END {0} SIGNATURE-----\n"
TAGGER = "tagger Eve <eve@example.com> 1700000000 +0000"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = tiny_registry(tmp_path_factory.mktemp("malformed") / "clone", ("rec", "rank"), 2)
    registry = modelref.open(project.root)
    for model in ("rec", "rank"):
        registry.promote(f"{model}@v0.1.0", "prod")
        registry.promote(f"{model}@v0.2.0", "prod")
    return project


@pytest.fixture
def clone(built: Project, tmp_path: Path) -> Project:
    return built.copied_to(tmp_path / "clone")


def write_tag(project: Project, name: str, content: bytes) -> None:
    """Make a tag object of any bytes, and a ref to it, past all of git's checks."""
    data = b"tag %d\0" % len(content) + content
    oid = sha1(data, usedforsecurity=False).hexdigest()
    path = project.root / ".git" / "objects" / oid[:2] / oid[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(data))
    point(project, name, oid)


def point(project: Project, name: str, oid: str) -> None:
    ref = project.root / ".git" / "refs" / "tags" / name
    ref.parent.mkdir(parents=True, exist_ok=True)
    ref.write_text(f"{oid}\n")


def headers(*lines: str, words: str = "words") -> Callable[[Project], bytes]:
    """The bytes of a tag object, with ``{commit}``, ``{tree}``, ``{blob}``, … filled in."""

    def content(project: Project) -> bytes:
        commit = project.commits[-1]
        tree = project.git("rev-parse", f"{commit}^{{tree}}")
        known = {
            "commit": project.git("commit-tree", tree, "-m", "a commit without a version"),
            "tree": tree,
            "blob": project.git("rev-parse", f"{commit}:rec.txt"),
            "other": project.git("rev-parse", "refs/tags/rank@v0.1.0"),
            "nothing": "1234567890" * 4,
        }
        text = "\n".join(lines).format_map(known)
        return f"{text}\n\n{words}\n".encode("utf-8", "surrogateescape")

    return content


def raw(data: bytes) -> Callable[[Project], bytes]:
    return lambda _: data


def dated(date: str) -> Callable[[Project], bytes]:
    return headers("object {commit}", "type commit", f"tag {BAD}", f"tagger Eve <eve@x.org> {date}")


MALFORMED: dict[str, tuple[Callable[[Project], bytes], str]] = {
    "no tagger": (headers("object {commit}", "type commit", f"tag {BAD}"), "bad-date"),
    "tagger without a date": (
        headers("object {commit}", "type commit", f"tag {BAD}", "tagger Eve <eve@example.com>"),
        "bad-date",
    ),
    "tagger without an address": (
        headers("object {commit}", "type commit", f"tag {BAD}", "tagger Eve"),
        "bad-date",
    ),
    "date that overflows": (dated("99999999999999999999999 +0000"), "bad-date"),
    "date beyond 64 bits": (dated("18446744073709551616 +0000"), "bad-date"),
    "year 10000": (dated("253402300800 +0000"), "bad-date"),
    "negative date": (dated("-5 +0000"), "bad-date"),
    "zone +9999": (dated("1700000000 +9999"), "bad-date"),
    "tag of a tree": (
        headers("object {tree}", "type tree", f"tag {BAD}", TAGGER),
        "bad-target",
    ),
    "tag of a file": (headers("object {blob}", "type blob", f"tag {BAD}", TAGGER), "bad-target"),
    "tree that says it is a commit": (
        headers("object {tree}", "type commit", f"tag {BAD}", TAGGER),
        "bad-target",
    ),
    "tag of a missing object": (
        headers("object {nothing}", "type commit", f"tag {BAD}", TAGGER),
        "bad-target",
    ),
    "another tag's name": (
        headers("object {commit}", "type commit", "tag rec@v0.1.0", TAGGER),
        "renamed-tag",
    ),
    "no name": (headers("object {commit}", "type commit", TAGGER), "broken-tag"),
    "no type": (headers("object {commit}", f"tag {BAD}", TAGGER), "broken-tag"),
    "no object": (headers("type commit", f"tag {BAD}", TAGGER), "broken-tag"),
    "object that is no id": (
        headers("object recommender", "type commit", f"tag {BAD}", TAGGER),
        "bad-target",
    ),
    "nothing at all": (raw(b""), "broken-tag"),
    "noise": (raw(bytes(range(256)) * 4), "broken-tag"),
}
# Odd, but git reads all that an event needs from them, so they are events.
ODD: dict[str, Callable[[Project], bytes]] = {
    "not UTF-8": headers(
        "object {commit}",
        "type commit",
        f"tag {BAD}",
        "tagger E\udcffve <\udcfe@example.com> 1700000000 +0000",
        words="caf\udce9 \udcff",
    ),
    "date in words": dated("yesterday +0000"),
    "zone without digits": dated("1700000000 UTC"),
    "no zone": dated("1700000000"),
    "unknown type": headers("object {commit}", "type wish", f"tag {BAD}", TAGGER),
    "no message": headers("object {commit}", "type commit", f"tag {BAD}", TAGGER, words=""),
    "control characters": headers(
        "object {commit}",
        "type commit",
        f"tag {BAD}",
        "tagger E\x1b[31mve <eve@example.com> 1700000000 +0000",
        words="\x1b]0;title\x07\x1b[2J",
    ),
    "a megabyte": headers(
        "object {commit}", "type commit", f"tag {BAD}", TAGGER, words="x" * 1_000_000
    ),
}


def answers(project: Project) -> tuple[str, str]:
    """What the stages of both models hold, and the newest version of the other model."""
    models = {model.name: model for model in modelref.open(project.root).models()}
    assert models["rank"].latest == "v0.2.0"
    return models["rec"].stages["prod"], models["rank"].stages["prod"]


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_tag_is_reported_and_spoils_nothing_else(clone: Project, kind: str) -> None:
    content, expected = MALFORMED[kind]
    write_tag(clone, BAD, content(clone))
    assert answers(clone) == ("v0.2.0", "v0.2.0")
    shown = run(clone.root, "show", "rec")
    assert "v6.6.6" not in shown.out
    assert f"the tag '{BAD}' " in shown.err
    assert run(clone.root, "show", "rank").err == ""
    found = run(clone.root, "verify", "--json")
    assert found.code == 1
    kinds = {entry["kind"] for entry in found.json["findings"] if entry["tag"] == BAD}
    assert kinds == {expected}
    run(clone.root, "rollback", "rec#prod")
    assert answers(clone) == ("v0.1.0", "v0.2.0")


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_tag_is_an_event_and_never_commands_the_terminal(clone: Project, kind: str) -> None:
    write_tag(clone, BAD, ODD[kind](clone))
    assert answers(clone) == ("v0.2.0", "v0.2.0")
    for args in (["show", "rec"], ["history", "rec"], ["show", "rec@v6.6.6"]):
        result = run(clone.root, *args)
        assert "v6.6.6" in result.out
        assert not {"\x1b", "\x07"} & set(result.out + result.err)
        assert "@" in args[1] or max(map(len, result.out.splitlines())) < 500


@pytest.mark.parametrize("damaged", [False, True])
def test_a_tag_of_a_tag_is_about_the_commit_that_both_mean(clone: Project, damaged: bool) -> None:
    """``git tag -a rec#prod#9 rec@v0.1.0``, as a person types it."""
    if damaged:
        write_tag(clone, "rank@v7.7.7", b"noise")
    clone.git("tag", "-a", "-m", "by hand", "rec#prod#9", "rec@v0.1.0")
    clone.git("tag", "-a", "-m", "and again", "rec#prod#10", "rec#prod#9")
    assert answers(clone) == ("v0.1.0", "v0.2.0")
    clone.git("tag", "-a", "-m", "of a tree", "a-tree", "HEAD^{tree}")
    clone.git("tag", "-a", "-m", "no commit", "rec#prod#11", "a-tree")
    assert answers(clone) == ("v0.1.0", "v0.2.0")
    findings = run(clone.root, "verify", "rec", "--json").json["findings"]
    assert {entry["what"] for entry in findings if entry["tag"] == "rec#prod#11"} == {
        "does not name a commit but tree"
    }


def test_a_ref_to_nothing_is_reported(clone: Project) -> None:
    point(clone, BAD, "12345" * 8)
    assert answers(clone) == ("v0.2.0", "v0.2.0")
    assert "names an object that is missing" in run(clone.root, "show", "rec").err
    point(clone, BAD, "no object id")
    assert answers(clone) == ("v0.2.0", "v0.2.0")
    assert f"the tag '{BAD}' " in run(clone.root, "show", "rec").err


@pytest.mark.parametrize("skew", [-3600, 3600])
def test_a_clock_that_runs_wrong_by_an_hour_decides_nothing(clone: Project, skew: int) -> None:
    tags = GitTags(Repository.locate(clone.root))
    newest = max(event.date for event in map(read_tag, tags.list()) if isinstance(event, Event))
    name = TagName.parse("rec#prod#3")
    assert name is not None
    tags.create(name, clone.commits[0], compose("by a wrong clock", "", {"X": "1"}), newest + skew)
    assert answers(clone) == ("v0.1.0", "v0.2.0")
    run(clone.root, "promote", "rec@v0.2.0", "prod")
    assert answers(clone) == ("v0.2.0", "v0.2.0")
    run(clone.root, "rollback", "rec#prod")
    assert answers(clone) == ("v0.1.0", "v0.2.0")


@pytest.mark.parametrize("format_", ["PGP", "SSH"])
def test_a_signed_rollback_is_a_rollback(clone: Project, format_: str) -> None:
    # git itself finds no trailers above a signature.
    head = f"object {clone.commits[0]}\ntype commit\ntag rec#prod#3\n{TAGGER}"
    message = compose("Roll back", "why", {"Modelref-Event": "rollback", "Modelref-Id": "1"})
    write_tag(clone, "rec#prod#3", f"{head}\n\n{message}{_SIGNATURE.format(format_)}".encode())
    assert answers(clone)[0] == "v0.1.0"
    result = run(clone.root, "rollback", "rec#prod")
    assert result.code == 1, "popped: nothing is before v0.1.0"


def test_events_of_one_second_are_ordered_by_their_counters(clone: Project) -> None:
    tags = GitTags(Repository.locate(clone.root))
    for counter in (11, 9, 10):  # made out of order, and "9" sorts after "10"
        name = TagName.parse(f"rec#prod#{counter}")
        assert name is not None
        commit = clone.commits[counter % 2]
        tags.create(name, commit, compose("at once", "", {"X": "1"}), 1_700_000_000)
    assert answers(clone)[0] == "v0.2.0"
    run(clone.root, "promote", "rec@v0.1.0", "prod")
    assert "rec#prod#12" in clone.git("tag")


_WORDS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\r"),
    max_size=60,
)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    words=st.lists(_WORDS, min_size=1, max_size=6),
    bodies=st.booleans(),
    signature=st.sampled_from(["", _SIGNATURE.format("PGP"), _SIGNATURE.format("SSH")]),
)
def test_reading_one_by_one_equals_reading_at_once(
    built: Project,
    tmp_path_factory: pytest.TempPathFactory,
    words: list[str],
    bodies: bool,
    signature: str,
) -> None:
    clone = built.copied_to(tmp_path_factory.mktemp("sound") / "clone")
    tags = GitTags(Repository.locate(clone.root))
    for number, text in enumerate(words, start=1):
        name = f"rank#eu/dev#{number}"
        head = f"object {clone.commits[number % 2]}\ntype commit\ntag {name}\n{TAGGER}"
        trailers = {"Modelref-Event": "assign", "Modelref-Id": f"{number:032x}"}
        message = compose("Assign dev to rank", text, trailers)
        write_tag(clone, name, f"{head}\n\n{message}{signature}".encode())
    clone.git("tag", "light@v1.0.0")
    clone.git("tag", "-a", "stranger", "-m", "two\nlines\n\nbody\n\nSigned-off-by: a <b>")
    slowly = list(salvage(tags.repository.git, ["refs/tags"], bodies=bodies))
    at_once = list(tags.list(bodies=bodies))
    assert [_told(record) for record in slowly] == [_told(record) for record in at_once]


def _told(record: object) -> object:
    return read_tag(record) if isinstance(record, tuple) else record  # type: ignore[arg-type]
