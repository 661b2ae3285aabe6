"""Files that are there whole or not at all, power cuts included."""

import os
import stat
from pathlib import Path


def write_durably(path: Path, text: str) -> None:
    """Write a file beside its place, have it on disk, then put it there.

    A file that is there keeps its permissions.
    """
    scratch = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        scratch.unlink(missing_ok=True)  # a repository may have put a link there
        with scratch.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            scratch.chmod(stat.S_IMODE(path.stat().st_mode))
        scratch.replace(path)
    except OSError:
        scratch.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
