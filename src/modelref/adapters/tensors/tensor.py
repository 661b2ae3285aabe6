"""A tensor in a file: what its header says, and where its bytes are once they are wanted."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import prod
from typing import BinaryIO, NamedTuple

from modelref.adapters.tensors.dtypes import DTYPES, DType
from modelref.errors import BadInput, OutOfReach


class Region(NamedTuple):
    """Where bytes start in an open file.

    Attributes:
        file: the file.
        offset: of the first byte.
        own: whether the file was made for these bytes alone, and goes when they were read.
    """

    file: BinaryIO
    offset: int
    own: bool = False

    def close(self) -> None:
        """Let a file of their own go."""
        if self.own:
            self.file.close()


@dataclass(frozen=True, slots=True)
class FileTensor:
    """A tensor whose values lie one after the other, last side fastest; port ``Tensor``.

    Attributes:
        name: its name.
        shape: its sides.
        dtype: a key of :data:`DTYPES`.
        locate: where its bytes are; for a packed file, unpacks them first.
        big_endian: whether the first byte of a value is its highest.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    locate: Callable[[], Region]
    big_endian: bool = False

    @property
    def kind(self) -> DType:
        """Its type of values."""
        return DTYPES[self.dtype]

    @property
    def rows(self) -> int:
        """Its length; 1 for a single value."""
        return self.shape[0] if self.shape else 1

    @property
    def width(self) -> int:
        """Values of a row."""
        return prod(self.shape[1:])

    @property
    def size(self) -> int:
        """Bytes of all values."""
        return self.rows * self.width * self.kind.itemsize


def read_at(file: BinaryIO, offset: int, count: int) -> bytes:
    """Read bytes; fewer where the file ends before."""
    return os.pread(file.fileno(), count, offset)


def fill(file: BinaryIO, offset: int, buffer: memoryview) -> None:
    """Read as many bytes as a buffer holds.

    Raises:
        OutOfReach: the file became shorter meanwhile.
    """
    done = 0
    while done < len(buffer):
        count = os.preadv(file.fileno(), [buffer[done:]], offset + done)
        if not count:
            raise OutOfReach("a file of weights was cut while it was read", kind="unreadable")
        done += count


def length(file: BinaryIO) -> int:
    """Bytes of an open file."""
    return os.fstat(file.fileno()).st_size


def unsound(path: str, why: str) -> BadInput:
    """The error of a file that is not what its format asks for.

    Args:
        path: the file.
        why: what is wrong, as the end of a sentence that starts with the path.
    """
    return BadInput(
        f"{path} {why}",
        kind="unsound-weights",
        hint="nothing of it was read; write it again with the library that made it",
    )


def repeated(names: Iterable[str]) -> str | None:
    """The first name that was there before; None where all differ."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
