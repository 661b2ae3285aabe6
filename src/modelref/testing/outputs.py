"""The in-memory twin of the port ``Outputs``."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import md5
from pathlib import Path
from tempfile import TemporaryDirectory

from modelref.domain.outs import Out, OutFile
from modelref.errors import OutOfReach


@dataclass
class MemoryOutputs:
    """Bytes in dicts, by hash; port ``Outputs``.

    Attributes:
        objects: what is here.
        remote: what is on the DVC remote; None where none is configured.
        down: the remote does not answer.
    """

    objects: dict[str, bytes] = field(default_factory=dict)
    remote: dict[str, bytes] | None = None
    down: bool = False

    def add(self, data: bytes) -> None:
        """Keep bytes."""
        self.objects[md5(data, usedforsecurity=False).hexdigest()] = data

    def measure(self, out: Out) -> Out:
        """Fill in the size."""
        return replace(out, size=len(self.objects[out.hash])) if self.cached(out) else out

    def cached(self, out: Out) -> bool:
        """Whether the bytes are kept."""
        return out.hash in self.objects

    def on_remote(self, outs: Sequence[Out]) -> Mapping[Out, bool | None]:
        """Whether the remote has the bytes."""
        if self.remote is None:
            return dict.fromkeys(outs)
        return {out: out.hash in self._asked() for out in outs}

    def mending(self, *paths: str, version: str = "") -> str:
        """A command."""
        return f"fetch {' '.join(paths)}"

    def pushing(self, commit: str, outs: Sequence[Out], *, tagged: bool = True) -> str:
        """A command."""
        return f"push {' '.join(out.path for out in outs)}"

    def fetch(
        self, files: Sequence[OutFile], progress: Callable[[str], None] = lambda _: None
    ) -> None:
        """Copy from the remote what is missing and right."""
        for file in files:
            if file.hash in self.objects:
                continue
            data = None if self.remote is None else self._asked().get(file.hash)
            if data is None:
                raise OutOfReach(f"the bytes of {file.path} are nowhere", kind="missing-bytes")
            if md5(data, usedforsecurity=False).hexdigest() != file.hash:
                raise OutOfReach(f"other bytes for {file.path}", kind="damaged-bytes")
            progress(file.path)
            self.objects[file.hash] = data

    def files(self, out: Out) -> Sequence[OutFile]:
        """An out is one file."""
        return (out.object,)

    def check(self, file: OutFile, *, deep: bool = True) -> int:
        """Hash the bytes, deep or not, and return their size."""
        if file.hash not in self.objects:
            raise OutOfReach(f"the bytes of {file.path} are not kept", kind="missing-bytes")
        data = self.objects[file.hash]
        if md5(data, usedforsecurity=False).hexdigest() != file.hash:
            raise OutOfReach(f"other bytes for {file.path}", kind="damaged-bytes")
        return len(data)

    def place(self, file: OutFile, target: Path, *, deep: bool = False) -> None:
        """Write the bytes to a new file."""
        if file.hash not in self.objects:
            raise OutOfReach(f"the bytes of {file.path} are not kept", kind="missing-bytes")
        with target.open("xb") as new:
            new.write(self.objects[file.hash])

    def is_copy(
        self,
        file: OutFile,
        path: Path,
        *,
        deep: bool = False,  # always hashed
    ) -> bool:
        """Whether a path has the very bytes of a file."""
        return md5(path.read_bytes(), usedforsecurity=False).hexdigest() == file.hash

    @contextmanager
    def reading(self, file: OutFile, commit: str | None) -> Iterator[Path]:
        """Write the bytes to a file for a while."""
        with TemporaryDirectory() as folder:
            self.place(file, Path(folder) / "file")
            yield Path(folder) / "file"

    def _asked(self) -> dict[str, bytes]:
        if self.down:
            raise OutOfReach("the DVC remote does not answer", kind="remote-unreachable")
        return self.remote or {}
