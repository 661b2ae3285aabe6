"""The writers' lock of one clone: held by one command, and by the git that it runs."""

import errno
import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from modelref.adapters.git.stale import clear
from modelref.errors import Conflict, OutOfReach

KEPT = "found.json"
"""The file, beside the lock, of what a fetch found that a person must settle."""
_PATIENCE = 60.0
"""Seconds to wait for another writer, which holds the lock for milliseconds."""
_PAUSE = 0.01
_MOST_NOTED = 100
_LONGEST = 1 << 16
"""Most bytes of the lock file that are read."""


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
    _file: int | None = field(default=None, init=False)
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
            file = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise unwritable(self.folder, error) from error
        try:
            _wait_for(file, self.folder)
            _, *unfinished = _read(file).split(" ")
            self._unfinished = tuple(tag for tag in unfinished if not self._tidied(tag))
            _write(file, [str(os.getpid()), *self._unfinished], self.folder)
            self._file = file
            yield
        finally:
            self._file = None
            os.close(file)

    @contextmanager
    def making(self, *tags: str) -> Iterator[tuple[int, ...]]:
        """Note that tags are being made; yield the descriptors that the git that makes them keeps.

        The note stays until :meth:`made`: a git that was killed may have left a lock file. Of more
        tags than the note has room for there is none.
        """
        file = self._file
        if file is None:
            yield ()
            return
        noted = tags if len(tags) <= _MOST_NOTED else ()
        _write(file, [str(os.getpid()), *self._unfinished, *noted], self.folder)
        yield (file,)

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What a git that writes keeps open, so that nobody writes before it has ended."""
        return () if self._file is None else (self._file,)

    def made(self) -> None:
        """Forget the tag that was being made: it is there."""
        if self._file is not None:
            with suppress(OutOfReach):  # a tag too many in the note does no harm
                _write(self._file, [str(os.getpid()), *self._unfinished], self.folder)

    def clear(self, tag: str) -> None:
        """Clear the lock file that keeps git from making a tag, if its owner is gone.

        Raises:
            Conflict: its owner may live.
            OutOfReach: it cannot be removed.
        """
        clear(self._lock_of(tag), ours=tag in self._unfinished)

    def clear_own(self, path: Path) -> None:
        """Clear a lock file on a ref that only our writers make, if its owner is gone.

        Raises:
            Conflict: its owner may live.
            OutOfReach: it cannot be removed.
        """
        clear(path, ours=True)

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
        f"cannot write {path}: {error.strerror or error}",
        kind="unwritable",
        hint="see that the disk is not full and that the folder is yours",
    )


def write_all(file: int, data: bytes) -> None:
    """Write to the start of a file; a disk that takes a part of it is full."""
    if os.pwrite(file, data, 0) < len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _wait_for(file: int, folder: Path) -> None:
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
                hint=f"see what it does: ps -fp {holder}; or who else has {folder / 'lock'} open",
            ) from None
        else:
            return


def _read(file: int) -> str:
    return os.fsdecode(os.pread(file, _LONGEST, 0)).strip()


def _write(file: int, words: Sequence[str], folder: Path) -> None:
    data = os.fsencode(" ".join(words))
    try:
        os.ftruncate(file, 0)
        write_all(file, data)
    except OSError as error:
        raise unwritable(folder, error) from error
