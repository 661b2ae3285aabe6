"""Remotes behind DVC's file systems. Imported only when one is asked for something."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fsspec.callbacks import Callback

from modelref.adapters.dvc.remotes.stores import Key, unreachable
from modelref.domain.secrets import without_credentials

_BLOCK = 8 << 20


@dataclass(frozen=True, slots=True)
class Cloud:
    """The objects of a remote that a file system of DVC's reaches; a ``Store``.

    Attributes:
        name: the remote's.
        files: DVC's file system.
        top: path of the remote in it.
        secrets: what must not stand in a message.
    """

    name: str
    files: Any
    top: str
    secrets: tuple[str, ...] = ()

    @property
    def jobs(self) -> int:
        """As many as DVC itself would ask at once."""
        return int(self.files.jobs)

    def size(self, key: Key) -> int | None:
        """Size of an object in bytes, where the remote tells."""
        with self._asked():
            size = self.files.info(self._path(key)).get("size")
        return None if size is None else int(size)

    def download(self, key: Key, target: Path, offset: int, beat: Callable[[int], None]) -> None:
        """Write an object to a file, from the middle where the remote can."""
        with self._asked():
            if not offset or not self._continued(key, target, offset, beat):
                self.files.get_file(self._path(key), str(target), callback=_Beating(beat))

    def _continued(self, key: Key, target: Path, offset: int, beat: Callable[[int], None]) -> bool:
        path = self._path(key)
        with self.files.open(path, "rb", block_size=_BLOCK) as old, target.open("r+b") as new:
            try:
                old.seek(offset)
                block = old.read(_BLOCK)
            except (ValueError, NotImplementedError):  # a server that knows no ranges
                return False
            new.seek(offset)
            while block:
                new.write(block)
                beat(len(block))
                block = old.read(_BLOCK)
        return True

    def _path(self, key: Key) -> str:
        return str(self.files.join(self.top, *key))

    @contextmanager
    def _asked(self) -> Iterator[None]:
        """Turn whatever a file system raises into our own error, without its credentials."""
        try:
            yield
        except FileNotFoundError:
            raise
        except Exception as error:  # noqa: BLE001  # every file system has errors of its own
            said = without_credentials(str(error), self.secrets) or type(error).__name__
            raise unreachable(self.name, said) from None


class _Beating(Callback):  # type: ignore[misc]  # fsspec has no types
    """Tells of each block that comes."""

    def __init__(self, beat: Callable[[int], None]) -> None:
        super().__init__()
        self._beat = beat

    def relative_update(self, inc: int = 1) -> None:
        self._beat(inc)
