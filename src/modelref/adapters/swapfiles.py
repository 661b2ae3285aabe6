"""Single files of a swap: made, kept, moved, and told apart."""

import errno
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from modelref.domain.outs import GIT, OutFile
from modelref.domain.paths import is_writable
from modelref.domain.restoring import LINK_MODE, PLAIN_MODE, Change
from modelref.errors import OutOfReach, Refused

Seen = list[int] | None
"""Inode, size and time of change of a file, None for none: as JSON holds it."""

Place = Callable[[OutFile, Path], None]
"""Brings the bytes of a file to a path that does not exist."""


def make(new: Path, target: Path, change: Change, place: Place) -> Seen:
    """Make the new file of a change in the staging folder; None where the file vanishes."""
    if change.new is None:
        return None
    if isinstance(change.new, OutFile):
        place(change.new, new)
    else:
        new.write_bytes(change.new)
    if change.mode == LINK_MODE:
        pointed = new.read_text(encoding="utf-8", errors="surrogateescape")
        new.unlink()
        new.symlink_to(pointed)
        return seen(new)
    mode = change.mode
    if isinstance(change.new, bytes) and mode is None:
        there = os.path.lexists(target)
        mode = stat.S_IMODE(target.stat().st_mode) if there else PLAIN_MODE
    if mode is not None:
        new.chmod(mode)
    if isinstance(change.new, bytes):
        # Bytes of outs need no such care: what a power cut takes, the cache still has.
        _sync_file(new)
    return seen(new)


def folders_of(root: Path, changes: Sequence[Change]) -> dict[str, Any]:
    """Folders that a change makes, and those that it may remove, with their permissions."""
    for change in changes:
        _refuse_reserved(change.path)
    going = {change.path for change in changes if change.new is None}
    made: dict[str, None] = {}
    there: dict[str, int] = {}
    device = root.stat().st_dev
    checked: set[str] = set()
    for change in changes:
        for parent in reversed(PurePosixPath(change.path).parents):
            name = str(parent)
            if name in checked or name == ".":
                continue
            checked.add(name)
            _check_folder(root, name, going, device)
            if (root / name).is_dir():
                there[name] = stat.S_IMODE((root / name).stat().st_mode)
            else:
                made[name] = None
        if change.new is not None and (root / change.path).is_dir():
            for folder, _, _ in os.walk(root / change.path):
                name = Path(folder).relative_to(root).as_posix()
                there[name] = stat.S_IMODE(Path(folder).stat().st_mode)
    return {"made": list(reversed(made)), "there": there}


def _refuse_reserved(path: str) -> None:
    """The last door: whatever was planned, nothing is written into ``.git`` or ``.dvc``."""
    if not is_writable(path):
        raise Refused(
            f"{path!r} is no path that a version may write; nothing was changed",
            kind="unsafe-path",
            hint="find out who made this version; nothing of it should be used",
        )


def _check_folder(root: Path, name: str, going: set[str], device: int) -> None:
    folder = root / name
    try:
        found = folder.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return
    if not stat.S_ISDIR(found.st_mode) and name not in going:
        raise Refused(
            f"{name} is no folder of this checkout, but files would be written below it",
            kind="unsafe-path",
            hint=f"move {name} away, then restore again",
        )
    if found.st_dev != device:
        raise Refused(
            f"{name} lies on another disk than {root}, so files cannot be swapped at once",
            kind="other-disk",
            hint="modelref get brings the files to any folder",
        )


def seen(path: Path) -> Seen:
    """What tells a file from another."""
    try:
        found = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return [found.st_ino, found.st_size, found.st_mtime_ns]


def is_folder(path: Path) -> bool:
    """Whether a path is a folder itself, not a link to one."""
    return path.is_dir() and not path.is_symlink()


def keep(path: Path, kept: Path, change: Change) -> None:
    """Keep the old file of a change under another name.

    A text is copied, since an edit in place would reach a link as well; what the cache has is
    linked, where the disk can.
    """
    if change.new is None or (isinstance(change.new, OutFile) and change.new.algorithm != GIT):
        try:
            os.link(path, kept, follow_symlinks=False)
        except OSError:
            pass
        else:
            return
    shutil.copy2(path, kept, follow_symlinks=False)
    if not kept.is_symlink():
        _sync_file(kept)


def move(source: Path, target: Path) -> None:
    """Rename, once the way is free: missing folders are made, empty ones in the way removed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if is_folder(target):
        for folder, _, _ in os.walk(target, topdown=False):
            Path(folder).rmdir()
    source.rename(target)


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def reported(folder: Path) -> Iterator[None]:
    """Report a failure of the disk as what it is, with what mends it."""
    try:
        yield
    except OSError as error:
        name = error.filename or folder
        hint = "see that the disk is not full and that the folder is yours; then repeat the command"
        if error.errno == errno.ENOTEMPTY:
            hint = f"move what lies in {name} away, then repeat the command"
        raise OutOfReach(
            f"cannot write {name}: {error.strerror}", kind="unwritable", hint=hint
        ) from error
