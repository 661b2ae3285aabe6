"""Outs as they lie in the workspace: what is there, whether it is right, whether it is kept."""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha1, sha256
from pathlib import Path

from modelref.adapters.dvc.declared.lockfile import LEGACY_MD5
from modelref.adapters.dvc.store.cache import DvcOutputs
from modelref.adapters.dvc.store.objects import legacy_md5_of, md5_of
from modelref.domain.outs import GIT, MD5, OutFile
from modelref.errors import OutOfReach

_SHA256_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Disk:
    """The workspace's files.

    Attributes:
        root: top folder of the checkout.
        outputs: DVC's cache.
    """

    root: Path
    outputs: DvcOutputs

    def files(self, path: str) -> tuple[str, ...]:
        """All files at or below a path; links count as files, whatever they point to."""
        top = self.root / path
        if not stat.S_ISDIR(_mode(top)):
            return (path,) if os.path.lexists(top) else ()
        found = []
        for folder, folders, names in os.walk(top):
            base = Path(folder).relative_to(self.root).as_posix()
            links = [name for name in folders if (Path(folder) / name).is_symlink()]
            found += [f"{base}/{name}" for name in [*names, *links]]
        return tuple(sorted(found))

    def is_at(self, file: OutFile, path: str) -> bool:
        """Whether a path of the workspace has the bytes of a file of an out."""
        target = self.root / path
        try:
            seen = target.stat()
            if not stat.S_ISREG(seen.st_mode):
                return False
            if file.algorithm == GIT:
                return not target.is_symlink() and _is_blob(target, file.hash)
            cached = self._cached(file)
            if cached is not None:
                if os.path.samestat(cached, seen):
                    return True
                if cached.st_size != seen.st_size:
                    return False
            return self._hash(target, file.algorithm) == file.hash
        except OSError:
            return False

    def is_link(self, file: OutFile, path: str) -> bool:
        """Whether a path of the workspace is a link to what the cache has for a file."""
        cached = None if file.algorithm == GIT else self._cached(file)
        try:
            seen = (self.root / path).stat()
        except OSError:
            return False
        return cached is not None and os.path.samestat(cached, seen)

    def is_kept(self, path: str, expected: Mapping[str, OutFile]) -> bool:
        """Whether the bytes at a path are in the cache, so that nothing is lost with the path."""
        target = self.root / path
        try:
            if target.is_symlink():
                return Path(os.path.realpath(target)).is_relative_to(
                    os.path.realpath(self.outputs.caches.of(path).folder)
                )
            known = expected.get(path)
            cached = known is not None and known.algorithm != GIT and self._cached(known)
            if known is not None and cached and self.is_at(known, path):
                return self._sound(known)
            return self._sound(OutFile(path, MD5, self._hash(target, MD5)))
        except OSError:
            return False

    def _sound(self, file: OutFile) -> bool:
        """Whether the cache really has a file; one that is damaged there is no copy."""
        try:
            self.outputs.check(file, deep=False)
        except OutOfReach:
            return False
        return True

    def _cached(self, file: OutFile) -> os.stat_result | None:
        try:
            return self.outputs.locate(file).stat()
        except OSError:
            return None

    def _hash(self, target: Path, algorithm: str) -> str:
        seen = target.stat()
        if algorithm == LEGACY_MD5:
            return legacy_md5_of(target)
        noted = self.outputs.checked.recall(target, seen)
        if noted is None:
            noted = md5_of(target)
            if target.stat().st_mtime_ns == seen.st_mtime_ns:
                self.outputs.checked.remember(target, seen, noted)
        return noted


def _mode(path: Path) -> int:
    try:
        return path.lstat().st_mode
    except OSError:
        return 0


def _is_blob(path: Path, oid: str) -> bool:
    data = path.read_bytes()
    whole = b"blob %d\0" % len(data) + data
    if len(oid) == _SHA256_LENGTH:
        return sha256(whole).hexdigest() == oid
    return sha1(whole, usedforsecurity=False).hexdigest() == oid
