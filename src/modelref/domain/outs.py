"""Outs: the files of a version, known by their hashes."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

GIT = "git-sha1"
"""Algorithm of an out whose bytes are in git: the hash is its blob's id."""
MD5 = "md5"
"""Algorithm of an out whose bytes DVC keeps: md5 of the file, or of the folder's manifest."""
DIR_SUFFIX = ".dir"


@dataclass(frozen=True, slots=True, order=True)
class Out:
    """A file or folder of a version.

    Attributes:
        path: repository path.
        algorithm: :data:`MD5` or :data:`GIT`.
        hash: hexadecimal; a folder's ends in ``.dir``.
        size: bytes; for a folder, of all its files; None where the writer did not record it.
        files: number of files of a folder, None for a file.
        within: path inside the out that is meant, ``""`` for all of it (an artifact may be one
            file of a folder that DVC tracks as a whole).
        remote: name of the DVC remote that keeps it, ``""`` for the default one; where bytes lie
            makes no difference between outs.
        executable: whether it is a program, which is no part of its hash.
        in_git: whether DVC hashes it and leaves its bytes to git (``cache: false``).
    """

    path: str
    algorithm: str
    hash: str
    size: int | None = None
    files: int | None = None
    within: str = ""
    remote: str = field(default="", compare=False)
    executable: bool = field(default=False, compare=False)
    in_git: bool = field(default=False, compare=False)

    @property
    def is_dir(self) -> bool:
        """Whether it is a folder."""
        return self.hash.endswith(DIR_SUFFIX)

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes its bytes: path, algorithm and hash."""
        return (self.path, self.algorithm, self.hash)

    @property
    def object(self) -> "OutFile":
        """What is kept under its own hash: its bytes, or its manifest if it is a folder."""
        size = None if self.is_dir else self.size
        return OutFile(self.path, self.algorithm, self.hash, self.remote, self.executable, size)


@dataclass(frozen=True, slots=True, order=True)
class OutFile:
    """One file of an out, as it will lie on disk.

    Attributes:
        path: repository path.
        algorithm: how its hash is made.
        hash: hexadecimal; a folder's manifest has one that ends in ``.dir``.
        remote: name of the DVC remote that keeps it, ``""`` for the default one.
        executable: whether it is a program.
        at_most: bytes that it has no more than: its own size, or that of its whole folder; None
            where that is not known.
    """

    path: str
    algorithm: str
    hash: str
    remote: str = field(default="", compare=False)
    executable: bool = field(default=False, compare=False)
    at_most: int | None = field(default=None, compare=False)


def is_within(path: str, folder: str) -> bool:
    """Whether a repository path is a folder or lies below it."""
    return path == folder or path.startswith(f"{folder}/")


def touches(a: str, b: str) -> bool:
    """Whether one of two repository paths is the other, or lies below it."""
    return is_within(a, b) or is_within(b, a)


def outs_under(outs: Iterable[Out], path: str) -> tuple[Out, ...]:
    """Outs that make up an artifact: those at or below its path, else the folder that holds it."""
    known = sorted(outs)
    below = tuple(out for out in known if is_within(out.path, path))
    if below:
        return below
    return tuple(
        replace(out, within=path.removeprefix(f"{out.path}/"))
        for out in known
        if out.is_dir and is_within(path, out.path)
    )
