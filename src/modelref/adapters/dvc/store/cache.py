"""DVC's cache: where bytes lie, whether they are right, and how they are handed over."""

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from modelref.adapters.dvc.config import CONFIG, Caches, leads_to_same_remote
from modelref.adapters.dvc.remotes.remotes import DvcRemotes
from modelref.adapters.dvc.store.checked import Checked
from modelref.adapters.dvc.store.manifest import read_manifest
from modelref.adapters.dvc.store.objects import (
    absent,
    damaged,
    is_sound,
    md5_of_bytes,
    object_key,
    same_legacy,
)
from modelref.adapters.git.program import Git
from modelref.adapters.link import link, make_executable
from modelref.domain.outs import DIR_SUFFIX, GIT, Out, OutFile
from modelref.errors import BadInput, OutOfReach


@dataclass(frozen=True, slots=True)
class DvcOutputs:
    """Bytes of outs from DVC's cache, or from git for what git tracks; port ``Outputs``.

    Attributes:
        caches: where DVC keeps bytes here.
        checked: which of them were hashed before.
        git: the repository's git.
        remotes: the DVC remotes, of which only what is missing here is asked; None where none may
            be.
        getting: the command that brings a version, up to its name, where there is no clone for
            DVC's own.
    """

    caches: Caches
    checked: Checked
    git: Git
    remotes: DvcRemotes | None = None
    getting: str = ""

    def measure(self, out: Out) -> Out:
        """Return the out with its size and number of files, where they can be known."""
        if out.size is not None or out.algorithm == GIT or out.is_dir:
            return out
        try:
            return replace(out, size=self.locate(out.object).stat().st_size)
        except OSError:
            return out

    def cached(self, out: Out) -> bool:
        """Whether all files of an out are here; of a file, with the right size."""
        if out.algorithm == GIT:
            return True
        try:
            size = self.locate(out.object).stat().st_size
            if not out.is_dir:
                return out.size is None or size == out.size
            total = sum(self.locate(file).stat().st_size for file in self.files(out))
            return out.size is None or bool(out.within) or total == out.size
        except (OSError, OutOfReach):
            return False

    def on_remote(self, outs: Sequence[Out]) -> Mapping[Out, bool | None]:
        """Whether the DVC remote of each out has all of it, None where none is configured."""
        kept = [out for out in outs if out.algorithm != GIT]
        found: dict[Out, bool | None] = dict.fromkeys(outs)
        if kept and self.remotes is not None:
            found.update(self.remotes.have(kept, self))
        return found

    def fetch(
        self, files: Sequence[OutFile], progress: Callable[[str], None] = lambda _: None
    ) -> None:
        """Bring what is missing here from its DVC remote into the cache, verified."""
        kept = (file for file in files if file.algorithm != GIT)
        missing = [file for file in kept if not self.locate(file).exists()]
        if missing and self.remotes is not None:
            self.remotes.fetch(missing, self, progress)

    def mending(self, *paths: str, version: str = "") -> str:
        """The command that brings files here."""
        if self.getting:
            return f"{self.getting} {version or 'MODEL@VERSION, or review --fetch'}"
        return f"dvc fetch --all-tags {shlex.join(paths)}"

    def pushing(self, commit: str, outs: Sequence[Out], *, tagged: bool = True) -> str:
        """The command that brings outs to their DVC remote; first, what makes DVC know it there."""
        where = "--all-tags" if tagged else "--all-commits"
        push = f"dvc push {where} {shlex.join(out.path for out in outs)}"
        lost = [out.remote for out in outs if not self._sends_here(commit, out)]
        if not lost:
            return push
        which = next(filter(None, lost), "--default NAME")
        return f"dvc remote add --local {which} URL, with the URL that it has now, then {push}"

    def _sends_here(self, commit: str, out: Out) -> bool:
        """Whether DVC sends an out of a commit, whose own settings it reads, where we look."""
        root = self.caches.root_of(out.path)
        try:
            path = (root / CONFIG).relative_to(self.git.folder).as_posix()
        except ValueError:  # a stranger's settings lie in the user's cache
            return True
        done = self.git.run("cat-file", "blob", f"{commit}:{path}")
        try:
            return leads_to_same_remote(root, done.stdout if done.code == 0 else b"", out.remote)
        except BadInput:  # what is set here was read before: nobody can read the commit's
            return False

    def files(self, out: Out) -> Sequence[OutFile]:
        """List the files of an out; a manifest is believed once its own hash is right."""
        if not out.is_dir:
            return (out.object,)
        return read_manifest(out, self.read(out))

    def read(self, out: Out) -> bytes:
        """Read a whole small object: a manifest, or a metrics file that DVC keeps.

        Raises:
            OutOfReach: it is not here, or is not what its hash says.
        """
        if out.algorithm == GIT:
            return self.git.output("cat-file", "blob", out.hash)
        path = self.locate(out.object)
        try:
            data = path.read_bytes()
            right = md5_of_bytes(data) == out.hash.removesuffix(DIR_SUFFIX)
            if not right and not same_legacy(path, out.object):
                raise damaged(out.path, path, self.mending(out.path))
        except OSError as error:
            raise absent(out.path, path, error, self.mending(out.path)) from error
        return data

    def check(self, file: OutFile, *, deep: bool = True) -> int:
        """See that a file is here and sound, and return its size in bytes."""
        if file.algorithm == GIT:
            return len(self.git.output("cat-file", "blob", file.hash))
        source = self.locate(file)
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
            if file.executable:
                make_executable(target)
        except OSError as error:
            raise OutOfReach(
                f"cannot write {target}: {error.strerror}",
                kind="unwritable",
                hint="see that the disk is not full and that the folder is yours",
            ) from error

    def is_copy(self, file: OutFile, path: Path, *, deep: bool = False) -> bool:
        """Whether a plain file, or one that a link leads to, has the very bytes of a file."""
        if not path.is_file():
            return False
        if file.algorithm != GIT:
            now = path.stat()
            if not deep and self.checked.knows(path, now, file.hash):
                return True
            if file.at_most is not None and now.st_size > file.at_most:
                return False
            same = is_sound(path, file)
            if same:
                self.checked.remember(path, now, file.hash)
            return same
        hashed = self.git.output("hash-object", "--no-filters", operands=[str(path.absolute())])
        return hashed.decode().strip() == file.hash

    @contextmanager
    def reading(self, file: OutFile, commit: str | None) -> Iterator[Path]:
        """A verified file to read for a while: DVC's, else git's of the same hash."""
        if file.algorithm == GIT:
            here = self.git.folder / file.path
            if commit is None and here.is_file() and not here.is_symlink():
                yield here  # git may not have it yet
                return
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
        return data if md5_of_bytes(data) == file.hash else None

    def locate(self, file: OutFile) -> Path:
        """Where the cache keeps a file that is DVC's, if it does."""
        return self.caches.of(file.path).folder.joinpath(*object_key(file.algorithm, file.hash))

    def _verify(self, file: OutFile, source: Path, *, deep: bool) -> None:
        try:
            before = source.stat()
            if not deep and self.checked.knows(source, before, file.hash):
                return
            sound = is_sound(source, file)
            after = source.stat()
        except OSError as error:
            raise absent(file.path, source, error, self.mending(file.path)) from error
        if not sound:
            raise damaged(file.path, source, self.mending(file.path))
        if (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size):
            self.checked.remember(source, after, file.hash)


@contextmanager
def _spooled(data: bytes) -> Iterator[Path]:
    """Bytes as a file for a while."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="modelref-") as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        yield path
