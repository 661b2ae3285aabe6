"""Two people, a bare remote and the command line: what each is told, and what each clone has."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

import modelref
from modelref.adapters.git.journal import ClonedJournal
from modelref.adapters.git.repository import Repository
from modelref.adapters.git.sync.remote import GitRemote
from modelref.errors import OutOfReach
from support.clones import clone_of, host_and_clone, host_tags
from support.killing import run_and_kill, tags
from support.project import Project

LEASES = "refs/modelref/head"


class Pair:
    """Ada's and Bob's clones of one host, with two registered versions of ``rec``."""

    def __init__(self, folder: Path) -> None:
        self.host, self.ada = host_and_clone(folder, ["rec"], 3)
        for number, commit in enumerate(self.ada.commits[:2], start=1):
            self.ada.modelref("register", "rec", "--rev", commit, "--version", f"v0.{number}.0")
        self.bob = clone_of(self.host, folder / "bob", "Bob", self.ada.commits)

    def hook(self, name: str, script: str) -> None:
        """Give the host a hook."""
        path = self.host / "hooks" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def host_git(self, *args: str) -> str:
        return Project(self.host, ()).git(*args)


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return Pair(tmp_path)


def test_a_write_goes_to_the_remote_and_the_next_person_decides_on_it(pair: Pair) -> None:
    first = pair.ada.modelref("promote", "rec@v0.1.0", "prod")
    assert first.out.endswith("pushed to origin\n")
    second = pair.bob.modelref("promote", "rec@v0.2.0", "prod", "--json").json["event"]
    assert (second["tag"], second["author"], second["pushed"]) == ("rec#prod#2", "Bob", True)
    assert host_tags(pair.host) == tags(pair.bob)
    assert host_tags(pair.host, LEASES)["rec#prod#"] == tags(pair.bob)["rec#prod#2"]
    fetched = pair.ada.modelref("fetch", "--json").json
    assert [event["tag"] for event in fetched["new"]] == ["rec#prod#2"]
    assert (fetched["changed"], fetched["local"], fetched["restored"]) == ([], [], False)
    assert tags(pair.ada) == tags(pair.bob)


def test_who_had_seen_something_else_is_told_who_was_first(pair: Pair) -> None:
    pair.ada.modelref("promote", "rec@v0.1.0", "prod")
    pair.bob.modelref("promote", "rec@v0.2.0", "prod", "--expect", "v0.1.0")
    late = pair.ada.modelref("rollback", "rec#prod", "--expect", "v0.1.0", check=False)
    assert late.code == 4
    assert "rec#prod holds v0.2.0, not v0.1.0, by Bob" in late.err
    assert tags(pair.ada) == host_tags(pair.host), "and has what the other did"


def test_a_push_that_comes_between_wins_and_the_loser_keeps_no_tag(pair: Pair) -> None:
    # When Ada's push has been prepared, Bob's is made, in the hook that git runs before it sends.
    hook = pair.ada.root / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        f"#!/bin/sh\nrm -f {hook}\nunset GIT_DIR\n"
        f"modelref -C {pair.bob.root} promote rec@v0.2.0 prod >&2\n"
    )
    hook.chmod(0o755)
    before = tags(pair.ada)
    late = pair.ada.modelref("promote", "rec@v0.1.0", "prod", check=False)
    assert late.code == 4, late.out + late.err
    assert "error: Bob was first: rec#prod#1 at " in late.err
    assert "hint: modelref history rec --stage prod, then run the command again" in late.err
    assert tags(pair.ada) == host_tags(pair.host)
    assert set(tags(pair.ada)) - set(before) == {"rec#prod#1"}
    assert (
        pair.ada.modelref("promote", "rec@v0.1.0", "prod", "--json").json["event"]["counter"] == 2
    )


def test_gto_in_between_is_survived(pair: Pair) -> None:
    pair.ada.modelref("promote", "rec@v0.1.0", "prod")
    pair.bob.git("fetch", "--quiet", "--tags")
    pair.bob.run("gto", "assign", "rec", "--version", "v0.2.0", "--stage", "prod", "--push")
    written = pair.ada.modelref("promote", "rec@v0.1.0", "prod", "--json").json["event"]
    theirs = [tag for tag in host_tags(pair.host) if tag.startswith("rec#prod#")]
    counters = sorted(int(tag.rpartition("#")[2]) for tag in theirs)
    assert written["counter"] == counters[-1]
    assert len(set(counters)) == 3
    assert pair.ada.modelref("verify").code == 0


def test_what_only_one_clone_knows_is_said_and_pushed_later(pair: Pair) -> None:
    kept = pair.ada.modelref("promote", "rec@v0.1.0", "prod", "--no-push")
    assert kept.out.endswith("only this clone knows; tell the others: modelref push\n")
    assert "local only" in pair.ada.modelref("history").out
    told = pair.ada.modelref("history", "--json").json["events"]
    assert {event["tag"]: event["pushed"] for event in told} == {
        "rec#prod#1": False, "rec@v0.1.0": True, "rec@v0.2.0": True,
    }  # fmt: skip
    assert "warning: the tag 'rec#prod#1' is known to this clone only" in (
        pair.ada.modelref("verify").out
    )
    assert "pushed 'rec#prod#1' to origin" in pair.ada.modelref("push").out
    assert pair.ada.modelref("push").out == "origin knows all events of this clone\n"
    assert "local only" not in pair.ada.modelref("history").out
    assert host_tags(pair.host) == tags(pair.ada)


def test_nobody_says_of_a_remote_that_was_never_asked_what_it_has(pair: Pair) -> None:
    told = pair.bob.modelref("history", "--json").json["events"]
    assert {event["pushed"] for event in told} == {None}


def test_a_nightly_of_twelve_models_is_one_push(tmp_path: Path) -> None:
    models = [f"m{number:02}" for number in range(12)]
    host, project = host_and_clone(tmp_path, models, 1)
    log = tmp_path / "pushes"
    hook = host / "hooks" / "post-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ngrep -c refs/tags/ >> {log}\n")
    hook.chmod(0o755)
    done = project.modelref("register", "--changed", "-m", "nightly")
    assert "12 registered, 0 unchanged, 0 refused" in done.out
    assert log.read_text() == "12\n"
    assert len(host_tags(host, LEASES)) == 12


def test_moved_and_deleted_tags_are_said_with_both_ids_and_never_followed(pair: Pair) -> None:
    pair.ada.modelref("promote", "rec@v0.1.0", "prod")
    pair.bob.modelref("fetch")
    mine = tags(pair.bob)
    other = host_tags(pair.host)["rec@v0.2.0"]
    pair.host_git("update-ref", "refs/tags/rec@v0.1.0", other)
    pair.host_git("update-ref", "-d", "refs/tags/rec#prod#1")
    result = pair.bob.modelref("fetch", check=False)
    assert result.code == 4
    old = mine["rec@v0.1.0"][:10]
    assert f"moved: rec@v0.1.0 was moved on origin: it was {old} and is {other[:10]} now" in (
        result.out.replace("'", "")
    )
    assert f"vanished: 'rec#prod#1' is no longer on origin: it was {mine['rec#prod#1'][:10]}" in (
        result.out
    )
    assert tags(pair.bob) == mine
    verified = pair.bob.modelref("verify", "--json", check=False)
    assert verified.code == 1
    kinds = {one["kind"] for one in verified.json["findings"]}
    assert {"moved-tag", "vanished-tag"} <= kinds
    said = (
        f"warning: the tag 'rec@v0.1.0' was moved on origin: it was {old} and was {other[:10]} at"
    )
    assert said in pair.bob.modelref("show").err
    refused = pair.bob.modelref("promote", "rec@v0.2.0", "prod", check=False)
    assert (refused.code, "nothing" in refused.out) == (4, False)
    assert pair.bob.modelref("promote", "rec@v0.2.0", "prod", "--no-push").code == 0


@pytest.mark.parametrize("here", [True, False])
def test_what_a_fetch_found_is_told_by_every_read_until_it_is_settled(
    pair: Pair, here: bool
) -> None:
    """Deleted on the host, the lease still there: an older version would be answered silently."""
    for version in ("v0.1.0", "v0.2.0"):
        pair.ada.modelref("promote", f"rec@{version}", "prod")
    if here:
        pair.bob.modelref("fetch")
    oid = host_tags(pair.host)["rec#prod#2"]
    pair.host_git("update-ref", "-d", "refs/tags/rec#prod#2")
    told = pair.bob.modelref("fetch", check=False)
    assert (told.code, told.err) == (4, "")
    said = (
        f"warning: the tag 'rec#prod#2' was not on origin at the last fetch: it was {oid[:10]}\n"
        "hint: to put it back"
    )
    reads = [["resolve", "rec#prod"], ["show"], ["show", "rec"], ["history", "rec"]]
    for args in [*reads, ["show", "rec#prod"], ["get", "rec#prod", "-o", "out"]]:
        assert pair.bob.modelref(*args).err.count(said) == 1, args
    found = pair.bob.modelref("verify", "--json", check=False).json["findings"]
    assert [one["kind"] for one in found].count("vanished-tag") == 1
    pair.host_git("update-ref", "refs/tags/rec#prod#2", oid)
    pair.bob.modelref("fetch")
    assert pair.bob.modelref("resolve", "rec#prod").err == ""
    assert pair.bob.modelref("resolve", "rec#prod", "--json").json["version"] == "v0.2.0"


@pytest.mark.parametrize("name", ["found.json", "agreed.json"])
def test_damaged_notes_of_a_fetch_stop_no_read(pair: Pair, name: str) -> None:
    pair.bob.modelref("fetch")
    for text in ("[" * 200_000, '[{"severity": "odd"}]', '{"asked": 1, "agreed": 2}'):
        (pair.bob.root / ".git" / "modelref" / name).write_text(text)
        for args in (["show"], ["history", "rec"]):
            assert pair.bob.modelref(*args).err == "", text
    assert pair.bob.modelref("fetch").code == 0


def test_what_stands_in_the_notes_of_a_fetch_cannot_command_a_terminal(pair: Pair) -> None:
    found = {"severity": "error", "kind": "x\x1b[2J", "tag": "a\x1b]0;b", "hint": "c\x07\ud800"}
    path = pair.bob.root / ".git" / "modelref" / "found.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps([{**found, "what": "is \x9b gone\r"}]))
    told = pair.bob.modelref("show")
    assert r"a\x1b]0;b" in told.err
    assert all(line.isprintable() for line in told.err.splitlines())
    assert pair.bob.modelref("show", "--json").json["models"]


def test_what_a_remote_changed_is_told_no_longer_once_the_clone_has_it_no_more(pair: Pair) -> None:
    pair.bob.modelref("fetch")
    pair.host_git("update-ref", "-d", "refs/tags/rec@v0.2.0")
    assert pair.bob.modelref("fetch", check=False).code == 4
    pair.bob.git("remote", "rename", "origin", "backup")
    hint = "hint: the remote origin was renamed or removed: modelref fetch asks the one that is"
    for told in (pair.bob.modelref("show").err, pair.bob.modelref("verify", check=False).out):
        assert "the tag 'rec@v0.2.0' was not on origin at the last fetch" in told
        assert told.count(hint) == 1
        assert "git push origin" not in told
    pair.bob.git("config", "--remove-section", "remote.backup")
    assert pair.bob.modelref("show").err == ""
    found = pair.bob.modelref("verify", "--json", check=False).json["findings"]
    assert "vanished-tag" not in {one["kind"] for one in found}


def test_only_the_first_of_many_changed_tags_are_told_one_by_one(pair: Pair) -> None:
    names = [f"rec#s{number}#1" for number in range(8)]
    for name in names:
        pair.ada.git("tag", "--annotate", "--message", "why", name, "rec@v0.1.0^{}")
    pair.ada.git("push", "--quiet", "origin", "--tags")
    pair.bob.modelref("fetch")
    for name in names:
        pair.host_git("update-ref", "-d", f"refs/tags/{name}")
    told = pair.bob.modelref("fetch", check=False)
    assert told.code == 4
    assert [told.out.count(word) for word in ("vanished: ", "  hint: ")] == [5, 5]
    assert "and 3 more tags like these: modelref fetch --json has all\n" in told.out
    assert len(pair.bob.modelref("fetch", "--json", check=False).json["changed"]) == 8
    told = pair.bob.modelref("push", check=False)
    assert told.code == 4
    assert [told.out.count(word) for word in ("not pushed: 'rec", "  hint: ")] == [5, 5]
    assert "not pushed: 3 more tags like these: modelref push --json has all\n" in told.out
    assert len(pair.bob.modelref("push", "--json", check=False).json["left"]) == 8


def test_the_hints_of_a_changed_tag_settle_it(pair: Pair) -> None:
    pair.ada.modelref("promote", "rec@v0.1.0", "prod")
    pair.bob.modelref("fetch")
    oid = tags(pair.bob)["rec#prod#1"]
    pair.host_git("update-ref", "-d", "refs/tags/rec#prod#1")
    (hint,) = [
        line
        for line in pair.bob.modelref("fetch", check=False).out.splitlines()
        if line.startswith("  hint: ")
    ]
    assert hint.endswith("on the host: git update-ref -d 'refs/modelref/head/rec#prod#'")
    hint = hint.partition("; where a hook there refuses that")[0]
    back, accept = hint.removeprefix("  hint: to put it back: ").split("; to accept: ")
    pair.bob.run("bash", "-c", back)
    assert pair.bob.modelref("show").err == ""
    assert pair.bob.modelref("fetch").out == "nothing new on origin\n"
    assert host_tags(pair.host)["rec#prod#1"] == oid
    pair.host_git("update-ref", "-d", "refs/tags/rec#prod#1")
    pair.bob.modelref("fetch", check=False)
    pair.bob.run("bash", "-c", accept)
    assert pair.bob.modelref("show").err == ""
    assert pair.bob.modelref("fetch").out == "nothing new on origin\n"
    assert "rec#prod#1" not in tags(pair.bob)
    assert (
        pair.bob.modelref("promote", "rec@v0.2.0", "prod", "--json").json["event"]["counter"] == 1
    )


def test_a_remote_restored_from_a_backup_is_said(pair: Pair, tmp_path: Path) -> None:
    backup = tmp_path / "backup.git"
    Project(tmp_path, ()).git("clone", "--quiet", "--mirror", str(pair.host), str(backup))
    for version in ("v0.1.0", "v0.2.0"):
        pair.ada.modelref("promote", f"rec@{version}", "prod")
    pair.bob.modelref("fetch")
    pair.host.rename(tmp_path / "broken.git")
    backup.rename(pair.host)
    result = pair.bob.modelref("fetch", check=False)
    assert result.code == 4
    assert result.out.count("vanished: ") == 2
    assert "it may have been restored from an older state" in result.err


def test_rewritten_history_is_told_until_somebody_settles_it(pair: Pair) -> None:
    pair.ada.modelref("register", "rec", "--rev", pair.ada.commits[2], "--version", "v0.3.0")
    pair.bob.modelref("fetch")
    old = pair.host_git("rev-parse", "main")
    pair.ada.git("push", "--quiet", "--force", "origin", f"{pair.ada.commits[1]}:main")
    said = f"main of origin was rewritten: it was {old[:10]} and is {pair.ada.commits[1][:10]}\n"
    version = f"the tag 'rec@v0.3.0' is on no branch of origin any more: {said}"
    told = pair.bob.modelref("fetch", "--json")
    assert told.json["unreached"] == ["rec@v0.3.0"]
    assert told.json["rewritten"] == [{"branch": "main", "old": old, "new": pair.ada.commits[1]}]
    assert f"warning: {version}hint: git log " in told.err
    assert pair.bob.modelref("fetch", "--json").json == told.json
    pair.bob.modelref("promote", "rec@v0.2.0", "prod")
    for read in (["show"], ["resolve", "rec@v0.3.0"], ["fetch"]):
        assert version in pair.bob.modelref(*read).err
    assert version in pair.bob.modelref("verify").out
    hint = told.err.partition("to put it back: ")[2].splitlines()[0]
    back, accept = hint.split("; to accept: ")
    pair.bob.run("bash", "-c", back)
    assert pair.host_git("rev-parse", "main") == old
    assert pair.bob.modelref("show").err == ""
    pair.ada.git("push", "--quiet", "--force", "origin", f"{pair.ada.commits[1]}:main")
    assert version in pair.bob.modelref("fetch").err
    pair.bob.run("bash", "-c", accept)
    assert pair.bob.modelref("show").err == ""
    assert pair.bob.modelref("fetch", "--json").json["rewritten"] == []


def test_a_default_branch_without_versions_that_was_rewritten_is_told(pair: Pair) -> None:
    pair.ada.git("commit", "--quiet", "--allow-empty", "--message", "one")
    pair.ada.git("push", "--quiet", "origin", "main")
    pair.bob.modelref("fetch")
    old = pair.ada.git("rev-parse", "HEAD")
    pair.ada.git("commit", "--quiet", "--amend", "--allow-empty", "--message", "other")
    pair.ada.git("push", "--quiet", "--force", "origin", "main")
    new = pair.ada.git("rev-parse", "HEAD")
    pair.ada.git("push", "--quiet", "origin", f"{old}:refs/heads/kept")
    said = f"the branch main of origin was rewritten: it was {old[:10]} and is {new[:10]}"
    assert f"warning: {said}\n" in pair.bob.modelref("push").err + pair.bob.modelref("show").err


def test_other_branches_are_told_of_only_where_they_held_a_version(pair: Pair) -> None:
    pair.ada.git("checkout", "--quiet", "-b", "try/it")
    for _ in range(2):
        pair.ada.git("commit", "--quiet", "--allow-empty", "--amend", "--message", "again")
        pair.ada.git("push", "--quiet", "--force", "origin", "try/it")
        assert pair.bob.modelref("fetch").err == ""
    pair.ada.write("rec.txt", "rec of a branch\n")
    pair.ada.git("commit", "--quiet", "--all", "--message", "a model of a branch")
    pair.ada.git("push", "--quiet", "--force", "origin", "try/it")
    pair.ada.modelref("register", "rec", "--version", "v0.4.0")
    assert pair.bob.modelref("fetch").err == ""
    pair.ada.git("commit", "--quiet", "--amend", "--message", "again")
    pair.ada.git("push", "--quiet", "--force", "origin", "try/it")
    assert (
        "'rec@v0.4.0' is on no branch of origin any more: try/it" in pair.bob.modelref("fetch").err
    )
    pair.ada.git("push", "--quiet", "origin", "--delete", "try/it")
    assert pair.bob.modelref("fetch").err == (
        "note: no branch of origin leads to rec@v0.4.0 any more: one was taken away there; "
        "its tag keeps it\n"
    )
    assert pair.bob.modelref("fetch").err == ""


@pytest.mark.parametrize("what", ["refuses our refs", "hides our refs", "cannot change together"])
def test_a_remote_that_keeps_no_leases_takes_the_tags_alone(pair: Pair, what: str) -> None:
    if what == "refuses our refs":
        pair.hook("update", 'case "$1" in refs/modelref/*) echo no such refs here; exit 1;; esac')
    elif what == "hides our refs":
        pair.host_git("config", "transfer.hideRefs", "refs/modelref")
    else:
        pair.host_git("config", "receive.advertiseAtomic", "false")
    before = host_tags(pair.host, LEASES)
    told = pair.ada.modelref("promote", "rec@v0.1.0", "prod")
    assert told.out.endswith("pushed to origin\n")
    assert told.err.startswith("warning: origin took the tags without their leases: ")
    assert host_tags(pair.host) == tags(pair.ada)
    assert host_tags(pair.host, LEASES) == before
    written = pair.bob.modelref("promote", "rec@v0.2.0", "prod", "--json").json["event"]
    assert written["counter"] == 2


def test_a_host_that_protects_its_tags_is_quoted(pair: Pair) -> None:
    pair.hook("update", 'case "$1" in *"#prod"*) echo "only releasers may" >&2; exit 1;; esac')
    before = tags(pair.ada)
    result = pair.ada.modelref("promote", "rec@v0.1.0", "prod", check=False)
    assert result.code == 1
    assert "error: origin refused the tag rec#prod#1: hook declined: only releasers may" in (
        result.err
    )
    assert tags(pair.ada) == before
    assert pair.ada.modelref("promote", "rec@v0.1.0", "dev").code == 0


@pytest.fixture
def three(pair: Pair) -> Pair:
    """A pair whose ``prod`` held three versions in turn."""
    pair.ada.modelref("register", "rec", "--rev", pair.ada.commits[2], "--version", "v0.3.0")
    for number in (1, 2, 3):
        pair.ada.modelref("promote", f"rec@v0.{number}.0", "prod")
    return pair


@pytest.mark.parametrize("together", ["true", "false"])
def test_a_rule_that_refuses_half_of_a_command_refuses_all_of_it(
    three: Pair, together: str
) -> None:
    three.host_git("config", "receive.advertiseAtomic", together)
    three.hook("update", 'case "$1" in *tags/*quarantine*) echo no quarantine here; exit 1;; esac')
    before, leases = host_tags(three.host), host_tags(three.host, LEASES)
    rollback = ("rollback", "rec#prod", "--quarantine", "--unchecked")
    for _ in range(2):
        refused = three.ada.modelref(*rollback, check=False)
        assert refused.code == 1
        assert "refused the tag rec#quarantine#1: hook declined: no quarantine here" in refused.err
        assert host_tags(three.host) == before
        assert host_tags(three.host, LEASES) == leases
    (three.host / "hooks" / "update").unlink()
    done = three.ada.modelref(*rollback)
    assert "rec@v0.3.0 is in quarantine\n'rec#prod' holds v0.2.0 again (left: v0.3.0)" in done.out


def test_a_half_that_a_host_took_alone_is_completed_by_the_repeat(three: Pair) -> None:
    three.host_git("config", "receive.advertiseAtomic", "false")
    three.hook("update", 'case "$1" in *"#prod#"*) echo only releasers may; exit 1;; esac')
    rollback = ("rollback", "rec#prod", "--quarantine", "--unchecked")
    refused = three.ada.modelref(*rollback, check=False)
    assert refused.code == 1
    assert "only releasers may; recorded before that: rec#quarantine#1; repeat the" in refused.err
    (three.host / "hooks" / "update").unlink()
    assert "'rec#prod' holds v0.2.0 again (left: v0.3.0)" in three.ada.modelref(*rollback).out
    assert {"rec#quarantine#1", "rec#prod#4"} == {
        tag for tag in host_tags(three.host) if tag.endswith(("#4", "quarantine#1", "quarantine#2"))
    }


def test_a_host_that_looks_at_whole_pushes_and_wants_no_leases_takes_the_tags(pair: Pair) -> None:
    pair.hook("pre-receive", "if grep refs/modelref/ >/dev/null; then echo tags only; exit 1; fi")
    told = pair.ada.modelref("promote", "rec@v0.1.0", "prod")
    assert "without their leases: pre-receive hook declined: tags only" in told.err
    assert host_tags(pair.host) == tags(pair.ada)


def own_hook(project: Project, name: str, script: str) -> Path:
    path = project.root / ".git" / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("says", "quoted"),
    [
        ("echo not now >&2; echo wait >&2", "not now; wait"),
        ("echo fatal: no ticket is named >&2", "fatal: no ticket is named"),
        (":", "it does not say why"),
        ("echo fatal: the remote end hung up >&2", "fatal: the remote end hung up"),
        ("git push nowhere 2>&1 | head -n 1 >&2", "fatal: 'nowhere' does not appear to be a git"),
    ],
)
def test_a_pre_push_hook_that_says_no_is_quoted(pair: Pair, says: str, quoted: str) -> None:
    hook = own_hook(pair.ada, "pre-push", f"{says}; exit 1")
    before = tags(pair.ada)
    refused = pair.ada.modelref("promote", "rec@v0.1.0", "prod", check=False)
    assert refused.code == 1
    said = f"error: the pre-push hook of this clone refused the push: {quoted}"
    assert refused.err.startswith(said)
    assert tags(pair.ada) == before == host_tags(pair.host)
    hook.unlink()
    assert pair.ada.modelref("promote", "rec@v0.1.0", "prod").code == 0


@pytest.mark.parametrize("hooked", [True, False])
def test_a_remote_that_hangs_up_on_a_push_is_no_hook(pair: Pair, hooked: bool) -> None:
    """It does so whether a hook has let the push pass or not, and whatever that hook has said."""
    if hooked:
        own_hook(pair.ada, "pre-push", "echo fatal: not this time >&2")
    before = tags(pair.ada)
    pair.hook("pre-receive", "kill -9 $PPID")
    result = pair.ada.modelref("promote", "rec@v0.1.0", "prod", check=False)
    assert result.code == 5, result.err
    assert "error: the remote origin does not answer" in result.err
    assert tags(pair.ada) == before


@pytest.mark.parametrize(
    ("first", "why"),
    [
        ("#!/nonexistent", "No such file or directory"),
        ("#!/bin/sh\r", "No such file or directory"),
        ("#!/etc/passwd", "Permission denied"),
        ("#!/tmp", "Permission denied"),
        (None, "Permission denied"),
    ],
)
def test_a_pre_push_hook_that_git_cannot_run_is_named_at_once(
    pair: Pair, first: str | None, why: str
) -> None:
    """Having said so, git waits for ever; None is a folder of that name."""
    hook = own_hook(pair.ada, "pre-push", "exit 0")
    if first is None:
        hook.unlink()
        hook.mkdir()
    else:
        hook.write_bytes(f"{first}\nexit 0\n".encode())
    before, began = tags(pair.ada), time.monotonic()
    refused = pair.ada.modelref("promote", "rec@v0.1.0", "prod", check=False)
    assert time.monotonic() - began < 30
    said, _, hint = refused.err.partition("\nhint: ")
    assert (refused.code, said) == (
        1, f"error: git cannot run the pre-push hook of this clone: {why}"
    )  # fmt: skip
    assert "it must be an executable file; its first line must be #!PROGRAM" in hint
    assert tags(pair.ada) == before == host_tags(pair.host)


def test_a_hook_that_guards_this_clones_refs_is_quoted(pair: Pair) -> None:
    hook = own_hook(pair.bob, "reference-transaction", "echo refs are frozen >&2; exit 1")
    pair.ada.modelref("promote", "rec@v0.1.0", "prod")
    refused = pair.bob.modelref("fetch", check=False)
    assert refused.code == 1
    assert "hook of this clone refused what origin has: refs are frozen\n" in refused.err
    own_hook(
        pair.bob, "reference-transaction", "if grep refs/tags/ >&2; then echo no tags; exit 1; fi"
    )
    refused = pair.bob.modelref("fetch", check=False)
    assert refused.code == 1
    assert "hook of this clone refused tags that the remote has: " in refused.err
    hook.unlink()
    assert "rec#prod#1" in pair.bob.modelref("fetch").out


@pytest.mark.parametrize(
    ("setting", "what"),
    [(("push.gpgSign", "true"), "--signed push"), (("push.pushOption", "ci.skip"), "push options")],
)
def test_a_setting_that_the_host_does_not_know_is_named(
    pair: Pair, setting: tuple[str, str], what: str
) -> None:
    pair.ada.git("config", *setting)
    before = host_tags(pair.host)
    refused = pair.ada.modelref("promote", "rec@v0.1.0", "prod", check=False)
    assert refused.code == 1
    assert f"does not know: the receiving end does not support {what}" in refused.err
    assert tags(pair.ada) == before == host_tags(pair.host)
    pair.ada.run("bash", "-c", refused.err.partition("hint: ")[2])
    assert pair.ada.modelref("promote", "rec@v0.1.0", "prod").code == 0


def test_a_remote_that_is_told_elsewhere_than_asked_is_named_so(pair: Pair, tmp_path: Path) -> None:
    other = tmp_path / "other.git"
    Project(tmp_path, ()).git("clone", "--quiet", "--mirror", str(pair.host), str(other))
    pair.ada.git("remote", "set-url", "--push", "origin", str(other))
    result = pair.ada.modelref("promote", "rec@v0.1.0", "prod", check=False)
    assert result.code == 5
    said = f"origin has not recorded rec#prod#1: it is asked at {pair.host} and told at {other}\n"
    assert said in result.err
    assert "hint: git remote set-url --push origin URL" in result.err
    assert "rec#prod#1" not in tags(pair.ada)


def test_a_remote_that_is_away_leaves_everything_as_it_was(pair: Pair, tmp_path: Path) -> None:
    pair.host.rename(tmp_path / "away.git")
    before = tags(pair.ada)
    result = pair.ada.modelref("promote", "rec@v0.1.0", "prod", check=False)
    assert result.code == 5
    assert "error: the remote origin does not answer" in result.err
    assert tags(pair.ada) == before
    (tmp_path / "away.git").rename(pair.host)
    assert pair.ada.modelref("promote", "rec@v0.1.0", "prod").code == 0


def test_a_remote_that_says_yes_and_forgets_is_found_out(pair: Pair) -> None:
    pair.hook("post-receive", "for t in $(git tag -l 'rec#*'); do git tag -d $t; done >/dev/null")
    pair.host_git("config", "transfer.hideRefs", "refs/modelref")
    result = pair.ada.modelref("promote", "rec@v0.1.0", "prod", check=False)
    assert result.code == 5
    assert "error: origin has not recorded rec#prod#1" in result.err
    assert "rec#prod#1" not in tags(pair.ada)


def test_a_remote_that_hangs_is_given_up(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    pair.ada.git("remote", "set-url", "origin", "ssh://host.invalid/x.git")
    monkeypatch.setenv("GIT_SSH_COMMAND", "sleep 600 #")
    repository = Repository.locate(pair.ada.root)
    lock = ClonedJournal(repository.private).lock
    remote = GitRemote(repository, lock, "origin", fetch_quiet=0.5, push_quiet=0.5)
    for act in (remote.fetch, lambda: remote.push(tags(pair.ada), {})):
        with pytest.raises(OutOfReach) as caught:
            act()
        assert caught.value.kind == "remote-timeout"


def test_credentials_in_a_url_are_never_shown(pair: Pair) -> None:
    secret = "hunter2hunter2"  # noqa: S105  # the test's own
    pair.ada.git("remote", "set-url", "origin", f"https://bob:{secret}@127.0.0.1:1/x.git")
    for args in (["fetch"], ["push", "--json"], ["promote", "rec@v0.1.0", "prod"]):
        result = pair.ada.modelref(*args, check=False)
        assert result.code == 5
        assert "127.0.0.1" in result.err
        assert secret not in result.out + result.err
        assert "bob:" not in result.err


def test_a_name_in_the_configuration_is_never_taken_for_an_address(
    pair: Pair, tmp_path: Path
) -> None:
    for remote in (
        str(pair.host),
        "https://evil.example.com/x.git",
        "ext::touch pwned",
        "upstream",
    ):
        pair.ada.write("modelref.yaml", f"remote: {remote!r}\n")
        result = pair.ada.modelref("promote", "rec@v0.1.0", "prod", check=False)
        assert result.code == 2
        assert "error: this clone has no remote" in result.err
    assert not (pair.ada.root / "pwned").exists()


def test_without_a_remote_in_the_configuration_nothing_is_pushed(pair: Pair) -> None:
    (pair.ada.root / "modelref.yaml").unlink()
    before = host_tags(pair.host)
    done = pair.ada.modelref("promote", "rec@v0.1.0", "prod")
    assert done.out.endswith("only this clone knows; tell the others: modelref push\n")
    assert host_tags(pair.host) == before
    pair.ada.modelref("push")
    assert host_tags(pair.host) == tags(pair.ada)


def test_killed_at_any_moment_a_repeat_makes_one_event_on_both_sides(pair: Pair) -> None:
    chance = random.Random(11)
    started = time.monotonic()
    # A host does not end with its client: halfway through, it would have the lease and no tag.
    alone = 'import os, sys; os.setsid(); os.execvp("git", ["git", "receive-pack", *sys.argv[1:]])'
    pair.ada.git("config", "remote.origin.receivepack", f"{sys.executable} -c '{alone}'")
    pair.ada.modelref("promote", "rec@v0.1.0", "prod")
    usual = time.monotonic() - started
    for number in range(12):
        version = f"v0.{2 - number % 2}.0"
        before = host_tags(pair.host)
        args = ["promote", f"rec@{version}", "prod"]
        printed = run_and_kill(pair.ada, args, after=usual * chance.uniform(0.3, 1.1))
        assert set(tags(pair.ada)) <= set(host_tags(pair.host)), "nothing here that is not there"
        if "pushed to origin" not in printed:
            pair.ada.modelref(*args)
        made = set(host_tags(pair.host)) - set(before)
        assert made == {f"rec#prod#{number + 2}"}, printed
        assert tags(pair.ada) == host_tags(pair.host)
    assert pair.ada.modelref("verify").code == 0


def test_a_lock_file_of_a_killed_fetch_is_cleared(pair: Pair) -> None:
    folder = pair.ada.root / ".git" / "refs" / "modelref" / "origin" / "tags"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rec#prod#1.lock").touch()
    pair.bob.modelref("promote", "rec@v0.1.0", "prod")
    assert "rec#prod#1" in pair.ada.modelref("fetch").out
    assert not (folder / "rec#prod#1.lock").exists()


def test_python_pushes_fetches_and_keeps_back(pair: Pair) -> None:
    ada, bob = modelref.open(pair.ada.root), modelref.open(pair.bob.root)
    event = ada.promote("rec@v0.1.0", "prod", push=False)
    assert bob.fetch().new == ()
    assert [one.tag for one in ada.push("rec").events] == [event.tag]
    assert [one.tag for one in bob.fetch().new] == [event.tag]


def test_init_lets_events_go_to_the_remote_that_is_there(pair: Pair) -> None:
    (pair.bob.root / "modelref.yaml").write_text("# ours\nstages: [dev, prod]")
    done = pair.bob.modelref("init")
    assert "modelref.yaml says that events go to origin" in done.out
    text = (pair.bob.root / "modelref.yaml").read_text()
    assert text == "# ours\nstages: [dev, prod]\nremote: origin\n"
    assert "events go to" not in pair.bob.modelref("init").out


def test_init_says_again_what_gto_s_file_said(pair: Pair) -> None:
    (pair.bob.root / "modelref.yaml").unlink()
    pair.bob.write(".gto", "stages: [dev, prod]\n")
    pair.bob.modelref("init")
    text = (pair.bob.root / "modelref.yaml").read_text()
    assert text == "stages: [dev, prod]\nremote: origin\n"
    refused = pair.bob.modelref("promote", "rec@v0.1.0", "qa", check=False)
    assert "does not list the stage qa" in refused.err


def test_a_shallow_clone_writes_nothing_and_says_why(pair: Pair, tmp_path: Path) -> None:
    subprocess.run(
        ["git", "clone", "--quiet", "--depth=1", f"file://{pair.host}", str(tmp_path / "s")],
        check=True,
    )
    result = Project(tmp_path / "s", ()).modelref("promote", "rec@v0.1.0", "prod", check=False)
    assert result.code == 5
    assert "fetch-depth: 0" in result.err
