"""DVC's cache: where bytes lie, whether they are right, and how they are handed over."""

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path
from tempfile import TemporaryDirectory

from modelref.adapters.dvc.checked import Checked
from modelref.adapters.dvc.config import Caches
from modelref.adapters.dvc.lockfile import LEGACY_MD5
from modelref.adapters.dvc.manifest import check_hash, read_manifest
from modelref.adapters.git.program import Git
from modelref.adapters.link import link
from modelref.domain.outs import GIT, Out, OutFile
from modelref.errors import OutOfReach

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class DvcOutputs:
    """Bytes of outs from DVC's cache, or from git for what git tracks; port ``Outputs``."""

    caches: Caches
    checked: Checked
    git: Git

    def measure(self, out: Out) -> Out:
        """Return the out with its size and number of files, where they can be known."""
        if out.size is not None or out.algorithm == GIT or out.is_dir:
            return out
        try:
            size = self._object(out.path, out.algorithm, out.hash).stat().st_size
        except OSError:
            return out
        return Out(out.path, out.algorithm, out.hash, size, out.files, out.within)

    def cached(self, out: Out) -> bool:
        """Whether all files of an out are here; of a file, with the right size."""
        if out.algorithm == GIT:
            return True
        try:
            size = self._object(out.path, out.algorithm, out.hash).stat().st_size
            if not out.is_dir:
                return out.size is None or size == out.size
            total = sum(self.locate(file).stat().st_size for file in self.files(out))
            return out.size is None or bool(out.within) or total == out.size
        except (OSError, OutOfReach):
            return False

    def files(self, out: Out) -> Sequence[OutFile]:
        """List the files of an out; a manifest is believed once its own hash is right."""
        if not out.is_dir:
            return (OutFile(out.path, out.algorithm, out.hash),)
        return read_manifest(out, self.read(out))

    def read(self, out: Out) -> bytes:
        """Read a whole small object: a manifest, or a metrics file that DVC keeps.

        Raises:
            OutOfReach: it is not here, or is not what its hash says.
        """
        if out.algorithm == GIT:
            return self.git.output("cat-file", "blob", out.hash)
        path = self._object(out.path, out.algorithm, out.hash)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise _absent(out.path, path, error) from error
        digest = md5(data, usedforsecurity=False).hexdigest()
        if digest != out.hash.removesuffix(".dir") and not _same_legacy(
            out.algorithm, out.hash, path
        ):
            raise _damaged(out.path, path)
        return data

    def check(self, file: OutFile, *, deep: bool = True) -> int:
        """See that a file is here and sound, and return its size in bytes."""
        if file.algorithm == GIT:
            return len(self.git.output("cat-file", "blob", file.hash))
        source = self._object(file.path, file.algorithm, file.hash)
        self._verify(file, source, deep=deep)
        return source.stat().st_size

    def place(self, file: OutFile, target: Path, *, deep: bool = False) -> None:
        """Bring one verified file to a path that does not exist yet."""
        if file.algorithm == GIT:
            target.write_bytes(self.git.output("cat-file", "blob", file.hash))
            return
        source = self.locate(file)
        self._verify(file, source, deep=deep)
        try:
            link(source, target, self.caches.of(file.path).links)
        except OSError as error:
            raise OutOfReach(
                f"cannot write {target}: {error.strerror}",
                kind="unwritable",
                hint="see that the disk is not full and that the folder is yours",
            ) from error

    @contextmanager
    def reading(self, file: OutFile, commit: str | None) -> Iterator[Path]:
        """A verified file to read for a while: DVC's, else git's of the same hash."""
        if file.algorithm == GIT:
            with _spooled(self.git.output("cat-file", "blob", file.hash)) as path:
                yield path
            return
        source = self.locate(file)
        if not source.exists():
            found = self._beside(file, commit)
            if found is not None:
                with _spooled(found) as path:
                    yield path
                return
        self._verify(file, source, deep=False)
        yield source

    def _beside(self, file: OutFile, commit: str | None) -> bytes | None:
        """Bytes of a file that DVC hashes and does not keep, from git or from the workspace."""
        if commit is None:
            path = self.git.folder / file.path
            data = path.read_bytes() if path.is_file() else b""
        else:
            done = self.git.run("cat-file", "blob", f"{commit}:{file.path}")
            data = done.stdout if done.code == 0 else b""
        same = md5(data, usedforsecurity=False).hexdigest() == file.hash
        return data if same else None

    def locate(self, file: OutFile) -> Path:
        """Where the cache keeps a file that is DVC's, if it does."""
        return self._object(file.path, file.algorithm, file.hash)

    def _verify(self, file: OutFile, source: Path, *, deep: bool) -> None:
        try:
            before = source.stat()
            if not deep and self.checked.knows(source, before, file.hash):
                return
            digest = md5_of(source)
            after = source.stat()
        except OSError as error:
            raise _absent(file.path, source, error) from error
        same = (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)
        if digest != file.hash and not _same_legacy(file.algorithm, file.hash, source):
            raise _damaged(file.path, source)
        if same:
            self.checked.remember(source, after, file.hash)

    def _object(self, path: str, algorithm: str, digest: str) -> Path:
        check_hash(digest)
        base = self.caches.of(path).folder
        if algorithm != LEGACY_MD5:
            base = base / "files" / "md5"
        return base / digest[:2] / digest[2:]


@contextmanager
def _spooled(data: bytes) -> Iterator[Path]:
    """Bytes as a file for a while."""
    with TemporaryDirectory(prefix="modelref-") as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        yield path


def md5_of(path: Path) -> str:
    """Md5 of a file, in hexadecimal."""
    digest = md5(usedforsecurity=False)
    block = bytearray(_BLOCK)
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(block):
            digest.update(memoryview(block)[:count])
    return digest.hexdigest()


def _same_legacy(algorithm: str, digest: str, path: Path) -> bool:
    """Whether a file has the hash that DVC 2 gave it; DVC itself knows how that was made."""
    if algorithm != LEGACY_MD5:
        return False
    from dvc_data.hashfile.hash import file_md5
    from dvc_objects.fs.local import localfs

    return str(file_md5(str(path), localfs, LEGACY_MD5)) == digest.removesuffix(".dir")


def _absent(name: str, path: Path, error: OSError) -> OutOfReach:
    if isinstance(error, FileNotFoundError):
        return OutOfReach(
            f"the bytes of {name} are not in the DVC cache ({path})",
            kind="missing-bytes",
            hint=f"dvc fetch --all-tags {shlex.quote(name)}",
        )
    return OutOfReach(f"cannot read {path}: {error.strerror}", kind="unreadable")


def _damaged(name: str, path: Path) -> OutOfReach:
    return OutOfReach(
        f"the cached bytes of {name} are not what their hash says; nothing was handed over",
        kind="damaged-bytes",
        hint=f"rm {shlex.quote(str(path))} && dvc fetch --all-tags {shlex.quote(name)}",
    )
