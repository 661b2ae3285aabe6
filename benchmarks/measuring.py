"""Measuring whole commands by the kernel's own accounts, in turn, and telling it as a table."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SCRIPTS = Path(sys.executable).parent
MODELREF = str(SCRIPTS / "modelref")


@dataclass(frozen=True)
class Run:
    """What a command and its children took.

    Attributes:
        cpu: user and system seconds.
        wall: seconds.
        peak: the most memory that one of them had, in MiB.
        code: exit code, None when it was stopped at its time limit.
        out: what it said, at most 2,000 characters.
    """

    cpu: float
    wall: float
    peak: float
    code: int | None
    out: str


@dataclass(frozen=True)
class Case:
    """A command to measure.

    Attributes:
        argv: the command.
        folder: where it runs.
        before: prepares each run, not measured.
        codes: exit codes that are right.
    """

    argv: Sequence[str]
    folder: Path
    before: Callable[[], None] = field(default=lambda: None)
    codes: Sequence[int] = (0,)


def run(argv: Sequence[str], folder: Path, *, limit: float = 600.0) -> Run:
    """Run a command once."""
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        child = subprocess.Popen(
            list(argv),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        stopped = False
        while True:
            pid, status, usage = os.wait4(child.pid, 0 if limit >= 600 else os.WNOHANG)
            if pid:
                break
            if time.perf_counter() - started > limit and not stopped:
                os.killpg(child.pid, 9)
                stopped = True
            time.sleep(0.05)
        wall = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        out = said.read(2000).decode("utf-8", "replace")
    code = None if stopped else child.returncode
    return Run(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, code, out)


def compare(cases: Mapping[str, Case], *, rounds: int) -> dict[str, Run]:
    """Run commands in turn, one round uncounted, and return the medians by name."""
    runs: dict[str, list[Run]] = {name: [] for name in cases}
    for number in range(rounds + 1):
        for name, case in cases.items():
            case.before()
            done = run(case.argv, case.folder)
            if done.code not in case.codes:
                raise SystemExit(f"{name} exited with {done.code}: {done.out}")
            if number:
                runs[name].append(done)
    return {name: median(done) for name, done in runs.items()}


def median(runs: Sequence[Run]) -> Run:
    """The medians of several runs."""
    return Run(
        statistics.median(done.cpu for done in runs),
        statistics.median(done.wall for done in runs),
        statistics.median(done.peak for done in runs),
        runs[-1].code,
        runs[-1].out,
    )


def report(title: str, runs: Mapping[str, Run], limits: Mapping[str, float], floor: str) -> bool:
    """Print a table with ratios to one of its rows; tell whether all limits hold.

    Args:
        title: what was measured.
        runs: medians by name.
        limits: most CPU seconds, by name.
        floor: the row that the others are divided by.
    """
    print(f"\n{title}\n\n| command | CPU s | x {floor} | wall s | peak MiB | target CPU s | |")
    print("|---|---|---|---|---|---|---|")
    good = True
    for name, done in runs.items():
        limit = limits.get(name)
        held = limit is None or done.cpu <= limit
        good = good and held
        mark = "" if limit is None else "held" if held else "MISSED"
        print(
            f"| {name} | {done.cpu:.3f} | {done.cpu / max(runs[floor].cpu, 1e-3):.1f} "
            f"| {done.wall:.3f} | {done.peak:.0f} | {'' if limit is None else limit} | {mark} |",
            flush=True,
        )
    return good


def apart_from_home(folder: Path) -> None:
    """Keep this process and its children away from the person's settings."""
    # pip compiles what it installs; a checkout is compiled when first run, unless told not to.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    settings = folder / "gitconfig"
    settings.write_text("[user]\n\tname = Bench\n\temail = bench@example.com\n[gc]\n\tauto = 0\n")
    os.environ.update(
        HOME=str(folder),
        XDG_CACHE_HOME=str(folder / "cache"),
        GIT_CONFIG_GLOBAL=str(settings),
        GIT_CONFIG_NOSYSTEM="1",
        DVC_NO_ANALYTICS="1",
        DVC_GLOBAL_CONFIG_DIR=str(folder / "dvc"),
        DVC_SYSTEM_CONFIG_DIR=str(folder / "dvc"),
        DVC_SITE_CACHE_DIR=str(folder / "dvc"),
        NO_COLOR="1",
        PATH=os.pathsep.join([str(SCRIPTS), os.environ["PATH"]]),
    )
