"""Git's small files, read without git: some lie in folders where anybody may have put anything."""

import os
from pathlib import Path
from stat import S_ISREG

_MOST_BYTES = 1 << 20


def plain_text(path: Path) -> str:
    """A small plain file as text; ``""`` for anything else: a pipe would never end."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:  # noqa: PTH123
            if not S_ISREG(os.fstat(file.fileno()).st_mode):
                return ""
            return file.read(_MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
