"""Commands that write one event each, killed at a moment, and what must be true afterwards."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from support.project import SCRIPTS, Project
from support.tiny import tiny_clone

MODELS = ("rec", "old")
PER_ROUND = 9


def scene(root: Path, rounds: int) -> tuple[Project, Iterator[list[str]]]:
    """A clone, and the commands of some rounds: each makes one event, when run in this order."""
    project = tiny_clone(root, MODELS, rounds + 1)
    project.modelref("register", "rec", "--rev", project.commits[0], "--version", "v0.0.1")
    project.modelref("promote", "rec@v0.0.1", "prod")
    return project, _commands(project.commits[1:])


def _commands(commits: tuple[str, ...]) -> Iterator[list[str]]:
    for number, commit in enumerate(commits, start=1):
        version = f"v0.{number}.0"
        yield ["register", "rec", "--rev", commit, "--version", version]
        yield ["promote", f"rec@{version}", "prod"]
        yield ["rollback", "rec#prod"]
        yield ["promote", f"rec@{version}", "dev"]
        yield ["unassign", "rec#dev"]
        yield ["deprecate", "rec"]
        yield ["promote", f"rec@{version}", "staging", "--revive"]
        yield ["register", "old", "--rev", commit, "--version", version]
        yield ["deregister", f"old@{version}"]


def tags(project: Project) -> dict[str, str]:
    """All tags with their objects."""
    lines = project.git("for-each-ref", "--format=%(refname:strip=2) %(objectname)", "refs/tags")
    return dict(line.split(" ") for line in lines.splitlines())


def left_locks(project: Project) -> list[str]:
    """Lock files below the refs."""
    return [path.name for path in (project.root / ".git" / "refs").rglob("*.lock")]


def run_and_kill(project: Project, args: list[str], after: float) -> str:
    """Start a command, kill it with all its children after some seconds; return what it printed."""
    path = os.pathsep.join([str(SCRIPTS), os.environ["PATH"]])
    with tempfile.TemporaryFile("w+") as said:
        child = subprocess.Popen(
            [str(SCRIPTS / "modelref"), *args],
            cwd=project.root,
            stdout=said,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "PATH": path},
        )
        try:
            child.wait(after)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        said.seek(0)
        return said.read()


def notes(project: Project) -> list[str]:
    """What commands set out to do and have not told anybody."""
    folder = project.root / ".git" / "modelref" / "intents"
    return [note.read_text() for note in folder.glob("*")]


def check_killed(project: Project, before: dict[str, str], args: list[str], printed: str) -> int:
    """Assert that a killed command did all or nothing, and that repeating it makes one event.

    Args:
        project: the clone.
        before: its tags before the command.
        args: the command.
        printed: what it had said until then.

    Returns:
        1 when the killed command had made the event, else 0.
    """
    now = tags(project)
    new = {tag: oid for tag, oid in now.items() if tag not in before}
    assert before.items() <= now.items(), f"{args} changed what was there"
    assert len(new) <= 1, f"{args} made {sorted(new)}"
    project.modelref("show")
    if printed and not notes(project):  # it had told the person: a repeat is another command
        assert len(new) == 1
        return 1
    again = project.modelref(*args)
    after = tags(project)
    made = {tag: oid for tag, oid in after.items() if tag not in before}
    assert before.items() <= after.items()
    assert len(made) == 1, f"{args}, killed and repeated, made {sorted(made)}: {again.out}"
    assert not new or new == made, f"{args} made {new}, and repeated {made}"
    assert not left_locks(project)
    left = notes(project)
    assert not left, f"{args}, {len(new)} made when killed, then said {again.out}: {left}"
    return len(new)
