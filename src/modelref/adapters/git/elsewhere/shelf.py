"""The folder in the user's cache that belongs to one repository which is read from elsewhere."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from stat import S_IMODE
from typing import Self

from modelref.adapters.git.lock import unwritable
from modelref.errors import OutOfReach

_PRIVATE = 0o700
_OTHERS_WRITE = 0o022
_PATIENCE = 600.0
"""Seconds to wait for another process, which may be fetching a repository for the first time."""
_PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class Shelf:
    """One repository's folder, which only its owner can look into.

    Attributes:
        folder: holds ``git`` (a git folder of ours), ``dvc`` (bytes) and ``lock``.
    """

    folder: Path

    @classmethod
    def of(cls, cache: Path, address: str) -> Self:
        """Find or make the folder of an address.

        Args:
            cache: modelref's folder in the user's cache.
            address: of the repository, without credentials.

        Raises:
            OutOfReach: it cannot be made, or somebody else could have put things there.
        """
        top = cache / "repos"
        folder = top / sha256(os.fsencode(address)).hexdigest()[:32]
        try:
            top.mkdir(parents=True, exist_ok=True, mode=_PRIVATE)
            found = top.stat()
            if found.st_uid != os.geteuid() or S_IMODE(found.st_mode) & _OTHERS_WRITE:
                raise OutOfReach(
                    f"{top} is not yours alone: others could have put things there",
                    kind="unsafe-cache",
                    hint=f"remove it, or name another place: XDG_CACHE_HOME={Path.home()}/.cache",
                )
            folder.mkdir(exist_ok=True, mode=_PRIVATE)
        except OSError as error:
            raise unwritable(folder, error) from error
        return cls(folder)

    @property
    def git(self) -> Path:
        """The git folder."""
        return self.folder / "git"

    @contextmanager
    def exclusive(self) -> Iterator[int]:
        """Hold the folder; yields the lock's descriptor, for the git that changes things in it.

        Raises:
            OutOfReach: another process holds it for too long, or it cannot be written.
        """
        try:
            file = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise unwritable(self.folder, error) from error
        try:
            self._wait_for(file)
            yield file
        finally:
            os.close(file)

    def clear(self) -> None:
        """Remove the git folder, for it to be made anew.

        Raises:
            OutOfReach: it cannot be removed.
        """
        # Renamed first: what a killed removal leaves must not look like a git folder.
        scrap = self.folder / f"scrap.{os.getpid()}"
        try:
            for old in self.folder.glob("scrap.*"):
                shutil.rmtree(old, ignore_errors=True)
            if os.path.lexists(self.git):
                self.git.rename(scrap)
                shutil.rmtree(scrap)
        except OSError as error:
            raise unwritable(self.folder, error) from error

    def _wait_for(self, file: int) -> None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise OutOfReach(
                        f"another process has been fetching into {self.folder} for more than "
                        f"{_PATIENCE:.0f} seconds",
                        kind="locked",
                        hint=f"see who holds it: fuser -v {self.folder / 'lock'}",
                    ) from None
                time.sleep(_PAUSE)
            else:
                return
