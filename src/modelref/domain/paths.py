"""Repository paths that a version may write: none outside, none twice in one place.

Every path that a repository names (of an artifact, an out, a file of a folder) passes here before
anything is made of it.
"""

import unicodedata
from collections.abc import Iterable

_RESERVED = frozenset([".git", ".dvc"])
"""Folders whose files are settings and programs of git and DVC; some disks ignore case."""


def is_writable(path: str) -> bool:
    """Whether a path below some folder may be written there.

    Not where a part is empty, ``.`` or ``..``, or, in any case, ``.git`` or ``.dvc``; nor where it
    has a backslash or a character that does not print.
    """
    parts = path.split("/")
    return (
        not {"", ".", ".."}.intersection(parts)
        and not _RESERVED.intersection(folded(part) for part in parts)
        and "\\" not in path
        and path.isprintable()
    )


def folded(path: str) -> str:
    """What a disk that ignores case, and how accents are written, takes a path for."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())


def clash(paths: Iterable[str]) -> str:
    """Say which of some files or folders would lie in one place, ``""`` for none.

    Two clash that are one on some disks, are the same, or of which one lies below the other.
    """
    seen: dict[str, str] = {}
    for path in paths:
        key = folded(path)
        if key in seen:
            if seen[key] == path:
                return f"names {path!r} twice"
            return f"names {seen[key]!r} and {path!r}, one file on some disks"
        seen[key] = path
    for key, path in seen.items():
        parent = key.rpartition("/")[0]
        while parent:
            if parent in seen:
                return f"names {path!r} below {seen[parent]!r}"
            parent = parent.rpartition("/")[0]
    return ""
