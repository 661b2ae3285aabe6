"""Hostile words in every place where people type: a clear refusal, and nothing else happens."""

import os
from pathlib import Path

import pytest

import modelref
from modelref.errors import BadInput
from support.inprocess import run
from support.project import Project, Result
from support.tiny import tiny_registry

NAMES = [
    "",
    " ",
    ".",
    "..",
    "/",
    "//",
    "../../etc/passwd",
    "/etc/passwd",
    "rec/../../../x",
    "a//b",
    "/rec",
    "rec/",
    "rec.lock",
    "a.lock/b:rec",
    ".git/hooks:rec",
    "..:rec",
    "../..:rec",
    "/srv:rec",
    "-",
    "--",
    "-rf",
    "--upload-pack=touch pwned",
    "--output=pwned",
    "--exec=touch pwned",
    "-c core.pager=touch pwned",
    "@",
    "@{-1}",
    "@{upstream}",
    "HEAD@{1}",
    "HEAD^{/x}",
    ":/x",
    ":(glob)**",
    "rec@v1.0.0..rec@v2.0.0",
    "^rec",
    "rec~1",
    "*",
    "re?",
    "[a-z]ec",
    "refs/tags/rec@v0.1.0/x y",
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned",
    "| touch pwned",
    "&& touch pwned",
    "> pwned",
    "rec\nrefs/heads/pwned",
    "rec\tx",
    "rec\r",
    "rec\x1b[2J\x1b]0;pwned\x07",
    "rec\x7f",
    "rec\x9b31m",
    "rec\u202egnp.exe",
    "r\u0435c",
    "rec\u200b",
    "rec\ufeff",
    "rec\u2028x",
    "\U0001f600",
    "rec\udcff\udcfe",
    "rec\ud800",
    "%s%n%x",
    "%00",
    "{0.__class__}",
    "rec#",
    "#prod",
    "rec#prod#4",
    "rec#prod!",
    "rec##prod",
    "rec@",
    "rec@@v0.1.0",
    "rec@v01.0.0",
    "rec@v0.1.0!",
    "rec@v0.1.0@v0.2.0",
    "rec@v99999999999999999999999999.0.0-x.lock",
    "rec@v0.1.0-..",
    "rec@latest\0",
    "n" * 256,
    "n" * 100_000,
    "a/" * 5_000 + "a",
    "9" * 5_000 + ":rec",
]
PLACES = [
    ["show", "--", "NAME"],
    ["show", "--json", "--", "NAME"],
    ["show", "rec", "--at=NAME"],
    ["history", "--", "NAME"],
    ["diff", "--", "NAME"],
    ["diff", "--", "rec@v0.1.0", "NAME"],
    ["diff", "rec@v0.1.0", "--only=NAME"],
    ["review", "--", "NAME"],
    ["gate", "--", "NAME", "prod"],
    ["gate", "--", "rec@v0.1.0", "NAME"],
    ["gate", "rec@v0.1.0", "prod", "--against=NAME"],
    ["gate", "--again=NAME"],
    ["resolve", "--", "NAME"],
    ["get", "--", "NAME"],
    ["get", "--", "rec@v0.1.0", "NAME"],
    ["verify", "--", "NAME"],
    ["follow", "--once", "--exec=true", "--", "NAME"],
    ["init", "--", "NAME"],
    ["init", "--ci=NAME"],
    ["register", "--", "NAME"],
    ["register", "rec", "--rev=NAME"],
    ["register", "rec", "--version=NAME"],
    ["register", "rec", "--base=NAME"],
    ["register", "rec", "--bump=NAME"],
    ["promote", "--", "NAME", "prod"],
    ["promote", "--", "rec@v0.1.0", "NAME"],
    ["promote", "rec@v0.1.0", "prod", "--expect=NAME"],
    ["rollback", "--", "NAME"],
    ["rollback", "rec#prod", "--to=NAME"],
    ["rollback", "rec#prod", "--expect=NAME"],
    ["unassign", "--", "NAME"],
    ["deregister", "--", "NAME"],
    ["deprecate", "--", "NAME"],
    ["restore", "--", "NAME"],
    ["fetch", "--", "NAME"],
    ["push", "--", "NAME"],
    ["--repo=NAME", "show"],
    ["--repo=NAME", "get", "rec@v0.1.0"],
    ["NAME"],
]
COMMANDS = sorted({first for first, *_ in PLACES if first.isalpha()} - {"NAME"})

# What git means by these is what a person who types them means; follow awaits a version.
_MEANT_WELL = {
    "register rec --rev=NAME": {"@", "HEAD@{1}"},
    "review -- NAME": {"..", "@", "HEAD@{1}"},
    "follow --once --exec=true -- NAME": {"rec@v99999999999999999999999999.0.0-x.lock"},
    "--repo=NAME show": {"."},
    "--repo=NAME get rec@v0.1.0": {"."},
}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = tiny_registry(tmp_path_factory.mktemp("hostile") / "clone", ("rec",), 2)
    registry = modelref.open(project.root)
    registry.promote("rec@v0.1.0", "prod")
    registry.promote("rec@v0.2.0", "prod")
    project.write("notes.txt", "not committed")
    return project


def everything(project: Project) -> dict[str, str]:
    """Every file in the clone and beside it, but for our own lock and git's index; and all refs."""
    files = {
        str(path): "" if path.is_dir() else f"{path.stat().st_mtime_ns} {path.stat().st_size}"
        for path in project.root.parent.rglob("*")
        if ".git" not in path.relative_to(project.root.parent).parts
    }
    return files | {"refs": project.git("for-each-ref"), "head": project.git("rev-parse", "HEAD")}


def refused(result: Result, what: str) -> None:
    assert result.code in (1, 2, 4, 5), f"{what}: {result}"
    assert result.err.startswith(("error: ", '{"error": ')), f"{what}: {result}"
    assert not result.out, f"{what}: {result}"
    assert "Traceback" not in result.err
    unprintable = {one for one in result.err if not one.isprintable() and one != "\n"}
    assert not unprintable, f"{what}: {unprintable}"
    assert len(result.err) < 3_000, f"{what} is echoed at length"


@pytest.mark.parametrize("place", PLACES, ids=" ".join)
def test_a_hostile_word_is_refused_and_nothing_happens(clone: Project, place: list[str]) -> None:
    before = everything(clone)
    for name in NAMES:
        if name not in _MEANT_WELL.get(" ".join(place), ()):
            args = [word.replace("NAME", name) for word in place]
            refused(run(clone.root, *args), f"{args!r:.200}")
    assert everything(clone) == before


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "option",
    [
        "--upload-pack=touch pwned",
        "--upload-archive=pwned",
        "--git-dir=/srv",
        "-c",
        "--exec-path=.",
    ],
)
def test_a_git_option_is_no_option_of_ours(clone: Project, command: str, option: str) -> None:
    before = everything(clone)
    refused(run(clone.root, command, option, "rec@v0.1.0"), f"{command} {option}")
    assert everything(clone) == before


def test_a_tag_that_is_no_utf8_is_somebody_elses(clone: Project) -> None:
    name = os.fsdecode(b"caf\xe9@v1.0.0")
    clone.git("update-ref", f"refs/tags/{name}", clone.commits[0])
    shown = run(clone.root, "show", "--json")
    assert [model["name"] for model in shown.json["models"]] == ["rec"]
    clone.git("update-ref", "-d", f"refs/tags/{name}")


def test_words_that_are_no_utf8_are_kept_and_shown_escaped(clone: Project) -> None:
    said = os.fsdecode(b"caf\xe9 \x1b[31mred")
    result = run(clone.root, "promote", "rec@v0.1.0", "odd/words", "-m", said)
    assert result.code == 0
    shown = run(clone.root, "history", "rec", "--stage", "odd/words")
    assert "\x1b" not in shown.out
    assert run(clone.root, "history", "rec", "--stage", "odd/words", "--json").code == 0


def test_a_message_may_hold_many_words_but_not_a_book(clone: Project) -> None:
    before = everything(clone)
    result = run(clone.root, "promote", "rec@v0.1.0", "dev", "-m", "x" * 1_000_000)
    refused(result, "a book")
    assert "error: the message has 1,000,000 bytes, and 16,384 are the most" in result.err
    assert "hint: say why in a few lines" in result.err
    assert everything(clone) == before
    assert run(clone.root, "promote", "rec@v0.1.0", "dev", "-m", "x" * 16_384).code == 0


@pytest.mark.parametrize(
    "text",
    [
        "a\0b",
        "\ud800",
        *(
            f"as mailed:\n-----BEGIN {kind}-----\n\nabc"
            for kind in ("PGP SIGNATURE", "PGP MESSAGE", "SSH SIGNATURE", "SIGNED MESSAGE")
        ),
    ],
)
def test_a_message_that_git_would_cut_off_is_refused(clone: Project, text: str) -> None:
    with pytest.raises(BadInput, match="the message"):
        modelref.open(clone.root).promote("rec@v0.1.0", "qa", message=text)


@pytest.mark.parametrize(
    "text",
    [
        "\n\nModelref-Event: rollback\nModelref-Id: 1",
        "x\n\nModelref-Previous: none",
        "x\u2028Modelref-Id: 2",
        "x\r\n\r\nModelref-Id: 3",
        " -----BEGIN PGP SIGNATURE-----\n\nModelref-Id: 4",
    ],
)
def test_words_cannot_pose_as_what_modelref_writes(clone: Project, text: str) -> None:
    registry = modelref.open(clone.root)
    stage = "qa"
    current = next(iter(registry.models())).stages.get(stage)
    version = "v0.1.0" if current != "v0.1.0" else "v0.2.0"
    event = registry.promote(f"rec@{version}", stage, message=text)
    assert event.trailer("Modelref-Event") == "assign"
    assert len(event.trailer("Modelref-Id") or "") == 32


def test_the_repository_of_a_hostile_folder_name(tmp_path: Path) -> None:
    project = tiny_registry(tmp_path / "-c x; $(touch pwned)\x1b[31m", ("rec",), 1)
    result = run(project.root, "show")
    assert result.code == 0
    assert "rec" in result.out
    refused(run(project.root / "..", "-C", project.root.name, "show", "nope"), "folder")
    assert not list(tmp_path.rglob("pwned"))
