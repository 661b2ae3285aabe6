"""Commands that write events, killed at a moment, and what must be true afterwards."""

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path

from support import inprocess
from support.project import SCRIPTS, Project
from support.tiny import tiny_clone

MODELS = ("rec", "old")
PER_ROUND = 14
"""Commands of a round, each another kind of write."""


@dataclass(frozen=True)
class Before:
    """The registry before a command.

    Attributes:
        tags: all of them, with their objects.
        planned: the tags that the command shall make, in order.
    """

    tags: dict[str, str]
    planned: tuple[str, ...]


def scene(root: Path, rounds: int) -> tuple[Project, Iterator[list[str]]]:
    """A clone, and the commands of some rounds, to be run in this order.

    Each makes an event, or several; what it needs is prepared when it is asked for.
    """
    project = tiny_clone(root, MODELS, 2 * rounds + 1)
    _begin_kept(project)
    project.modelref("register", "rec", "--rev", project.commits[0], "--version", "v0.0.1")
    project.modelref("promote", "rec@v0.0.1", "prod")
    return project, _commands(project)


def _commands(project: Project) -> Iterator[list[str]]:
    pairs = zip(project.commits[1::2], project.commits[2::2], strict=True)
    for number, (commit, later) in enumerate(pairs):
        version, next_one = f"v0.{2 * number + 1}.0", f"v0.{2 * number + 2}.0"
        rec, old = f"rec@{next_one}", f"old@{next_one}"
        yield ["register", "rec", "--rev", commit, "--version", version]
        yield ["promote", f"rec@{version}", "prod"]
        yield ["rollback", "rec#prod"]
        yield ["promote", f"rec@{version}", "dev"]
        yield ["unassign", "rec#dev"]
        yield ["deprecate", "rec"]
        yield ["promote", f"rec@{version}", "staging", "--revive"]
        yield ["register", "old", "--rev", commit, "--version", version]
        yield ["register", "--changed", "rec", "old", "--rev", later, "--bump", "minor"]
        yield ["deregister", f"old@{version}"]
        yield ["promote", rec, old, "canary"]
        project.modelref("promote", f"rec@{version}", "canary")
        yield ["unassign", "rec#canary"]  # two are live there
        project.modelref("promote", f"rec@{version}", "prod")
        project.modelref("promote", rec, "prod")
        yield ["rollback", "rec#prod", "--quarantine"]
        _train_kept(project, number)
        yield ["register", "kept", "--commit", "--version", version]


def _begin_kept(project: Project) -> None:
    """A third model, whose bytes DVC keeps: its results can be committed by a registration."""
    declared = (project.root / "dvc.yaml").read_text()
    project.write("dvc.yaml", f"{declared}  kept: {{path: kept.bin, type: model}}\n")
    project.write(".gitignore", "/.dvc/cache\n/.dvc/tmp\n/kept.bin\n")
    project.write(".dvc/config", "")
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "a third model")


def _train_kept(project: Project, number: int) -> None:
    data = f"kept {number}\n"
    digest = md5(data.encode(), usedforsecurity=False).hexdigest()
    project.write("kept.bin", data)
    project.write(f".dvc/cache/files/md5/{digest[:2]}/{digest[2:]}", data)
    out = f"- md5: {digest}\n  size: {len(data)}\n  hash: md5\n  path: kept.bin\n"
    project.write("kept.bin.dvc", f"outs:\n{out}")


def tags(project: Project) -> dict[str, str]:
    """All tags with their objects."""
    lines = project.git("for-each-ref", "--format=%(refname:strip=2) %(objectname)", "refs/tags")
    return dict(line.split(" ") for line in lines.splitlines())


def before(project: Project, args: list[str]) -> Before:
    """The registry before a command, which is asked for its plan."""
    done = inprocess.run(project.root, *args, "--dry-run", "--json")
    assert done.code == 0, f"{args}: {done.err}"
    told = json.loads(done.out)
    events = told["events"] if "events" in told else [told["event"]]
    return Before(tags(project), tuple(event["tag"] for event in events))


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


def check_killed(project: Project, was: Before, args: list[str], printed: str) -> int:
    """Assert that a killed command did all, nothing or the first part, and a repeat the rest.

    Args:
        project: the clone.
        was: the registry before the command.
        args: the command.
        printed: what it had said until then.

    Returns:
        How many of its events the killed command had made.
    """
    now = tags(project)
    new = {tag: oid for tag, oid in now.items() if tag not in was.tags}
    assert was.tags.items() <= now.items(), f"{args} changed what was there"
    first = set(was.planned[: len(new)])
    assert set(new) == first, f"{args} made {sorted(new)} of {was.planned}"
    for oid in new.values():
        assert "\nModelref-Previous: " in project.git("cat-file", "tag", oid), "it is whole"
    project.modelref("show")
    if printed and not notes(project):  # it had told the person: a repeat is another command
        assert len(new) == len(was.planned)
        return len(new)
    again = project.modelref(*args)
    after = tags(project)
    made = {tag: oid for tag, oid in after.items() if tag not in was.tags}
    assert was.tags.items() <= after.items()
    assert set(made) == set(was.planned), (
        f"{args}, killed and repeated, made {sorted(made)}: {again.out}"
    )
    assert new.items() <= made.items(), f"{args} made {new}, and repeated {made}"
    assert not left_locks(project)
    left = notes(project)
    assert not left, f"{args}, {len(new)} made when killed, then said {again.out}: {left}"
    return len(new)
