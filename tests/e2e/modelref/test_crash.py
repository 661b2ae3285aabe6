"""Killed, out of space, not allowed to write, robbed of objects: as before or as after."""

import os
import random
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.killing import PER_ROUND, before, check_killed, left_locks, run_and_kill, scene, tags
from support.project import SCRIPTS, Project

ROUNDS = 4


def test_killed_at_any_moment_a_write_is_done_or_not_and_repeating_completes_it(
    tmp_path: Path,
) -> None:
    project, commands = scene(tmp_path / "clone", rounds=ROUNDS)
    chance = random.Random(7)
    started = time.monotonic()
    project.modelref("promote", "rec@v0.0.1", "dev")
    usual = time.monotonic() - started
    done = 0
    for args in commands:
        was = before(project, args)
        # The first part of the time goes to starting Python, where nothing is at stake.
        printed = run_and_kill(project, args, after=usual * chance.uniform(0.4, 1.2))
        done += check_killed(project, was, args, printed) == len(was.planned)
    assert done < ROUNDS * PER_ROUND, "some were killed in time"
    assert project.modelref("verify").code == 0
    project.git("fsck", "--strict")


@contextmanager
def slow_git(project: Project) -> Iterator[Path]:
    """While a ref is locked, git runs a hook that waits until it may go on."""
    hook = project.root / ".git" / "hooks" / "reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    go_on = project.root / "go-on"
    hook.write_text(f'#!/bin/sh\n[ "$1" = prepared ] || exit 0\nuntil [ -e {go_on} ]; do :; done\n')
    hook.chmod(0o755)
    yield go_on
    hook.unlink()


def wait_for_lock(project: Project) -> None:
    deadline = time.monotonic() + 20
    while not left_locks(project):
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    clone, commands = scene(tmp_path / "clone", rounds=1)
    clone.modelref(*next(commands))
    return clone


PROMOTE = ["promote", "rec@v0.1.0", "prod"]


def start(project: Project, program: str, *args: str) -> subprocess.Popen[bytes]:
    own = SCRIPTS / program
    return subprocess.Popen(
        [str(own) if own.exists() else program, *args],
        cwd=project.root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def test_the_lock_file_of_a_killed_write_is_named_and_cleared_by_the_next(project: Project) -> None:
    before = tags(project)
    with slow_git(project):
        child = start(project, "modelref", *PROMOTE)
        wait_for_lock(project)
        subprocess.run(["kill", "-9", "--", f"-{child.pid}"], check=True)
        child.wait()
    assert left_locks(project) == ["rec#prod#2.lock"]
    assert tags(project) == before
    result = project.modelref(*PROMOTE)
    assert "warning: cleared git's lock file" in result.err
    assert "rec#prod#2.lock', " in result.err
    assert "seconds old: its owner is gone" in result.err
    assert len(tags(project)) == len(before) + 1
    assert not left_locks(project)


def test_a_write_for_another_model_clears_it_too(project: Project) -> None:
    with slow_git(project):
        child = start(project, "modelref", *PROMOTE)
        wait_for_lock(project)
        subprocess.run(["kill", "-9", "--", f"-{child.pid}"], check=True)
        child.wait()
    project.modelref("register", "old", "--rev", project.commits[0])
    assert not left_locks(project)


def test_the_git_of_a_killed_write_is_waited_for(project: Project) -> None:
    before = tags(project)
    with slow_git(project) as go_on:
        child = start(project, "modelref", *PROMOTE)
        wait_for_lock(project)
        child.send_signal(signal.SIGKILL)  # its git lives on, and holds the writers' lock
        child.wait()
        repeat = start(project, "modelref", *PROMOTE)
        with pytest.raises(subprocess.TimeoutExpired):
            repeat.wait(0.7)
        assert left_locks(project) == ["rec#prod#2.lock"], "a live lock is not taken away"
        go_on.touch()
        assert repeat.wait(30) == 0
    assert set(tags(project)) - set(before) == {"rec#prod#2"}


def test_the_lock_of_a_living_git_is_never_taken_away(project: Project) -> None:
    before = tags(project)
    with slow_git(project) as go_on:
        stranger = start(project, "git", "tag", "-a", "rec#prod#2", "-m", "mine", "HEAD")
        wait_for_lock(project)
        result = project.modelref(*PROMOTE, check=False)
        assert result.code == 4
        assert "lock file" in result.err
        assert f"may belong to process {stranger.pid} (git)" in result.err
        assert f"hint: wait until it has ended: ps -fp {stranger.pid}" in result.err
        go_on.touch()
        assert stranger.wait(30) == 0
    assert set(tags(project)) - set(before) == {"rec#prod#2"}
    project.modelref(*PROMOTE)


_ASK = """
import sys
from pathlib import Path
from modelref.adapters.git.program import Git
Git(Path.cwd()).run("hash-object", "-w", "--stdin", stdin=b"x" * int(sys.argv[1]))
"""


def test_git_reads_all_that_it_was_given_by_whoever_was_killed(
    project: Project, tmp_path: Path
) -> None:
    """A message that ends early would make an event without its id."""
    size = 1 << 20  # more than a pipe holds
    git = shutil.which("git")
    shim = tmp_path / "shim" / "git"
    shim.parent.mkdir()
    made, oid = tmp_path / "made", tmp_path / "oid"
    shim.write_text(f'#!/bin/sh\nkill -9 $PPID\n{git} "$@" > {made} && mv {made} {oid}\n')
    shim.chmod(0o755)
    path = f"{shim.parent}{os.pathsep}{os.environ['PATH']}"
    project.run("python", "-c", _ASK, str(size), check=False, PATH=path)
    deadline = time.monotonic() + 20
    while not oid.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert project.git("cat-file", "-s", oid.read_text().strip()) == str(size)


def test_a_full_disk_changes_nothing(project: Project) -> None:
    before = tags(project)

    def no_byte_more() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))

    done = subprocess.run(
        [str(SCRIPTS / "modelref"), *PROMOTE],
        cwd=project.root,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=no_byte_more,
    )
    assert done.returncode == 5, done.stderr
    assert done.stderr.startswith("error: ")
    assert tags(project) == before
    project.modelref(*PROMOTE)
    assert len(tags(project)) == len(before) + 1


def test_a_full_disk_under_the_output_is_no_bug_and_a_repeat_tells(project: Project) -> None:
    before = tags(project)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [str(SCRIPTS / "modelref"), *PROMOTE],
            cwd=project.root,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 5
    assert done.stderr.startswith("error: cannot write to standard output: No space left")
    assert "holds v0.1.0" in project.modelref(*PROMOTE).out
    assert len(tags(project)) == len(before) + 1


def test_a_folder_that_cannot_be_written_is_named(project: Project) -> None:
    before = tags(project)
    shutil.rmtree(project.root / ".git" / "modelref")
    (project.root / ".git" / "modelref").write_text("in the way, even of root")
    result = project.modelref(*PROMOTE, check=False)
    assert result.code == 5
    assert "error: cannot write " in result.err
    assert tags(project) == before


def test_a_missing_commit_spoils_its_own_version_only(project: Project) -> None:
    project.modelref("register", "old", "--rev", project.commits[0])
    commit = project.commits[1]
    (project.root / ".git" / "objects" / commit[:2] / commit[2:]).unlink()
    shown = project.modelref("show", "--json")
    assert [model["name"] for model in shown.json["models"]] == ["old", "rec"]
    assert "rec@v0.1.0" in shown.err
    before = tags(project)
    result = project.modelref("register", "old", "--rev", commit, check=False)
    assert result.code in (2, 5)
    assert result.err.startswith("error: ")
    assert tags(project) == before


def test_a_missing_tag_object_is_reported(project: Project) -> None:
    oid = tags(project)["rec@v0.1.0"]
    (project.root / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    result = project.modelref("show", "rec")
    assert "v0.0.1" in result.out
    assert "rec@v0.1.0' names an object that is missing" in result.err


def test_a_write_that_has_nothing_to_do_leaves_no_note(project: Project) -> None:
    project.modelref("unassign", "rec#prod")
    project.modelref("unassign", "rec#prod")
    assert not list((project.root / ".git" / "modelref" / "intents").iterdir())
