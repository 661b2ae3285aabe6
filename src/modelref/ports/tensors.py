"""Ports: what files of weights hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelref.domain.diff.weights import Nonfinite, RowCounts, ScoreChange, ValueChange


class Tensor(Protocol):
    """A tensor in an open file."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its sides."""

    @property
    def dtype(self) -> str:
        """``float32``, ``bfloat16``, ``int64``, …; ``text``."""


class Contents(NamedTuple):
    """What a file of weights holds.

    Attributes:
        tensors: its tensors.
        rest: a digest of what it holds beside them, ``""`` for nothing; None where that was not
            read.
        doubt: why values of the weights may be in no tensor, as the end of a sentence that starts
            with the file; ``""`` where none is.
    """

    tensors: Sequence[Tensor]
    rest: str | None = ""
    doubt: str = ""


class Ids(Protocol):
    """The ids of a tensor's rows."""

    def texts(self, rows: Sequence[int]) -> Sequence[str]:
        """The ids of a few rows."""


class Pairing(Protocol):
    """Rows of two sides, paired by id."""

    @property
    def counts(self) -> RowCounts:
        """What came of it."""


class Rotation(Protocol):
    """What brings one side's factors nearest to the other's."""

    @property
    def factors(self) -> int:
        """How many factors it rotates."""


Matrix: TypeAlias = "tuple[Tensor, Tensor, Pairing]"
"""A factor matrix of both sides, and their rows."""


class Tensors(Protocol):
    """What files of weights hold; memory grows with rows that have ids alone."""

    def read(self, path: str, file: BinaryIO) -> Contents | None:
        """List what a file holds; None where it is none of weights.

        Args:
            path: whose end tells the format.
            file: stays open for as long as its tensors are used.

        Raises:
            BadInput: it is not what its format asks for; nothing large was allocated.
            OutOfReach: the library that reads it is not installed.
        """

    def ids(self, path: str, file: BinaryIO, column: str, rows: int) -> Ids:
        """Name a column of a Parquet, CSV or JSON file as the ids of so many rows."""

    def pair(self, a: Ids, b: Ids) -> Pairing:
        """Find the rows of one side on the other.

        Raises:
            BadInput: the ids do not fit their tensors, or one comes twice.
        """

    def names(
        self, path: str, file: BinaryIO, columns: tuple[str, str], ids: Sequence[str]
    ) -> Sequence[str]:
        """Look up what stands beside a few ids in another column; ``""`` where nothing does.

        Raises:
            BadInput: the file has no such column, or cannot be read.
        """

    def compare(
        self,
        a: Tensor,
        b: Tensor,
        pairing: Pairing | None = None,
        columns: Pairing | None = None,
        rotation: Rotation | None = None,
    ) -> ValueChange:
        """Compare the rows that both have.

        Args:
            a: the first side.
            b: the second side; its rows are as wide, unless columns are paired.
            pairing: rows by id; None pairs them by position.
            columns: columns of tensors with two sides by id; None pairs them by position.
            rotation: applied to the first side for ``ValueChange.aligned``.

        Raises:
            BadInput: the values are damaged, or texts that are not the same on both sides.
            OutOfReach: they cannot be read, or not be unpacked.
        """

    def align(self, users: Matrix, items: Matrix) -> Rotation | None:
        """Find the rotation of both sides' factors by orthogonal Procrustes (Schönemann 1966).

        Returns:
            None where values are not finite.
        """

    def compare_scores(self, users: Matrix, items: Matrix) -> ScoreChange | None:
        """Compare products of two factor matrices on a fixed sample of their shared rows.

        Returns:
            None where nothing is shared, or values are not finite.
        """

    def nonfinite(self, tensor: Tensor) -> Nonfinite:
        """Count the values that are NaN or infinite; no text is.

        Raises:
            BadInput: the values are damaged.
            OutOfReach: they cannot be read, or not be unpacked.
        """
