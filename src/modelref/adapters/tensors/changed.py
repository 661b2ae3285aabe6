"""How many rows have a value that differs, counted block by block."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class RowsChanged(Protocol):
    """Counts rows with a change.

    Attributes:
        count: how many there are so far.
    """

    count: int

    def add(self, differ: NDArray[np.bool_], changed: int, *, whole: bool) -> None:
        """Count in a block.

        Args:
            differ: which of its values differ.
            changed: how many these are.
            whole: False for a part of rows that more parts follow.
        """


@dataclass(slots=True)
class ByRow:
    """Of blocks of rows, (n, width); a row that comes in parts, (1, values), counts once."""

    count: int = 0
    _open: bool = False

    def add(self, differ: NDArray[np.bool_], changed: int, *, whole: bool) -> None:
        """Count in a block, or a part of one row."""
        if self._open or not whole:
            self._open = self._open or changed > 0
            if whole:
                self.count += self._open
                self._open = False
        elif changed == differ.size:
            self.count += len(differ)
        elif changed:
            self.count += int(np.count_nonzero(differ.any(axis=1)))


@dataclass(slots=True)
class ByColumn:
    """Of blocks that lie across: (n, rows), some values of each of the same rows."""

    count: int = 0
    _flags: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))

    def add(self, differ: NDArray[np.bool_], changed: int, *, whole: bool) -> None:
        """Count in a block, the last one of its rows where it is whole."""
        if not len(self._flags):
            self._flags = np.zeros(differ.shape[1], np.bool_)
        if changed and not self._flags.all():
            self._flags |= differ.any(axis=0)
        if whole:
            self.count += int(np.count_nonzero(self._flags))
            self._flags = np.zeros(0, np.bool_)
