"""The writers of one clone: a kernel lock, and notes of what each set out to do."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

from modelref.errors import Conflict, OutOfReach

_PATIENCE = 60.0
"""Seconds to wait for another writer, which holds the lock for milliseconds."""
_PAUSE = 0.01


@dataclass(frozen=True, slots=True)
class ClonedJournal:
    """Lock and intents under ``.git/modelref``; port ``Journal``."""

    private: Path

    @property
    def _folder(self) -> Path:
        return self.private / "modelref"

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the clone's writer lock: a ``flock``, which the kernel drops with its holder."""
        try:
            self._folder.mkdir(exist_ok=True)
            file = (self._folder / "lock").open("a+", encoding="ascii")
        except OSError as error:
            raise _unwritable(self._folder, error) from error
        with file:
            _wait_for(file)
            file.truncate(0)
            file.write(f"{os.getpid()}\n")
            file.flush()
            yield

    def begin(self, command: str, fresh: str) -> str:
        """Note the intent to run a command; return its id, or that of an unacknowledged run."""
        path = self._intent(command)
        try:
            return str(json.loads(path.read_text(encoding="utf-8"))["id"])
        except (FileNotFoundError, ValueError, KeyError):
            pass
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_durably(path, json.dumps({"command": command, "id": fresh}))
        except OSError as error:
            raise _unwritable(path.parent, error) from error
        return fresh

    def acknowledge(self, command: str) -> None:
        """Forget an intent."""
        try:
            self._intent(command).unlink(missing_ok=True)
        except OSError as error:
            raise _unwritable(self._folder, error) from error

    def _intent(self, command: str) -> Path:
        digest = sha256(command.encode("utf-8", "surrogateescape")).hexdigest()
        return self._folder / "intents" / f"{digest[:32]}.json"


def _wait_for(file: IO[str]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < deadline:
                time.sleep(_PAUSE)
                continue
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise Conflict(
                f"another modelref command (process {holder}) has been writing for more than "
                f"{_PATIENCE:.0f} seconds",
                kind="locked",
                hint=f"see what it does: ps -fp {holder}",
            ) from None
        else:
            return


def write_durably(path: Path, text: str) -> None:
    """Write a file whole or not at all, power cuts included."""
    scratch = path.with_suffix(f".{os.getpid()}.tmp")
    with scratch.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _unwritable(path: Path, error: OSError) -> OutOfReach:
    return OutOfReach(
        f"cannot write {path}: {error.strerror}",
        kind="unwritable",
        hint="see that the disk is not full and that the folder is yours",
    )
