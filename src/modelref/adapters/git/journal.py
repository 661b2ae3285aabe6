"""The writers of one clone: their lock, and notes of what each set out to do."""

import fcntl
import json
import os
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from modelref.adapters.durable import sync_folder
from modelref.adapters.git.lock import WriterLock, unwritable, write_all


@dataclass(slots=True)
class _Note:
    path: Path
    descriptor: int
    id: str = ""

    def close(self) -> None:
        """Unlock it."""
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __del__(self) -> None:
        self.close()


@dataclass(slots=True)
class ClonedJournal:
    """Lock and intents under ``.git/modelref``; port ``Journal``.

    A note is a file that its maker keeps locked until it has told the person. One that can be
    locked is of a command which died first. So two people who give the same command at once get
    an event each, and neither forgets the other's.

    Attributes:
        private: the folder that all worktrees share (``.git``).
        lock: the writers' lock.
    """

    private: Path
    lock: WriterLock = field(init=False)
    _notes: dict[str, _Note] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.lock = WriterLock(self.private)

    def exclusive(self) -> AbstractContextManager[None]:
        """Hold the clone's writer lock: a ``flock``, which the kernel drops with its holder."""
        return self.lock.exclusive()

    def begin(self, command: str, fresh: str) -> str:
        """Note the intent to run a command; return its id, or that of an unacknowledged run."""
        try:
            note = self._notes.get(command) or self._adopted(command) or self._made(command, fresh)
        except OSError as error:
            raise unwritable(self._folder, error) from error
        self._notes[command] = note
        return note.id

    def pending(self, command: str) -> bool:
        """Whether a run of a command was not acknowledged; it may live."""
        return any(self._folder.glob(f"{_digest(command)}*.json"))

    def acknowledge(self, command: str) -> None:
        """Forget an intent."""
        note = self._notes.pop(command, None)
        if note is None:
            return
        try:
            note.path.unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(self._folder, error) from error
        finally:
            note.close()

    @property
    def _folder(self) -> Path:
        return self.lock.folder / "intents"

    def _adopted(self, command: str) -> _Note | None:
        """The note of a run that died before it could be acknowledged, if there is one."""
        for path in sorted(self._folder.glob(f"{_digest(command)}*.json")):
            note = _locked(path)
            if note is None:
                continue
            note.id = _read_id(note)
            if note.id:
                return note
            path.unlink(missing_ok=True)
            note.close()
        return None

    def _made(self, command: str, fresh: str) -> _Note:
        """A new note: there whole or not at all, and locked from the start."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{_digest(command)}.{fresh[:16]}.json"
        scratch = self._folder / "new.tmp"  # one writer at a time is here
        note = _Note(path, os.open(scratch, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o666), fresh)
        fcntl.flock(note.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        write_all(note.descriptor, json.dumps({"command": command, "id": fresh}).encode())
        os.fsync(note.descriptor)
        scratch.replace(path)
        sync_folder(self._folder)
        return note


def _digest(command: str) -> str:
    from hashlib import sha256  # takes 3 ms to import, and no read needs it

    return sha256(command.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _locked(path: Path) -> _Note | None:
    """A note, open and locked; None where its maker lives, or has acknowledged it just now."""
    try:
        note = _Note(path, os.open(path, os.O_RDWR))
        fcntl.flock(note.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (FileNotFoundError, BlockingIOError):
        return None
    return note if os.fstat(note.descriptor).st_nlink else None


def _read_id(note: _Note) -> str:
    try:
        return str(json.loads(note.path.read_bytes())["id"])
    except (ValueError, KeyError, TypeError):
        return ""
