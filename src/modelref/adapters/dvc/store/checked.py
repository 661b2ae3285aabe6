"""Which cached files were hashed already and have not changed since."""

import atexit
import os
import threading
import weakref
from contextlib import suppress
from os import stat_result
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

_SCHEMA = """
CREATE TABLE IF NOT EXISTS checked (
    path TEXT PRIMARY KEY, inode INTEGER, size INTEGER, mtime_ns INTEGER, hash TEXT
) WITHOUT ROWID
"""
_PENDING = 1000
"""Notes that are written in one transaction: one each would cost more than hashing a small file."""

Entry = tuple[int, int, int, str]
"""Inode, size, time of change in nanoseconds, and hash."""


class Checked:
    """A note beside the repository; losing it costs one hashing, so its own failures are ignored.

    It is opened once, and may be asked from any thread. Notes are written together, at the latest
    when the program ends; one that is killed before loses them.
    """

    def __init__(self, file: Path) -> None:
        """Bind a SQLite database, which is opened when first needed."""
        self._file = file
        self._pending: dict[str, Entry] = {}
        self._database: sqlite3.Connection | None = None
        self._owner = 0
        self._lock = threading.RLock()

    def knows(self, path: Path, now: stat_result, digest: str) -> bool:
        """Whether a file of this inode, size and time of change was seen to have this hash."""
        return self.recall(path, now) == digest

    def recall(self, path: Path, now: stat_result) -> str | None:
        """The hash that a file of this inode, size and time of change was seen to have."""
        entry = self._pending.get(str(path)) or self._noted(str(path))
        seen = (now.st_ino, now.st_size, now.st_mtime_ns)
        return str(entry[3]) if entry is not None and entry[:3] == seen else None

    def remember(self, path: Path, seen: stat_result, digest: str) -> None:
        """Note that a file was seen to have this hash."""
        with self._lock:
            if not self._pending:
                atexit.register(self.flush)
            self._pending[str(path)] = (seen.st_ino, seen.st_size, seen.st_mtime_ns, digest)
            if len(self._pending) >= _PENDING:
                self.flush()

    def flush(self) -> None:
        """Write what was noted."""
        import sqlite3

        with self._lock, suppress(sqlite3.Error, OSError):
            atexit.unregister(self.flush)
            rows = [(path, *entry) for path, entry in self._pending.items()]
            self._pending.clear()
            with self._opened() as transaction:
                transaction.executemany(
                    "INSERT OR REPLACE INTO checked VALUES (?, ?, ?, ?, ?)", rows
                )

    def _noted(self, path: str) -> Entry | None:
        import sqlite3

        with self._lock, suppress(sqlite3.Error, OSError):
            query = "SELECT inode, size, mtime_ns, hash FROM checked WHERE path = ?"
            # All of its one row: a query left open would keep writers out.
            found: list[Entry] = self._opened().execute(query, (path,)).fetchall()
            return found[0] if found else None
        return None

    def _opened(self) -> "sqlite3.Connection":
        import sqlite3

        if self._database is None or self._owner != os.getpid():  # none outlives a fork
            self._file.parent.mkdir(exist_ok=True)
            database = sqlite3.connect(self._file, timeout=5, check_same_thread=False)
            weakref.finalize(self, database.close)
            database.execute("PRAGMA synchronous = OFF")  # losing a note costs one hashing
            database.execute(_SCHEMA)
            self._database, self._owner = database, os.getpid()
        return self._database
