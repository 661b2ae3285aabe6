"""Which cached files were hashed already and have not changed since."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from os import stat_result
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS checked (
    path TEXT PRIMARY KEY, inode INTEGER, size INTEGER, mtime_ns INTEGER, hash TEXT
) WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class Checked:
    """A note beside the repository; losing it costs one hashing, so its own failures are ignored.

    Attributes:
        file: the SQLite database.
    """

    file: Path

    def knows(self, path: Path, now: stat_result, digest: str) -> bool:
        """Whether a file of this inode, size and time of change was seen to have this hash."""
        return self.recall(path, now) == digest

    def recall(self, path: Path, now: stat_result) -> str | None:
        """The hash that a file of this inode, size and time of change was seen to have."""
        try:
            with closing(self._open()) as db:
                row = db.execute(
                    "SELECT inode, size, mtime_ns, hash FROM checked WHERE path = ?", (str(path),)
                ).fetchone()
        except (sqlite3.Error, OSError):
            return None
        seen = (now.st_ino, now.st_size, now.st_mtime_ns)
        return str(row[3]) if row is not None and row[:3] == seen else None

    def remember(self, path: Path, seen: stat_result, digest: str) -> None:
        """Note that a file was seen to have this hash."""
        entry = (str(path), seen.st_ino, seen.st_size, seen.st_mtime_ns, digest)
        try:
            with closing(self._open()) as db, db:
                db.execute("INSERT OR REPLACE INTO checked VALUES (?, ?, ?, ?, ?)", entry)
        except (sqlite3.Error, OSError):
            return

    def _open(self) -> sqlite3.Connection:
        self.file.parent.mkdir(exist_ok=True)
        db = sqlite3.connect(self.file, timeout=5)
        db.execute("PRAGMA synchronous = OFF")  # losing a note costs one hashing
        db.execute(_SCHEMA)
        return db
