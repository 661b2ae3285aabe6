"""What changed inside the files of a model: its tensors, and what is no tensor."""

from dataclasses import dataclass
from enum import StrEnum


class TensorStatus(StrEnum):
    """How a tensor differs."""

    ADDED = "added"
    REMOVED = "removed"
    RESHAPED = "reshaped"
    RETYPED = "dtype"
    CHANGED = "changed"
    REORDERED = "reordered"
    """The same rows under the same ids in another order, which is no change."""


@dataclass(frozen=True, slots=True)
class TensorFacts:
    """A tensor as its file describes it.

    Attributes:
        file: repository path.
        name: its name.
        shape: its sides; empty for a single value.
        dtype: ``float32``, ``bfloat16``, ``int64``, …
    """

    file: str
    name: str
    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True, slots=True)
class Nonfinite:
    """Values that are no numbers.

    Attributes:
        nan: how many are NaN.
        inf: how many are infinite.
    """

    nan: int = 0
    inf: int = 0

    def __bool__(self) -> bool:
        return bool(self.nan or self.inf)

    def __add__(self, other: "Nonfinite") -> "Nonfinite":
        return Nonfinite(self.nan + other.nan, self.inf + other.inf)

    @property
    def total(self) -> int:
        """Both."""
        return self.nan + self.inf


NONE = Nonfinite()
"""All values are numbers."""


@dataclass(frozen=True, slots=True)
class RowCounts:
    """Rows held against each other, by their ids where these are known.

    Attributes:
        by_id: whether rows were paired by id; else by position, in tensors of one shape.
        shared: how many rows both sides have; only these are compared.
        added: rows of the second side alone.
        removed: rows of the first side alone.
        moved: the fewest shared rows that stand elsewhere.
    """

    by_id: bool
    shared: int
    added: int = 0
    removed: int = 0
    moved: int = 0


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that changed much.

    Attributes:
        id: whose it is.
        name: what people call it, or ``""``.
        change: Euclidean length of the change, after alignment where there was one.
    """

    id: str
    name: str
    change: float


@dataclass(frozen=True, slots=True)
class ValueChange:
    """What happened to the values of the rows that both sides have.

    Pairs of values of which one is not finite are in the counts, and not in the sums.

    Attributes:
        change: Euclidean length of the change over that of the first side; None where the first
            side is all zero and the second is not, no pair is finite or none was compared, or
            values are so large or small that float64 does not have their squares.
        cosine: of the two sides as vectors; None where one is all zero, or as above.
        largest: largest absolute change of a value.
        values: how many were compared.
        changed: how many of them differ; NaN equals NaN.
        rows_changed: rows with at least one such value.
        before: what is not finite in the compared rows of the first side.
        after: the same of the second.
        aligned: ``change`` after the rotation that brings the first side nearest to the second
            (orthogonal Procrustes, Schönemann 1966); None where the tensor is no factor matrix.
        most: row of the second side and length of the change, largest first; rows of tensors
            without ids are not told.
    """

    change: float | None
    cosine: float | None
    largest: float
    values: int
    changed: int
    rows_changed: int
    before: Nonfinite = NONE
    after: Nonfinite = NONE
    aligned: float | None = None
    most: tuple[tuple[int, float], ...] = ()

    @property
    def spoilt(self) -> bool:
        """Whether the second side has more NaN or more infinite values than the first."""
        return self.after.nan > self.before.nan or self.after.inf > self.before.inf


@dataclass(frozen=True, slots=True)
class TensorChange:
    """A tensor that differs.

    Attributes:
        name: its name; where several files have one of that name, after its file.
        status: how it differs.
        before: the first side's, None for an added one.
        after: the second side's, None for a removed one.
        rows: how rows were paired; None where none could be.
        values: what happened to their values; None where they could not be compared.
        most: rows that changed most; empty for tensors whose rows have no ids that may be shown.
        why: why the values were not compared, or ``""``.
    """

    name: str
    status: TensorStatus
    before: TensorFacts | None
    after: TensorFacts | None
    rows: RowCounts | None = None
    values: ValueChange | None = None
    most: tuple[RowChange, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """Scores of a fixed panel: products of two factor matrices, which no rotation changes.

    Attributes:
        users: rows of the first matrix that were sampled among those of both sides.
        items: rows of the second, likewise.
        change: Euclidean length of the change of their scores over that of the first side.
        cosine: of the two sides' scores as vectors.
        kept: mean share of a sampled row's ten best items of the sample that stay among them.
    """

    users: int
    items: int
    change: float | None
    cosine: float | None
    kept: float


@dataclass(frozen=True, slots=True)
class FactorChange:
    """A pair of factor matrices of both sides.

    Attributes:
        left: name of the users' tensor.
        right: name of the items' tensor.
        before: number of factors of the first side.
        after: number of factors of the second.
        scores: what happened to the scores.
    """

    left: str
    right: str
    before: int
    after: int
    scores: ScoreChange


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file.

    Attributes:
        algorithm: how its hash is made.
        hash: hexadecimal.
        size: bytes; None where unknown.
    """

    algorithm: str
    hash: str
    size: int | None


class TensorsOf(StrEnum):
    """What is told of the tensors of a file."""

    UNREAD = "unread"
    """Nothing: it is none of weights, or could not be read."""
    SAME = "same"
    """They are the same, as is what is beside them; its bytes differ."""
    BESIDE = "beside"
    """Those that differ are told; something beside them differs too."""
    PARTLY = "partly"
    """Those that differ are told; what is beside them was not read."""


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that differs, and not in tensors alone.

    Attributes:
        path: relative to the model's path.
        before: the first side's, None where it has none.
        after: the second side's, None where it has none.
        why: why it was not read although it should hold tensors, and what mends it; else ``""``.
        tensors: what is told of its tensors.
    """

    path: str
    before: FileFacts | None
    after: FileFacts | None
    why: str = ""
    tensors: TensorsOf = TensorsOf.UNREAD


@dataclass(frozen=True, slots=True)
class WeightsDiff:
    """What differs inside the files of two sides.

    Attributes:
        tensors: those that differ, by name.
        factors: pairs of factor matrices that differ.
        files: files that differ, and not in these tensors alone, by path.
    """

    tensors: tuple[TensorChange, ...] = ()
    factors: tuple[FactorChange, ...] = ()
    files: tuple[FileChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.files) or any(
            tensor.status is not TensorStatus.REORDERED for tensor in self.tensors
        )
