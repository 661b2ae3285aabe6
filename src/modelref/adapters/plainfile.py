"""Reading plain files only: where anybody may have put anything, a pipe or a device never ends."""

import os
from pathlib import Path
from stat import S_ISREG

_MOST_SETTINGS = 1 << 20
"""Bytes of a file of settings: nobody wrote more."""


def read_plain(path: Path, most: int = _MOST_SETTINGS) -> bytes | None:
    """Read a file, whatever links lead to it.

    Args:
        path: where.
        most: bytes that it may have.

    Returns:
        None where there is none, or something else: a folder, a pipe, a device, or more bytes.

    Raises:
        OSError: it is there and cannot be read.
    """
    try:
        # Not opened for long, so that a pipe without a writer does not stop us here.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:  # noqa: PTH123
            found = os.fstat(file.fileno())
            if not S_ISREG(found.st_mode) or found.st_size > most:
                return None
            return file.read(most)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def plain_text(path: Path, most: int = _MOST_SETTINGS) -> str:
    """A plain file of at most some bytes as text; ``""`` for anything else."""
    try:
        data = read_plain(path, most)
    except OSError:
        return ""
    return data.decode("utf-8", "replace") if data is not None else ""
