"""modelref itself writes to a host that has our hook: leases are kept, and who races is told."""

from pathlib import Path

import pytest

from support.clones import check_clones, clone_of, guard, host_and_clone, host_tags
from support.clones import write_from_clones as write
from support.killing import tags
from support.project import Project

LEASES = "refs/modelref/head"


@pytest.fixture
def host(tmp_path: Path) -> Path:
    host, ada = host_and_clone(tmp_path, ["rec"], 3)
    guard(host)
    for number, commit in enumerate(ada.commits[:3], start=1):
        ada.modelref("register", "rec", "--rev", commit, "--version", f"v0.{number}.0")
    clone_of(host, tmp_path / "bob", "Bob", ada.commits)
    return host


@pytest.fixture
def ada(host: Path) -> Project:
    return Project(host.parent / "ada", ())


@pytest.fixture
def bob(host: Path) -> Project:
    return Project(host.parent / "bob", ())


def test_every_chain_has_its_lease_and_nobody_is_warned(host: Path, ada: Project) -> None:
    for version in ("v0.1.0", "v0.2.0", "v0.3.0"):
        assert ada.modelref("promote", f"rec@{version}", "prod").err == ""
    assert ada.modelref("rollback", "rec#prod", "--quarantine", "--unchecked").err == ""
    made = host_tags(host)
    newest = {
        "rec@": "rec@v0.3.0",
        "rec#prod#": "rec#prod#4",
        "rec#quarantine#": "rec#quarantine#1",
    }
    assert host_tags(host, LEASES) == {lease: made[tag] for lease, tag in newest.items()}
    assert tags(ada) == made


def test_of_two_who_write_at_once_one_is_told_who_was_first(
    host: Path, ada: Project, bob: Project
) -> None:
    ada.modelref("promote", "rec@v0.1.0", "prod")
    hook = ada.root / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        f"#!/bin/sh\nrm -f {hook}\nunset GIT_DIR\nmodelref -C {bob.root} unassign 'rec#prod' >&2\n"
    )
    hook.chmod(0o755)
    late = ada.modelref("promote", "rec@v0.2.0", "prod", check=False)
    assert late.code == 4, late
    assert "error: Bob was first: rec#prod!#2 at " in late.err
    assert "rec#prod#2" not in host_tags(host)
    assert tags(ada) == host_tags(host)


def test_versions_that_are_told_late_keep_their_lease(
    host: Path, ada: Project, bob: Project
) -> None:
    ada.modelref("register", "rec", "--rev", "HEAD", "--version", "v0.4.0", "--no-push")
    bob.git("fetch", "--quiet", "--tags")
    bob.modelref("deprecate", "rec", "-m", "later than Ada's, and told before")
    told = ada.modelref("push")
    assert "pushed 'rec@v0.4.0' to origin" in told.out
    assert told.err == ""
    assert host_tags(host, LEASES)["rec@"] == host_tags(host)["rec@v0.4.0"]


def test_a_newest_event_that_is_deleted_on_the_host_is_missed_by_a_fresh_clone(
    host: Path, ada: Project, bob: Project
) -> None:
    ada.modelref("promote", "rec@v0.1.0", "prod")
    on_host = Project(host, ())
    on_host.git("update-ref", "-d", "refs/tags/rec#prod#1")
    (hint,) = [
        line.strip()
        for line in bob.modelref("fetch", check=False).out.splitlines()
        if line.startswith("  hint: ")
    ]
    _, accept, there = hint.split("; ")
    push = accept.removeprefix("to accept: ")
    refused = bob.run("bash", "-c", push, check=False)
    assert "refs/modelref/head/rec#prod# is a lease, and leases are not deleted" in refused.err
    on_host.run("bash", "-c", there.partition("on the host: ")[2])
    assert bob.modelref("fetch").out == "nothing new on origin\n"


def test_the_whole_reason_of_the_hook_is_told(host: Path, ada: Project) -> None:
    hook = host / "hooks" / "update"
    hook.write_text(
        '#!/bin/sh\ncase "$1" in *"#prod#"*) echo "modelref: refused: not on fridays" >&2\n'
        'echo "modelref: hint: wait" >&2; exit 1;; esac\n'
    )
    refused = ada.modelref("promote", "rec@v0.1.0", "prod", check=False)
    assert refused.code == 1
    assert "hook declined: modelref: refused: not on fridays; modelref: hint: wait" in refused.err


def test_clones_that_write_at_once_lose_nothing_and_share_no_counter(tmp_path: Path) -> None:
    host, first = host_and_clone(tmp_path, ("ada", "bob"), 3)
    guard(host)
    for number, commit in enumerate(first.commits, start=1):
        for model in ("ada", "bob"):
            first.modelref("register", model, "--rev", commit, "--version", f"v0.{number}.0")
    roots = [first.root, clone_of(host, tmp_path / "two", "Two").root]
    told = write(roots, 5)
    assert check_clones(host, roots, told) == 0
