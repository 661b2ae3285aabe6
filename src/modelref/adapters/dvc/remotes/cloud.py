"""Remotes behind DVC's file systems. Imported only when one is asked for something."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fsspec.callbacks import Callback

from modelref.adapters.dvc.remotes.stores import Key, unreachable
from modelref.domain.secrets import without_credentials
from modelref.errors import OutOfReach

_BLOCK = 4 << 20
_AT_ONCE = 4
"""Blocks of one object that are asked for together."""
_NOT_FOUND = 404
_STREAMED = ("http", "https")
"""File systems whose servers need not know ranges, and then send all of an object for a block."""


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
        """Write an object to a file: in blocks, in order, so that what came can be gone on with."""
        path = self._path(key)
        with self._asked():
            if self.files.protocol not in _STREAMED:
                self._blocks(path, target, offset, beat)
            elif not offset:
                self.files.get_file(path, str(target), callback=_Beating(beat))
            else:
                self._stream(path, target, offset, beat)

    def _blocks(self, path: str, target: Path, offset: int, beat: Callable[[int], None]) -> None:
        """Read some blocks at once; an object of one block takes one request."""
        with target.open("r+b") as new:
            new.seek(offset)

            def write(blocks: Iterable[bytes | Exception]) -> int:
                for block in blocks:
                    if isinstance(block, Exception):
                        raise block
                    new.write(block)
                    beat(len(block))
                return new.tell()

            first = self.files.cat_file(path, start=offset, end=offset + _BLOCK)
            offset = write([first])
            size = offset if len(first) < _BLOCK else self.files.info(path)["size"]
            while offset < size:
                starts = list(range(offset, size, _BLOCK))[:_AT_ONCE]
                ends = [min(start + _BLOCK, size) for start in starts]
                offset = write(self.files.cat_ranges([path] * len(starts), starts, ends))

    def _stream(self, path: str, target: Path, offset: int, beat: Callable[[int], None]) -> None:
        with self.files.open(path, "rb", block_size=_BLOCK) as old, target.open("r+b") as new:
            old.seek(offset)
            new.seek(offset)
            while block := old.read(_BLOCK):
                new.write(block)
                beat(len(block))

    def _path(self, key: Key) -> str:
        return str(self.files.join(self.top, *key))

    @contextmanager
    def _asked(self) -> Iterator[None]:
        """Turn whatever a file system raises into our own error, without its credentials."""
        try:
            yield
        except OutOfReach:
            raise
        except FileNotFoundError as error:
            cause = error.__cause__
            # What reads the web says so of servers that are down or refuse, too.
            if self.files.protocol not in _STREAMED or _is_missing(cause):
                raise
            said = without_credentials(str(cause), self.secrets)
            raise unreachable(self.name, said or type(cause).__name__) from None
        except Exception as error:  # noqa: BLE001  # every file system has errors of its own
            said = without_credentials(str(error), self.secrets) or type(error).__name__
            raise unreachable(self.name, said) from None


def _is_missing(cause: BaseException | None) -> bool:
    known = cause is None or isinstance(cause, FileNotFoundError)
    return known or getattr(cause, "status", None) == _NOT_FOUND


class _Beating(Callback):  # type: ignore[misc]  # fsspec has no types
    """Tells of each block that comes."""

    def __init__(self, beat: Callable[[int], None]) -> None:
        super().__init__()
        self._beat = beat

    def relative_update(self, inc: int = 1) -> None:
        self._beat(inc)
