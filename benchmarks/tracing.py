"""Commands under strace: what they asked of the system, and what befell them on the way."""

from __future__ import annotations

import fcntl
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from measuring import MODELREF

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from support.project import Project

# Puts the git that makes a tag under strace; killed there, it takes its caller with it.
_SHIM = """\
#!/bin/sh
case " $* " in
*" tag --annotate "*)
    strace -q -o {log} {options} {git} "$@"
    code=$?
    [ $code -ne 137 ] || kill -9 $PPID
    exit $code ;;
esac
exec {git} "$@"
"""


@dataclass(frozen=True)
class Traced:
    """A finished command, and what strace saw.

    Attributes:
        code: its exit code.
        out: its standard output.
        err: its standard error.
        calls: one line of strace a system call.
    """

    code: int
    out: str
    err: str
    calls: tuple[str, ...]

    @property
    def killed(self) -> bool:
        """Whether the process that was traced was killed."""
        return bool(self.calls) and "killed by SIGKILL" in self.calls[-1]

    @property
    def hit(self) -> bool:
        """Whether strace let a system call fail."""
        return any("INJECTED" in call for call in self.calls)


def trace(project: Project, command: Sequence[str], *options: str) -> Traced:
    """Run a command under strace, whose options say what to trace and what to inject."""
    log = project.root.parent / "trace"
    argv = ["strace", "-q", "-o", str(log), *options, MODELREF, *command]
    return _run(project, argv, log, os.environ["PATH"])


def trace_git(project: Project, command: Sequence[str], *options: str) -> Traced:
    """Run a command whose ``git tag`` is under strace; that git alone is traced."""
    folder = project.root.parent / "shim"
    folder.mkdir(exist_ok=True)
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True)
    shim, log = folder / "git", folder / "log"
    log.unlink(missing_ok=True)
    shim.write_text(_SHIM.format(log=log, options=" ".join(options), git=real.stdout.strip()))
    shim.chmod(0o755)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return _run(project, [MODELREF, *command], log, path)


def _run(project: Project, argv: list[str], log: Path, path: str) -> Traced:
    done = subprocess.run(
        argv,
        cwd=project.root,
        capture_output=True,
        text=True,
        check=False,
        # The same calls each time: the order of sets is part of them.
        env={**os.environ, "PATH": path, "PYTHONHASHSEED": "0"},
    )
    _wait_for_git(project)
    said = log.read_text(errors="replace") if log.exists() else ""
    return Traced(done.returncode, done.stdout, done.stderr, tuple(said.splitlines()))


def _wait_for_git(project: Project) -> None:
    """Wait until no git of a killed command lives: it would hold the writers' lock."""
    path = project.root / ".git" / "modelref" / "lock"
    if path.exists():
        with path.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX)
