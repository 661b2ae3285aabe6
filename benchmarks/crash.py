"""Writers that are killed, crowded, out of space or lied to by the disk: as before or as after.

    PYTHONPATH=tests python benchmarks/crash.py [--calls changing] [--kills N] [--share I/N]
        [--only PART,...]

Needs Linux and strace; the parts ``full`` and ``readonly`` need to be root, for a small tmpfs.
Parts: syscalls (register, promote and rollback, killed at every system call), random (14 kinds of
write, each killed at N random moments), crowd (8 writers of 500 events), packing (10,000 listings
while refs are packed), fsync, errors (each call that writes fails), full, readonly. A share is one
of several parts of the kills: they take hours together.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import modelref
from measuring import apart_from_home
from support import inprocess
from support.contention import MODELS, VERSIONS, check_history, write_together
from support.killing import PER_ROUND, before, check_killed, left_locks, run_and_kill, scene, tags
from support.tiny import tiny_registry
from syscalls import kill_everywhere, parse_share
from tracing import trace, trace_git

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.project import Project


def at_syscalls(scratch: Path, options: argparse.Namespace) -> None:
    """Kill register, promote and rollback at every system call once they touch the lock."""
    if not kill_everywhere(scratch / "syscalls", calls=options.calls, share=options.share):
        raise SystemExit("too many system calls were not reached")


def _next(commands: Iterator[list[str]], verb: str, project: Project) -> list[str]:
    """The next command of a kind; those before it are run."""
    for command in commands:
        if command[0] == verb:
            return command
        done = inprocess.run(project.root, *command)
        assert done.code == 0, done
    raise SystemExit("the scene is over")


def randomly(scratch: Path, options: argparse.Namespace) -> None:
    """Kill every kind of write at random moments."""
    part, parts = options.share
    rounds = max(1, options.kills // parts)
    project, commands = scene(scratch / "random", rounds=rounds)
    chance = random.Random(part)  # noqa: S311
    tally: dict[str, Counter[str]] = {}
    usual: dict[str, float] = {}
    for number, command in enumerate(commands):
        kind = f"{number % PER_ROUND + 1}. {' '.join(word for word in command if _is_kind(word))}"
        if kind not in usual:
            usual[kind] = _time_of(project.copied_to(scratch / "timed"), command)
        was = before(project, command)
        after = usual[kind] * chance.uniform(0.3, 1.1)
        printed = run_and_kill(project, command, after=after)
        counts = tally.setdefault(kind, Counter())
        counts["locks"] += len(left_locks(project))
        made = check_killed(project, was, command, printed)
        counts["before" if not made else "after" if made == len(was.planned) else "between"] += 1
    project.modelref("verify")
    project.git("fsck", "--strict")
    print(
        f"\nKilled at random moments, share {part} of {parts}\n\n| write | kills | as before "
        "| as after | after its first events | stale locks cleared |\n|---|---|---|---|---|---|"
    )
    for kind, counts in tally.items():
        print(
            f"| {kind} | {rounds} | {counts['before']} | {counts['after']} | {counts['between']} "
            f"| {counts['locks']} |"
        )
    print("\nrepeated, each made the events that were left, once; verify and fsck clean")


def _is_kind(word: str) -> bool:
    """Whether a word of a command is its verb or an option, which the next round has too."""
    return word.isalpha() or word.startswith("--")


def _time_of(project: Project, command: list[str]) -> float:
    """Seconds that a command takes in a copy of the clone, which is not kept."""
    started = time.monotonic()
    project.modelref(*command)
    took = time.monotonic() - started
    shutil.rmtree(project.root)
    return took


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
        assert packer.poll() is None, "the loop that packs has ended"
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
    lines = trace(project, command, "-f", "-y", "-e", f"trace={_CALLS}").calls
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
                command = _next(commands, "promote", project)
                was = before(project, command)
                inject = f"inject={call}:error={error}:when={number}"
                run = trace_git if where == "git" else trace
                done = run(project, command, "-e", inject)
                assert "Traceback" not in done.err, done.err
                assert done.code in (0, 4, 5) or not done.hit, done
                check_killed(project, was, command, done.out)
                if not done.hit:
                    break
                codes[done.code] += 1
        print(f"| {where} | {call} | {sum(codes.values())} | {dict(codes)} |", flush=True)
    print("after each: as before or as after, and a repeat makes one event")


def full(scratch: Path, _: argparse.Namespace) -> None:
    """Fill a small disk to each of its last bytes and write."""
    place = scratch / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "none", str(place)], check=True)
    try:
        project, commands = scene(place / "clone", rounds=9)
        codes: Counter[int] = Counter()
        for left in range(0, 60, 4):
            command = next(commands)
            was = before(project, command)
            ballast = place / "ballast"
            with ballast.open("wb") as file:
                _fill(file.fileno())
                file.truncate(max(0, file.tell() - left * 1024))
            done = project.run("modelref", *command, check=False)
            assert "Traceback" not in done.err, done.err
            codes[done.code] += 1
            now = tags(project)
            assert now == was.tags or done.code == 0 or now.keys() - was.tags <= {*was.planned}
            ballast.unlink()
            check_killed(project, was, command, done.out)
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
        command = next(commands)
        known = tags(project)
        subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
        for read in (["show"], ["history"], ["resolve", "rec#prod"]):
            assert project.modelref(*read).code == 0
        done = project.modelref(*command, check=False)
        print(f"\nRead-only: reads work; a write exits with {done.code}: {done.err.strip()}")
        assert (done.code, tags(project)) == (5, known)
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
    "syscalls": at_syscalls,
}


def main() -> None:
    """Run the parts; an assertion that fails is a broken promise."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--calls", choices=["all", "changing"], default="all")
    parser.add_argument("--kills", type=int, default=500, help="random ones, of each kind of write")
    parser.add_argument("--share", type=parse_share, default=(1, 1), metavar="I/N")
    parser.add_argument("--only", nargs="+", choices=_PARTS, default=list(_PARTS))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        apart_from_home(Path(temporary))
        for part in args.only:
            _PARTS[part](Path(temporary), args)


if __name__ == "__main__":
    main()
