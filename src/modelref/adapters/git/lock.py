"""The writers' lock of one clone: held by one command, and by the git that it runs."""

import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from modelref.adapters.git.stale import clear
from modelref.errors import Conflict, OutOfReach

_PATIENCE = 60.0
"""Seconds to wait for another writer, which holds the lock for milliseconds."""
_PAUSE = 0.01


@dataclass(slots=True)
class WriterLock:
    """A ``flock`` on ``.git/modelref/lock``, which the kernel drops when its last holder is gone.

    The git that makes a tag holds it too: killed between the two, a writer is not followed by
    another until its git has ended. While a tag is being made, the file names it, so that the next
    writer knows what it may have to clear away.

    Attributes:
        private: the folder that all worktrees share (``.git``).
    """

    private: Path
    _file: IO[str] | None = field(default=None, init=False)
    _unfinished: tuple[str, ...] = field(default=(), init=False)

    @property
    def folder(self) -> Path:
        """Where this and the notes of writers lie."""
        return self.private / "modelref"

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lock.

        Raises:
            Conflict: another writer holds it for too long.
            OutOfReach: the repository cannot be written.
        """
        try:
            self.folder.mkdir(exist_ok=True)
            file = (self.folder / "lock").open("a+", encoding="utf-8", errors="surrogateescape")
        except OSError as error:
            raise unwritable(self.folder, error) from error
        with file:
            _wait_for(file)
            _, *unfinished = _read(file).split(" ")
            self._unfinished = tuple(tag for tag in unfinished if not self._tidied(tag))
            _write(file, [str(os.getpid()), *self._unfinished], self.folder)
            self._file = file
            try:
                yield
            finally:
                self._file = None

    @contextmanager
    def making(self, tag: str) -> Iterator[tuple[int, ...]]:
        """Note that a tag is being made; yield the descriptors that the git that makes it keeps."""
        file = self._file
        if file is None:
            yield ()
            return
        _write(file, [str(os.getpid()), *self._unfinished, tag], self.folder)
        yield (file.fileno(),)
        with suppress(OutOfReach):  # what was made is made; a tag too many here does no harm
            _write(file, [str(os.getpid()), *self._unfinished], self.folder)

    def clear(self, tag: str) -> None:
        """Clear the lock file that keeps git from making a tag, if its owner is gone.

        Raises:
            Conflict: its owner may live.
            OutOfReach: it cannot be removed.
        """
        clear(self._lock_of(tag), ours=tag in self._unfinished)

    def _tidied(self, tag: str) -> bool:
        """Clear what a writer left that was killed while it made a tag; False if it must wait."""
        try:
            clear(self._lock_of(tag), ours=True)
        except Conflict:
            return False
        return True

    def _lock_of(self, tag: str) -> Path:
        return self.private / "refs" / "tags" / f"{tag}.lock"


def unwritable(path: Path, error: OSError) -> OutOfReach:
    """The error for a folder of ours that cannot be written."""
    return OutOfReach(
        f"cannot write {path}: {error.strerror}",
        kind="unwritable",
        hint="see that the disk is not full and that the folder is yours",
    )


def _wait_for(file: IO[str]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < deadline:
                time.sleep(_PAUSE)
                continue
            holder = _read(file).partition(" ")[0] or "unknown"
            raise Conflict(
                f"another modelref command (process {holder}), or a git that it ran, has been "
                f"writing for more than {_PATIENCE:.0f} seconds",
                kind="locked",
                hint=f"see what it does: ps -fp {holder}; or who else has {file.name} open",
            ) from None
        else:
            return


def _read(file: IO[str]) -> str:
    file.seek(0)
    return file.read().strip()


def _write(file: IO[str], words: Sequence[str], folder: Path) -> None:
    try:
        file.truncate(0)
        file.write(" ".join(words))
        file.flush()
    except OSError as error:
        raise unwritable(folder, error) from error
