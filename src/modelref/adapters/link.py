"""Handing a file over without copying it, where the disk allows."""

import errno
import fcntl
import os
import shutil
import stat
from collections.abc import Sequence
from io import FileIO, IOBase
from pathlib import Path

_FICLONE = 0x40049409
"""ioctl of Linux that lets two files share their blocks (``linux/fs.h``)."""
_BLOCK = 1 << 30
_NOT_HERE = {
    errno.EXDEV,
    errno.EOPNOTSUPP,
    errno.ENOTTY,
    errno.EINVAL,
    errno.EPERM,
    errno.EMLINK,
    errno.ENOSYS,
}


def link(source: Path, target: Path, kinds: Sequence[str]) -> str:
    """Bring a file to a new path by the first kind of link that the disk offers, copying last.

    A hard or symbolic link shares its bytes with the source, which is made read-only first: an
    edit of the target must not change what others rely on.

    Args:
        source: an existing file.
        target: a path that does not exist.
        kinds: of ``reflink``, ``hardlink``, ``symlink``, ``copy``, in order of preference.

    Returns:
        The kind that was used.

    Raises:
        OSError: none worked, or the target exists; nothing is left behind.
    """
    ways = [*(kind for kind in kinds if kind != "copy"), "copy"]
    if ways[-2:] == ["reflink", "copy"]:
        ways[-2:] = ["either"]  # the target is made once
    for way in ways:
        try:
            return _WAYS[way](source, target)
        except OSError as error:
            if way not in ("either", "copy") and error.errno in _NOT_HERE:
                continue
            if not isinstance(error, FileExistsError):
                target.unlink(missing_ok=True)
            raise
    raise AssertionError("copy is always tried")


def make_executable(path: Path) -> None:
    """Let those run a file who may read it; of a link that is what it shares its bytes with.

    Raises:
        OSError: it is not the person's own.
    """
    mode = stat.S_IMODE(path.stat().st_mode)
    wanted = mode | (mode & 0o444) >> 2
    if wanted != mode:
        path.chmod(wanted)


def _reflink(source: Path, target: Path) -> str:
    with source.open("rb") as old, target.open("xb") as new:
        try:
            _share(old, new)
        except OSError:
            target.unlink()
            raise
    return "reflink"


def _hardlink(source: Path, target: Path) -> str:
    _protect(source)
    os.link(source, target)
    return "hardlink"


def _symlink(source: Path, target: Path) -> str:
    _protect(source)
    target.symlink_to(source.resolve())
    return "symlink"


def _copy(source: Path, target: Path) -> str:
    with source.open("rb", buffering=0) as old, target.open("xb", buffering=0) as new:
        _pour(old, new)
    return "copy"


def _either(source: Path, target: Path) -> str:
    with source.open("rb", buffering=0) as old, target.open("xb", buffering=0) as new:
        try:
            _share(old, new)
        except OSError as error:
            if error.errno not in _NOT_HERE:
                raise
            _pour(old, new)
            return "copy"
    return "reflink"


def _share(old: IOBase, new: IOBase) -> None:
    fcntl.ioctl(new.fileno(), _FICLONE, old.fileno())


def _pour(old: FileIO, new: FileIO) -> None:
    try:
        while os.copy_file_range(old.fileno(), new.fileno(), _BLOCK):
            pass
    except (AttributeError, OSError) as error:  # not on this system, or not between these disks
        if getattr(error, "errno", errno.ENOSYS) not in _NOT_HERE or new.tell():
            raise
        shutil.copyfileobj(old, new, 1 << 20)


def _protect(source: Path) -> None:
    mode = stat.S_IMODE(source.stat().st_mode)
    if mode & 0o222:
        source.chmod(mode & ~0o222)


_WAYS = {
    "reflink": _reflink,
    "hardlink": _hardlink,
    "symlink": _symlink,
    "copy": _copy,
    "either": _either,
}
