"""How one object gets from a remote into the cache: whole and right, or not at all.

It is written to a part file in the cache, which one process at a time holds; hashed; had on disk;
and renamed into place. A part that a killed run left is gone on with.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep

from modelref.adapters.dvc.config import CacheConfig
from modelref.adapters.dvc.remotes.bounds import Bounded, most_bytes
from modelref.adapters.dvc.remotes.crew import Pulse
from modelref.adapters.dvc.remotes.stores import Store
from modelref.adapters.dvc.store.objects import is_sound, object_key
from modelref.domain.outs import OutFile
from modelref.errors import OutOfReach

_READ_ONLY = 0o444
"""Mode of an object in DVC's cache."""
_SHARED = 0o2775
"""Mode of a folder in a cache with ``shared = group``."""
_WORTH_CONTINUING = 4 << 20
"""Bytes of a part below which it is begun anew: going on takes one request more."""
_EMPTY = "d41d8cd98f00b204e9800998ecf8427e"
"""Md5 of nothing."""
_WAIT = 0.1


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Where objects of one remote arrive.

    Attributes:
        store: its objects.
        cache: where to.
        pulse: beaten while bytes come.
    """

    store: Store
    cache: CacheConfig
    pulse: Pulse

    def bring(self, file: OutFile) -> Path:
        """Bring one object into the cache, and return where it lies.

        Raises:
            FileNotFoundError: the remote does not have it.
            OutOfReach: the remote cannot be read, what came is not what the hash says, or the
                cache cannot be written.
        """
        key = object_key(file.algorithm, file.hash)
        final = self.cache.folder.joinpath(*key)
        try:
            self._make(final.parent)
            with self._held(f"{file.algorithm}-{file.hash}") as part:
                if final.exists():  # another process brought it meanwhile
                    part.unlink()
                    return final
                self._fill(file, part)
                part.chmod(_READ_ONLY)
                _sync(part)
                part.replace(final)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise OutOfReach(
                f"cannot bring {file.path} from the DVC remote {self.store.name!r} into the cache: "
                f"{error.strerror or error}",
                kind="unwritable",
                hint=f"see that {self.cache.folder} can be written and has room",
            ) from error
        return final

    def _fill(self, file: OutFile, part: Path) -> None:
        if self._continued(file, part):
            return
        os.truncate(part, 0)
        wrong = self._wrong(file)
        try:
            if file.hash != _EMPTY:  # some servers have no range in an empty file
                self._download(file, part, 0, wrong)
            if not is_sound(part, file):
                raise wrong
        except (FileNotFoundError, OutOfReach) as error:
            if error is wrong or isinstance(error, FileNotFoundError):
                part.unlink()
            raise

    def _continued(self, file: OutFile, part: Path) -> bool:
        """Whether a part that was left could be made whole."""
        come = part.stat().st_size
        if come < _WORTH_CONTINUING:
            return False
        if is_sound(part, file):
            return True
        try:
            self._download(file, part, come, self._wrong(file))
        except OutOfReach:
            return False  # it may be longer than the object, or the server know no ranges
        return is_sound(part, file)

    def _download(self, file: OutFile, part: Path, come: int, wrong: OutOfReach) -> None:
        left = most_bytes(file, self.store) - come
        key = object_key(file.algorithm, file.hash)
        self.store.download(key, part, come, Bounded(self.pulse.beat, left, wrong))
        self.pulse.beat()  # not every file system lets through that the crew was stopped

    def _wrong(self, file: OutFile) -> OutOfReach:
        return OutOfReach(
            f"the DVC remote {self.store.name!r} has other bytes for {file.path} than its hash "
            f"says ({file.hash}); they were not kept",
            kind="damaged-bytes",
            hint="remove that object from the remote and dvc push it from a clone that has it",
        )

    @contextmanager
    def _held(self, name: str) -> Iterator[Path]:
        """The part file of an object, once no other process holds it."""
        folder = self.cache.folder / "modelref"
        self._make(folder)
        part = folder / f"{name}.part"
        while True:
            with part.open("ab") as file:
                size = -1
                while not _lock(file.fileno()):
                    if size != (size := part.stat().st_size if part.exists() else 0):
                        self.pulse.beat()
                    sleep(_WAIT)
                if _is_at(file.fileno(), part):
                    yield part
                    return

    def _make(self, folder: Path) -> None:
        if folder.is_dir():
            return
        if folder != self.cache.folder and folder.parent != folder:
            self._make(folder.parent)
        folder.mkdir(exist_ok=True, parents=folder == self.cache.folder)
        if self.cache.shared:
            folder.chmod(_SHARED)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at(descriptor: int, path: Path) -> bool:
    """Whether a path still leads to an open file: its former holder may have renamed it away."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
