"""A tensor in a file: what its header says, and where its bytes are once they are wanted."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import prod
from typing import Any, BinaryIO, NamedTuple, Self

from modelref.adapters.tensors.dtypes import DTYPES, DType
from modelref.errors import BadInput, ModelRefError, OutOfReach

DIGEST = 16
"""Bytes of a digest of what a file holds beside tensors."""
_MOST_SIDES = 64
"""As in NumPy and in PyTorch."""
_MOST_BYTES = (1 << 63) - 1


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
    """A tensor whose values lie one after the other; port ``Tensor``.

    Attributes:
        path: its file, for messages.
        name: its name.
        shape: its sides.
        dtype: a key of :data:`DTYPES`.
        locate: where its bytes are; for a packed file, unpacks them first.
        big_endian: whether the first byte of a value is its highest.
        turned: whether its first side is fastest (Fortran order), not its last.
    """

    path: str
    name: str
    shape: tuple[int, ...]
    dtype: str
    locate: Callable[[], Region]
    big_endian: bool = False
    turned: bool = False

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

    def as_it_lies(self) -> Self:
        """The same values in the order of the file: for a turned one, (width, rows)."""
        return replace(self, shape=(self.width, self.rows), turned=False) if self.turned else self


def sides_of(path: str, name: str, shape: Iterable[Any], itemsize: int) -> tuple[int, ...]:
    """A shape that a file tells of.

    Args:
        path: the file, for messages.
        name: the tensor's name.
        shape: its sides, whatever they are.
        itemsize: bytes of a value.

    Raises:
        BadInput: no tensor has such a shape; whatever else is reckoned with it stays small.
    """
    sides = tuple(shape)
    if not all(type(side) is int and side >= 0 for side in sides):
        raise unsound(path, f"has sides of {name!r} that are no whole numbers")
    if len(sides) > _MOST_SIDES or any(side > _MOST_BYTES for side in sides):
        raise unsound(path, f"has a shape of {name!r} that is none")
    if prod(max(1, side) for side in sides) * itemsize > _MOST_BYTES:
        raise unsound(path, f"has a shape of {name!r} that no file can hold")
    return sides


@contextmanager
def barrier(path: str) -> Iterator[None]:
    """The last barrier before a file that lies: whatever its reader trips over refuses that file.

    Raises:
        BadInput: in place of any error that is none of modelref's; out of memory stays that.
    """
    try:
        yield
    except (ModelRefError, MemoryError):
        raise
    except Exception as error:  # libraries that read files raise anything
        raise unsound(path, "cannot be read") from error


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
