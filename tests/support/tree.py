"""All that a checkout holds beside what git, DVC and we keep for ourselves."""

import os
from pathlib import Path

_PRIVATE = {".git", ".dvc", "__pycache__"}


def tree_of(root: Path) -> dict[str, tuple[int, bytes]]:
    """Mode and bytes of every file, folder and link, by path."""
    found: dict[str, tuple[int, bytes]] = {}
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - _PRIVATE)
        for name in [*folders, *names]:
            path = Path(folder) / name
            data = b""
            if path.is_symlink():
                data = str(path.readlink()).encode()
            elif path.is_file():
                data = path.read_bytes()
            found[path.relative_to(root).as_posix()] = (path.lstat().st_mode, data)
    return found
