"""Writes that are killed at each of their system calls, every time in the same registry.

strace counts the calls of each name apart, so that a point is a name and a number. The points are
those of one run that is traced, and each is tried on a copy of the clone that it ran in: what one
run asks of the system, the next asks too.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from support.killing import Before, before, check_killed, left_locks, scene
from tracing import Traced, trace, trace_git

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from support.project import Project

    Tracer = Callable[..., Traced]

WRITES = ("register", "promote", "rollback")
_JOBS = 2
_MISSED = 0.02
"""Share of the points that may not be reached: how often memory is asked for varies a little."""
_TRIES = 3
"""How often a point is tried before it counts as not reached."""
# What changes a file, its names, a lock or a process; of the others, one like the next is enough.
_CHANGING = re.compile(
    r"(?:p?writev?(?:64)?|f(?:data)?sync|f?truncate|fallocate|rename(?:at2?)?|(?:sym)?link(?:at)?"
    r"|unlink(?:at)?|mkdir(?:at)?|rmdir|f?chmod(?:at)?|utimensat|creat|close|flock|fcntl|dup[23]?"
    r"|pipe2?|clone3?|v?fork|execve|wait4|waitid|kill|exit(?:_group)?)\Z"
)
_NAME = re.compile(r"(\w+)\(")


@dataclass(frozen=True)
class Point:
    """A system call at which a command is killed.

    Attributes:
        call: its name.
        number: which of the process's calls of that name, from 1.
    """

    call: str
    number: int

    @property
    def options(self) -> tuple[str, str, str, str]:
        """Options of strace that kill there."""
        inject = f"inject={self.call}:signal=KILL:when={self.number}"
        return ("-e", f"trace={self.call}", "-e", inject)


@dataclass(frozen=True)
class Stage:
    """A clone just before a write, of which every try gets a copy."""

    project: Project
    command: list[str]
    was: Before

    def copied_to(self, root: Path) -> Project:
        """A copy of the clone."""
        return self.project.copied_to(root / "clone")


def kill_everywhere(scratch: Path, *, calls: str, share: tuple[int, int]) -> bool:
    """Kill each write at each of its system calls, in Python and in git, and tell it as a table.

    Args:
        scratch: a folder of ours.
        calls: ``all``, or ``changing`` for those that change files, locks and processes.
        share: which part of the points, counted from 1, and of how many.

    Returns:
        Whether nearly all points were reached.

    Raises:
        AssertionError: a killed command was neither done nor undone, or a repeat did not mend it.
    """
    print(
        f"\nKilled at system calls: {calls}, share {share[0]} of {share[1]}\n\n"
        "| write | in | calls | points | killed | as before | as after | not reached "
        "| stale locks cleared |\n|---|---|---|---|---|---|---|---|---|"
    )
    held = True
    for verb in WRITES:
        stage = _stage(scratch / verb, verb)
        for who, tracer in (("modelref", trace), ("its git tag", trace_git)):
            total, points = _points(stage, tracer, calls)
            mine = points[share[0] - 1 :: share[1]]
            tally = _kill(stage, tracer, mine)
            print(
                f"| {verb} | {who} | {total} | {len(mine)} | {tally['killed']} "
                f"| {tally['before']} | {tally['after']} | {tally['not reached']} "
                f"| {tally['locks']} |",
                flush=True,
            )
            held &= tally["not reached"] <= max(1, _MISSED * len(mine))
    return held


def _stage(scratch: Path, verb: str) -> Stage:
    """A clone in which all commands before the first of a kind have been run."""
    project, commands = scene(scratch / "clone", rounds=1)
    for command in commands:
        if command[0] == verb:
            project.modelref("show")  # compiled by now, whatever it imports
            return Stage(project, command, before(project, command))
        project.modelref(*command)
    raise SystemExit(f"the scene has no {verb}")


def _points(stage: Stage, tracer: Tracer, calls: str) -> tuple[int, list[Point]]:
    """How many calls a command makes once it touches its lock, and those to be killed at."""
    with tempfile.TemporaryDirectory() as folder:
        project = stage.copied_to(Path(folder))
        tracer(project, stage.command)  # the first run may write what the second finds
    with tempfile.TemporaryDirectory() as folder:
        lines = tracer(stage.copied_to(Path(folder)), stage.command).calls
    # Until it has touched the lock, Python only starts and reads; git starts with the second call.
    begun = next((at for at, line in enumerate(lines) if ".git/modelref" in line), 1)
    seen: Counter[str] = Counter()
    found: list[Point] = []
    total = 0
    for at, line in enumerate(lines):
        name = _NAME.match(line)
        if name is None:
            continue
        seen[name[1]] += 1
        if at >= begun:
            total += 1
            if calls == "all" or _changes(name[1], line):
                found.append(Point(name[1], seen[name[1]]))
    return total, found


def _changes(name: str, line: str) -> bool:
    if name in ("open", "openat"):
        return any(flag in line for flag in ("O_CREAT", "O_WRONLY", "O_RDWR"))
    return _CHANGING.match(name) is not None


def _kill(stage: Stage, tracer: Tracer, points: Sequence[Point]) -> Counter[str]:
    tally: Counter[str] = Counter()
    with ThreadPoolExecutor(_JOBS) as pool:
        for found in pool.map(lambda point: _try(stage, tracer, point), points):
            tally += found
    return tally


def _try(stage: Stage, tracer: Tracer, point: Point) -> Counter[str]:
    """Kill the command at one point, in the first of a few runs that reaches it."""
    for _ in range(_TRIES):
        found = _kill_once(stage, tracer, point)
        if found["killed"]:
            break
    return found


def _kill_once(stage: Stage, tracer: Tracer, point: Point) -> Counter[str]:
    """Kill the command at one point in a fresh copy, and see what is left."""
    with tempfile.TemporaryDirectory() as folder:
        project = stage.copied_to(Path(folder))
        done = tracer(project, stage.command, *point.options)
        locks = len(left_locks(project))
        try:
            made = check_killed(project, stage.was, stage.command, done.out)
        except AssertionError as error:
            raise AssertionError(f"killed at {point}: {error}") from error
    if not done.killed:
        assert done.code == 0, f"not killed at {point}, but failed: {done.err}"
        return Counter({"not reached": 1})
    return Counter({"killed": 1, "after" if made else "before": 1, "locks": locks})


def parse_share(text: str) -> tuple[int, int]:
    """Read ``i/n``.

    Raises:
        ValueError: it is something else.
    """
    part, _, parts = text.partition("/")
    share = int(part), int(parts)
    if not 1 <= share[0] <= share[1]:
        raise ValueError(text)
    return share
