"""Texts among tensors: ids or names that a library keeps beside numbers. They have no distance."""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

from modelref.adapters.tensors.ids import Paired
from modelref.adapters.tensors.tensor import Region, barrier, read_at
from modelref.domain.diff.weights import ValueChange
from modelref.errors import BadInput

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class FileText:
    """An array of texts in a file; port ``Tensor``.

    Attributes:
        path: its file, for messages.
        name: its name.
        shape: its sides.
        itemsize: bytes of each text; 0 where they differ in length.
        locate: where its bytes are; None where they do not lie one after the other.
        dtype: what is told of its values.
    """

    path: str
    name: str
    shape: tuple[int, ...]
    itemsize: int
    locate: Callable[[], Region] | None
    dtype: str = "text"

    def refused(self) -> BadInput:
        """The error of what can only be done with numbers."""
        return BadInput(
            f"{self.path} holds texts in {self.name!r}, which are not compared", kind="no-numbers"
        )


def compare_texts(a: FileText, b: FileText, pairing: Paired | None) -> ValueChange:
    """Nothing changed, where the same bytes stand in the same places.

    Raises:
        BadInput: anything else; a text is left out of the comparison.
    """
    if (a.shape, a.itemsize) != (b.shape, b.itemsize) or not (pairing is None or pairing.plain):
        raise b.refused()
    if not _same_bytes(a, b):
        raise b.refused()
    return ValueChange(0.0, None, 0.0, prod(a.shape), 0, 0)


def _same_bytes(a: FileText, b: FileText) -> bool:
    if a.locate is None or b.locate is None:
        return False
    with barrier(b.path):
        here, there = a.locate(), b.locate()
        try:
            size = prod(a.shape) * a.itemsize
            return all(
                read_at(here.file, here.offset + at, min(_BLOCK, size - at))
                == read_at(there.file, there.offset + at, min(_BLOCK, size - at))
                for at in range(0, size, _BLOCK)
            )
        finally:
            here.close()
            there.close()
