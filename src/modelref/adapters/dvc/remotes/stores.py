"""What holds the objects of a remote: a folder, or whatever DVC's file systems reach."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO, Protocol

from modelref.errors import OutOfReach

_BLOCK = 1 << 20
_FOLDER_JOBS = 4
_LONGEST = 300

Key = tuple[str, ...]
"""Where an object lies below the top of a remote; see ``objects.object_key``."""


class Store(Protocol):
    """The objects of one remote. Every method may be called from many threads at once."""

    @property
    def name(self) -> str:
        """Name of the remote."""

    @property
    def jobs(self) -> int:
        """How many requests it takes at once."""

    def size(self, key: Key) -> int | None:
        """Size of an object in bytes, None where the remote does not tell.

        Raises:
            FileNotFoundError: it is not there.
            OutOfReach: the remote cannot be read.
        """

    def download(self, key: Key, target: Path, offset: int, beat: Callable[[int], None]) -> None:
        """Write an object to a file.

        Args:
            key: which.
            target: an existing file.
            offset: bytes of it that are there already; a remote that cannot go on from the
                middle begins again.
            beat: called with the bytes of each block that came; what it raises ends it all.

        Raises:
            FileNotFoundError: it is not there.
            OutOfReach: the remote cannot be read, or the file cannot be written.
        """


@dataclass(frozen=True, slots=True)
class Folder:
    """A remote that is a folder of this machine; a :class:`Store`.

    Attributes:
        name: the remote's.
        top: the folder.
    """

    name: str
    top: Path
    jobs: int = _FOLDER_JOBS

    def size(self, key: Key) -> int | None:
        """Size of an object in bytes."""
        try:
            return self.top.joinpath(*key).stat().st_size
        except FileNotFoundError:
            raise
        except OSError as error:
            raise unreachable(self.name, str(error)) from error

    def download(self, key: Key, target: Path, offset: int, beat: Callable[[int], None]) -> None:
        """Copy an object to a file."""
        with self._open(key) as old, target.open("r+b", buffering=0) as new:
            old.seek(offset)
            new.seek(offset)
            while block := old.read(_BLOCK):
                new.write(block)
                beat(len(block))

    def _open(self, key: Key) -> BinaryIO:
        path = self.top.joinpath(*key)
        try:  # what only looks like a file (a pipe) is not waited for
            file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise unreachable(self.name, str(error)) from error
        if not S_ISREG(os.fstat(file.fileno()).st_mode):
            file.close()
            raise unreachable(self.name, f"{path} is no regular file")
        return file


def unreachable(name: str, said: str, *, first: str = "") -> OutOfReach:
    """The error for a remote that did not answer, or not as it should.

    Args:
        name: the remote's.
        said: what went wrong, with no credentials in it.
        first: what the hint begins with.
    """
    return OutOfReach(
        f"the DVC remote {name!r} cannot be read: {' '.join(said.split())[:_LONGEST]}",
        kind="remote-unreachable",
        hint=f"{first}see that it is up and that you may read it (dvc remote list), then repeat",
    )
