"""Lock files that a killed git left behind, cleared only when nobody can own them any more.

git makes ``refs/tags/NAME.lock`` before it makes the ref, and a git that is killed leaves it there:
nobody can make that tag then. The file does not say who made it. Its owner is gone when no process
is left that could be it: none that has a file of the repository open, and no git that works in it.

What a writer of ours left needs less proof: the git that it ran held the writers' lock too, and
whoever clears this holds that now. For what others left, all processes that could reach the file
must be visible: it is not cleared across a network file system, nor from within a container.
"""

import os
import re
import shlex
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from modelref.errors import Conflict, OutOfReach

_PROC = Path("/proc")
_FIRST_PID_NAMESPACE = "pid:[4026531836]"
"""Name of the namespace that sees all processes (``PROC_PID_INIT_INO`` of Linux)."""
_LOCAL = frozenset(["btrfs", "ext2", "ext3", "ext4", "f2fs", "jfs", "tmpfs", "xfs", "zfs"])
IN_THE_WAY = re.compile(r"Unable to create '(.*?\.lock)': File exists", re.DOTALL)
"""What git says when it stops at a lock file."""
_NEVER_LOCK = frozenset([b"cat-file", b"fsmonitor--daemon"])
"""Git commands that run for hours beside an editor or a notebook, and make no ref."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process that may own a lock file.

    Attributes:
        pid: its number.
        command: what it runs, in short.
    """

    pid: int
    command: str


def clear(lock: Path, *, ours: bool) -> None:
    """Remove a lock file on a tag, if it is there and its owner is gone; say so in the log.

    The caller holds the writers' lock.

    Args:
        lock: the file.
        ours: whether a writer of ours is known to have died while it was making that tag.

    Raises:
        Conflict: somebody may own it; the message has its age and who that may be.
        OutOfReach: it cannot be removed.
    """
    try:
        seen = lock.stat()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise _stuck(lock, error) from error
    age = _age(seen.st_mtime)
    owner = next(possible_owners(lock, seen, ours=ours), None)
    if owner is not None:
        raise Conflict(
            f"git's lock file {lock}, {age} old, may belong to process {owner.pid} "
            f"({owner.command})",
            kind="live-lock",
            hint=f"wait until it has ended: ps -fp {owner.pid}",
        )
    if not ours and not sees_all_processes(lock):
        raise Conflict(
            f"git's lock file {lock}, {age} old, is in the way, and from here it cannot be seen "
            "whether the git that made it still runs",
            kind="stale-lock",
            hint=f"if no git command runs in this clone anywhere: rm '{lock}'",
        )
    try:
        cleared = _remove(lock, seen)
    except FileNotFoundError:
        return
    except OSError as error:
        raise _stuck(lock, error) from error
    if cleared:
        _tell(f"warning: cleared git's lock file {str(lock)!r}, {age} old: its owner is gone")


def in_the_way(said: str) -> Conflict | None:
    """The error for a git that stopped at a lock file, with the file's age; None for another."""
    found = IN_THE_WAY.search(said)
    if found is None:
        return None
    lock = Path(found[1])
    try:
        age = f", {_age(lock.stat().st_mtime)} old,"
    except OSError:
        age = ""  # gone by now
    return Conflict(
        f"git's lock file {lock}{age} is in the way",
        kind="stale-lock",
        hint=f"if no git command runs in this clone: rm {shlex.quote(str(lock))}",
    )


def possible_owners(lock: Path, seen: os.stat_result, *, ours: bool) -> Iterator[Process]:
    """Processes seen here that may have made a lock file.

    That is any that has it open, or another file of the repository, and any git in one of its
    checkouts; a git of the same user that cannot be looked into counts as well.

    Args:
        lock: a file below the repository's ``refs``.
        seen: its state.
        ours: whether it is known to be of a git that a writer of ours ran: then a program that
            merely has some file of the repository open is none.
    """
    private = next(parent for parent in lock.parents if parent.name == "refs").parent
    homes = (private, *_checkouts(private))
    for entry in _PROC.glob("[0-9]*"):
        if entry.name == str(os.getpid()):
            continue
        command = ""
        try:
            command = (entry / "comm").read_text(errors="replace").strip()
            mine = command.startswith("git") and _is_git_in(entry, homes)
            if mine or _has_open(entry, lock if ours else private):
                yield Process(int(entry.name), command)
        except PermissionError:
            if command.startswith("git") and _owner(entry) == seen.st_uid:
                yield Process(int(entry.name), command)
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended


def sees_all_processes(lock: Path) -> bool:
    """Whether whoever can reach a file is a process that is visible here."""
    try:
        namespace = (_PROC / "self" / "ns" / "pid").readlink()
    except OSError:
        return False
    return (
        str(namespace) == _FIRST_PID_NAMESPACE
        and (_PROC / "1").exists()
        and _file_system(lock) in _LOCAL
    )


def _is_git_in(entry: Path, homes: tuple[Path, ...]) -> bool:
    argv = (entry / "cmdline").read_bytes().split(b"\0")
    if len(argv) > 1 and argv[1] in _NEVER_LOCK:
        return False
    if _is_in((entry / "cwd").readlink(), homes):
        return True
    said = b"\0".join(argv) + (entry / "environ").read_bytes()
    return any(os.fsencode(home) in said for home in homes)


def _has_open(entry: Path, wanted: Path) -> bool:
    """Whether a process has a file open, or one in a folder; what our writers wait at is none."""
    for descriptor in (entry / "fd").iterdir():
        try:
            target = descriptor.readlink()
        except FileNotFoundError:
            continue
        if target.is_relative_to(wanted) and not target.is_relative_to(wanted / "modelref"):
            return True
    return False


def _owner(entry: Path) -> int:
    try:
        return entry.stat().st_uid
    except OSError:
        return -1


def _is_in(path: Path, folders: tuple[Path, ...]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _checkouts(private: Path) -> Iterator[Path]:
    if private.name == ".git":
        yield private.parent
    for pointer in private.glob("worktrees/*/gitdir"):
        try:
            yield Path(os.fsdecode(pointer.read_bytes()).strip()).parent
        except OSError:
            continue


def _file_system(path: Path) -> str:
    """Type of the file system that a path is on, by the longest mount point above it."""
    best, kind = -1, ""
    try:
        mounts = (_PROC / "self" / "mountinfo").read_text(errors="surrogateescape")
    except OSError:
        return ""
    for line in mounts.splitlines():
        head, _, tail = line.partition(" - ")
        point = Path(head.split(" ")[4].replace("\\040", " "))
        if path.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), tail.split(" ")[0]
    return kind


def _remove(lock: Path, seen: os.stat_result) -> bool:
    """Remove the very file that was looked at: it is set aside first and compared."""
    aside = lock.with_name(f"{lock.name}.{os.getpid()}.lock")
    lock.rename(aside)
    now = aside.stat()
    same = (now.st_ino, now.st_mtime_ns) == (seen.st_ino, seen.st_mtime_ns)
    if not same:
        os.link(aside, lock)
    aside.unlink()
    return same


def _age(made: float) -> str:
    seconds = max(0, int(time.time() - made))
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"


def _stuck(lock: Path, error: OSError) -> OutOfReach:
    return OutOfReach(
        f"cannot clear git's lock file {lock}: {error.strerror}",
        kind="unwritable",
        hint="see that the folder is yours",
    )


def _tell(text: str) -> None:
    import logging

    logging.getLogger("modelref").warning("%s", text)
