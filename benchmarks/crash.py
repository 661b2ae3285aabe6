"""Writers that are killed, crowded, out of space or lied to by the disk: as before or as after.

    PYTHONPATH=tests python benchmarks/crash.py [--every K] [--kills N] [--only PART,...]

Needs Linux and strace; the parts ``full`` and ``readonly`` need to be root, for a small tmpfs.
Parts: syscalls (killed at every system call, or every K-th), random (killed at random moments),
crowd (8 writers of 500 events), packing (10,000 listings while refs are packed), fsync, errors
(each call that writes fails), full, readonly.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import random
import re
import subprocess
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import modelref
from measuring import MODELREF, apart_from_home
from support import inprocess
from support.contention import MODELS, VERSIONS, check_history, write_together
from support.killing import check_killed, left_locks, run_and_kill, scene, tags
from support.tiny import tiny_registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from support.project import Project


@dataclass(frozen=True)
class Result:
    """A finished command, and whether strace had its way with it."""

    code: int
    out: str
    err: str
    hit: bool


_WRITES = ("register", "promote", "rollback")
# Kills itself at one of git's system calls, and whoever called git with it.
_SHIM = """\
#!/bin/sh
case " $* " in
*" tag --annotate "*)
    strace -qq -o {log} -e {inject} {git} "$@"
    code=$?
    [ $code -ne 137 ] || kill -9 $PPID
    exit $code ;;
esac
exec {git} "$@"
"""


def syscalls(scratch: Path, options: argparse.Namespace) -> None:
    """Kill the command, or its git, at every system call after the lock was taken."""
    print(
        "\n| killed | system calls | as before | as after | stale locks cleared |"
        "\n|---|---|---|---|---|"
    )
    for verb in _WRITES:
        for who, points in (("modelref", _python_points), ("git and modelref", _git_points)):
            project, commands = scene(scratch / f"{verb}-{who[:3]}", rounds=700)
            tally: Counter[str] = Counter()
            first, count = points(project, _next(commands, verb, project))
            for number in range(0, count, options.every):
                command = _next(commands, verb, project)
                before = tags(project)
                if who == "modelref":
                    printed = _traced(project, command, when=first + number)
                else:
                    when = first + number
                    printed = _with_shim(
                        project, command, f"inject=all:signal=KILL:when={when}"
                    ).out
                tally["locks"] += len(left_locks(project))
                tally["after" if check_killed(project, before, command, printed) else "before"] += 1
            print(
                f"| {verb}: {who} | {count} (every {options.every}) | {tally['before']} "
                f"| {tally['after']} | {tally['locks']} |",
                flush=True,
            )


def _next(commands: Iterator[list[str]], verb: str, project: Project) -> list[str]:
    """The next command of a kind; those before it are run."""
    for command in commands:
        if command[0] == verb:
            return command
        done = inprocess.run(project.root, *command)
        assert done.code == 0, done
    raise SystemExit("the scene is over")


def _trace(project: Project, command: Sequence[str], *options: str) -> tuple[str, list[str]]:
    log = project.root.parent / "trace"
    done = subprocess.run(
        ["strace", "-qq", "-o", str(log), *options, MODELREF, *command],
        cwd=project.root,
        capture_output=True,
        text=True,
        check=False,
    )
    _wait_for_git(project)
    return done.stdout, log.read_text(errors="replace").splitlines()


def _wait_for_git(project: Project) -> None:
    """Wait until no git of a killed command lives: it would hold the writers' lock."""
    path = project.root / ".git" / "modelref" / "lock"
    if path.exists():
        with path.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX)


def _python_points(project: Project, command: Sequence[str]) -> tuple[int, int]:
    _, lines = _trace(project, command)
    start = next(i for i, line in enumerate(lines) if ".git/modelref" in line)
    return start, len(lines) - start


def _git_points(project: Project, command: Sequence[str]) -> tuple[int, int]:
    _, lines = _trace(project, command, "-f")
    pid = next(line.split()[0] for line in lines if "execve(" in line and '"--annotate"' in line)
    mine = [line for line in lines if line.startswith(f"{pid} ")]
    start = max(i for i, line in enumerate(mine) if "execve(" in line)
    return 1, len(mine) - start


def _traced(project: Project, command: Sequence[str], when: int) -> str:
    return _trace(project, command, "-e", f"inject=all:signal=KILL:when={when}")[0]


def _with_shim(project: Project, command: Sequence[str], inject: str) -> Result:
    """Run a command whose ``git tag`` is at the mercy of strace."""
    folder = project.root.parent / "shim"
    folder.mkdir(exist_ok=True)
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True)
    shim = folder / "git"
    log = folder / "log"
    log.unlink(missing_ok=True)
    shim.write_text(_SHIM.format(log=log, inject=inject, git=real.stdout.strip()))
    shim.chmod(0o755)
    done = subprocess.run(
        [MODELREF, *command],
        cwd=project.root,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"},
    )
    _wait_for_git(project)
    said = log.read_text(errors="replace") if log.exists() else ""
    return Result(done.returncode, done.stdout, done.stderr, "INJECTED" in said)


def randomly(scratch: Path, options: argparse.Namespace) -> None:
    """Kill every kind of write at random moments."""
    project, commands = scene(scratch / "random", rounds=options.kills // 9 + 2)
    chance = random.Random(1)  # noqa: S311
    started = time.monotonic()
    project.modelref(*next(commands))
    usual = time.monotonic() - started
    done = locks = 0
    for _ in range(options.kills):
        command, before = next(commands), tags(project)
        printed = run_and_kill(project, command, after=usual * chance.uniform(0.3, 1.1))
        locks += len(left_locks(project))
        done += check_killed(project, before, command, printed)
    project.modelref("verify")
    project.git("fsck", "--strict")
    print(
        f"\n{options.kills} random kills: {options.kills - done} as before, {done} as after; "
        f"{locks} lock files cleared; repeated, each made one event; verify and fsck clean"
    )


_PACK_AND_UNPACK = """
while :; do
    git pack-refs --all
    for tag in $(git tag | shuf -n 20); do
        git rev-parse "refs/tags/$tag" > .git/scratch && mv .git/scratch ".git/refs/tags/$tag"
    done
done
"""


def crowd(scratch: Path, _: argparse.Namespace) -> None:
    """8 writers of 500 events each."""
    project = tiny_registry(scratch / "crowd", MODELS, VERSIONS)
    started = time.monotonic()
    told, beaten = write_together(project.root, writers=8, events=500)
    check_history(project.root, told)
    print(
        f"\n8 writers x 500 events: {len(told)} acknowledged and recorded, 0 lost, 0 doubled, "
        f"{beaten} beaten and told so, {time.monotonic() - started:.0f} s"
    )


def packing(scratch: Path, _: argparse.Namespace) -> None:
    """10,000 listings while refs are being packed and unpacked."""
    project = tiny_registry(scratch / "packing", MODELS, VERSIONS)
    registry = modelref.open(project.root)
    expected = registry.models()
    packer = subprocess.Popen(
        ["bash", "-c", _PACK_AND_UNPACK],
        cwd=project.root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wrong = sum(registry.models() != expected for _ in range(10_000))
    finally:
        packer.kill()
        packer.wait()
    print(f"10,000 listings while refs were packed and unpacked: {wrong} wrong")
    if wrong:
        raise SystemExit(1)


_CALLS = "openat,fsync,fdatasync,link,linkat,rename,renameat,renameat2,write"


def show_fsync(scratch: Path, _: argparse.Namespace) -> None:
    """Show that object, ref and their names are on disk before the person is told."""
    project, commands = scene(scratch / "fsync", rounds=2)
    command = _next(commands, "promote", project)
    lines = _trace(project, command, "-f", "-y", "-e", f"trace={_CALLS}")[1]
    print(f"\nmodelref {' '.join(command)}\n")
    order = []
    for line in lines:
        call = line.split(maxsplit=1)[1]
        synced = re.match(r"fsync\(\d+<(.*?)>\) += 0", call)
        moved = re.match(r'(?:rename|link)\w*\(.*?"([^"]*)".*?"([^"]*)".* = 0', call)
        if synced:
            order.append(("fsync", _shown(project, synced[1])))
        elif moved:
            order.append(("to", _shown(project, moved[2])))
        elif call.startswith("write(1<") and "now holds" in call:
            order.append(("told", "the person"))
    for what, where in order:
        print(f"  {what:6} {where}")
    told = order.index(("told", "the person"))
    ref = order.index(("to", ".git/refs/tags/rec#prod#2"))
    made = next(i for i, step in enumerate(order) if step[0] == "to" and "objects" in step[1])
    assert order[made - 1][0] == "fsync"
    assert order[ref - 1] == ("fsync", ".git/refs/tags/rec#prod#2.lock")
    assert ref < order.index(("fsync", ".git/refs/tags")) < told
    assert ("fsync", ".git/objects") in order[made:told]


def _shown(project: Project, path: str) -> str:
    return path.replace(f"{project.root}/", "")


def errors(scratch: Path, _: argparse.Namespace) -> None:
    """Let every call that writes fail with EIO or ENOSPC, in git and in Python."""
    project, commands = scene(scratch / "errors", rounds=200)
    print("\n| in | call | errors injected | exit codes |\n|---|---|---|---|")
    calls = [("git", call) for call in ("write", "fsync", "link", "rename", "mkdir", "openat")]
    calls += [("python", call) for call in ("fsync", "pwrite64", "ftruncate", "rename", "mkdir")]
    for where, call in calls:
        codes: Counter[int] = Counter()
        for error in ("EIO", "ENOSPC"):
            for number in range(1, 60):
                command, before = _next(commands, "promote", project), tags(project)
                inject = f"inject={call}:error={error}:when={number}"
                run = _with_shim if where == "git" else _injected
                done = run(project, command, inject)
                assert "Traceback" not in done.err, done.err
                assert done.code in (0, 4, 5) or not done.hit, done
                check_killed(project, before, command, done.out)
                if not done.hit:
                    break
                codes[done.code] += 1
        print(f"| {where} | {call} | {sum(codes.values())} | {dict(codes)} |", flush=True)
    print("after each: as before or as after, and a repeat makes one event")


def _injected(project: Project, command: Sequence[str], inject: str) -> Result:
    log = project.root.parent / "log"
    done = subprocess.run(
        ["strace", "-qq", "-o", str(log), "-e", inject, MODELREF, *command],
        cwd=project.root,
        capture_output=True,
        text=True,
        check=False,
    )
    said = log.read_text(errors="replace")
    return Result(done.returncode, done.stdout, done.stderr, "INJECTED" in said)


def full(scratch: Path, _: argparse.Namespace) -> None:
    """Fill a small disk to each of its last bytes and write."""
    place = scratch / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "none", str(place)], check=True)
    try:
        project, commands = scene(place / "clone", rounds=9)
        codes: Counter[int] = Counter()
        for left in range(0, 60, 4):
            command, before = next(commands), tags(project)
            ballast = place / "ballast"
            with ballast.open("wb") as file:
                _fill(file.fileno())
                file.truncate(max(0, file.tell() - left * 1024))
            done = project.run("modelref", *command, check=False)
            assert "Traceback" not in done.err, done.err
            codes[done.code] += 1
            now = tags(project)
            assert now == before or done.code == 0 or len(now) == len(before) + 1
            ballast.unlink()
            check_killed(project, before, command, done.out)
        print(
            f"\nA full disk, 15 writes with 0 to 56 KiB left: exit codes {dict(codes)}; 0 between"
        )
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def _fill(descriptor: int) -> None:
    for size in (1 << 16, 1 << 12, 1):
        try:
            while True:
                os.write(descriptor, b"\0" * size)
        except OSError:
            continue


def readonly(scratch: Path, _: argparse.Namespace) -> None:
    """Read and write on a disk that is mounted read-only."""
    place = scratch / "readonly"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=30m", "none", str(place)], check=True)
    try:
        project, commands = scene(place / "clone", rounds=2)
        before, command = tags(project), next(commands)
        subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
        for read in (["show"], ["history"], ["resolve", "rec#prod"]):
            assert project.modelref(*read).code == 0
        done = project.modelref(*command, check=False)
        print(f"\nRead-only: reads work; a write exits with {done.code}: {done.err.strip()}")
        assert (done.code, tags(project)) == (5, before)
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


_PARTS: dict[str, Callable[[Path, argparse.Namespace], None]] = {
    "fsync": show_fsync,
    "full": full,
    "readonly": readonly,
    "errors": errors,
    "random": randomly,
    "crowd": crowd,
    "packing": packing,
    "syscalls": syscalls,
}


def main() -> None:
    """Run the parts; an assertion that fails is a broken promise."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--only", default=",".join(_PARTS))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        apart_from_home(Path(temporary))
        for part in args.only.split(","):
            _PARTS[part](Path(temporary), args)


if __name__ == "__main__":
    main()
