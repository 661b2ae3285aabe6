"""Rows of tensors by the ids that ``meta.modelref.ids`` declares for them."""

from typing import TYPE_CHECKING, TypeAlias

from modelref.domain.diff.values import Absent
from modelref.domain.diff.weights import RowChange, RowCounts, ValueChange
from modelref.domain.rowids import RowIds, items_file, parse_row_ids
from modelref.errors import BadInput, ModelRefError
from modelref.usecases.sidefiles import SideFiles

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelref.ports import Ids, Pairing, Rotation, Tensor, World

Sides: TypeAlias = tuple[SideFiles, SideFiles]
Compared: TypeAlias = tuple[RowCounts, ValueChange, tuple[RowChange, ...]]
_NAME = "name"
"""Column of the items' file that people read."""


class RowsById:
    """Pairs rows of tensors, and compares them.

    Attributes:
        declared: tensors whose rows have ids, as the second side declares them, else the first.
        differ: whether the ids of any tensor differ between the sides.
    """

    def __init__(self, world: "World", sides: Sides, absent: list[Absent]) -> None:
        """Read the declarations of both sides; what is wrong with one is told as absent."""
        self._world = world
        self._sides = sides
        self._ids = tuple(_declared(side, absent) for side in sides)
        self.declared: Mapping[str, RowIds] = {**self._ids[0], **self._ids[1]}
        self._differing = {name for name in self.declared if self._file_differs(name)}
        self.differ = bool(self._differing)
        self._pairs: dict[object, Pairing] = {}

    def differs(self, name: str) -> bool:
        """Whether the ids of a tensor's rows may differ between the sides."""
        return name in self._differing

    def pair(self, name: str, tensors: "tuple[Tensor, Tensor]") -> "Pairing":
        """Pair the rows of a tensor.

        Raises:
            BadInput: the ids do not fit it.
            OutOfReach: they are not here.
        """
        files = [side.find(ids.file) for side, ids in self._both(name)]
        key = [
            (file.hash, ids.column, tensor.shape[0])
            for file, (_, ids), tensor in zip(files, self._both(name), tensors, strict=True)
        ]
        if tuple(key) not in self._pairs:
            a, b = (self._open(name, index, tensor) for index, tensor in enumerate(tensors))
            self._pairs[tuple(key)] = self._world.tensors.pair(a, b)
        return self._pairs[tuple(key)]

    def compare(
        self, tensors: "tuple[Tensor, Tensor]", rotation: "Rotation | None"
    ) -> Compared | None:
        """Compare the rows that both sides have.

        Returns:
            Counts of rows, what happened to their values, and the rows that changed most; None
            where the shapes do not let them be compared.

        Raises:
            BadInput: ids do not fit, or values are damaged.
            OutOfReach: something is not here.
        """
        a, b = tensors
        name = b.name
        if name not in self.declared:
            if a.shape != b.shape:
                return None
            counts = RowCounts(False, a.shape[0] if a.shape else 1)
            return counts, self._world.tensors.compare(a, b), ()
        if not a.shape or not b.shape:
            raise BadInput(f"{name} is a single value, whose rows cannot have ids", kind="bad-ids")
        pairing = self.pair(name, tensors)
        square = self.declared[name].square
        if not (_is_square(a) and _is_square(b) if square else a.shape[1:] == b.shape[1:]):
            return None
        columns = pairing if square else None
        values = self._world.tensors.compare(a, b, pairing, columns, rotation)
        return pairing.counts, values, self._most(name, b, values.most)

    def _most(
        self, name: str, tensor: "Tensor", rows: "Sequence[tuple[int, float]]"
    ) -> tuple[RowChange, ...]:
        """Rows that changed most, by id and name; only where these are no people."""
        declared = self.declared[name]
        if not declared.listable or not rows:
            return ()
        ids = self._open(name, 1, tensor).texts([row for row, _ in rows])
        names = self._names(declared.column, ids)
        return tuple(
            RowChange(one, called, change)
            for one, called, (_, change) in zip(ids, names, rows, strict=True)
        )

    def _names(self, column: str, ids: "Sequence[str]") -> "Sequence[str]":
        side = self._sides[1]
        path = items_file(side.side.snapshot.annotation.meta)
        if not path:
            return [""] * len(ids)
        try:
            file = side.open(side.find(path))
            return self._world.tensors.names(path, file, (column, _NAME), ids)
        except ModelRefError:
            return [""] * len(ids)  # ids say enough

    def _open(self, name: str, index: int, tensor: "Tensor") -> "Ids":
        side, declared = self._both(name)[index]
        file = side.open(side.find(declared.file))
        return self._world.tensors.ids(declared.file, file, declared.column, tensor.shape[0])

    def _both(self, name: str) -> list[tuple[SideFiles, RowIds]]:
        """Both sides with what they declare; a side that declares nothing is read as the other."""
        return [
            (side, ids.get(name, self.declared[name]))
            for side, ids in zip(self._sides, self._ids, strict=True)
        ]

    def _file_differs(self, name: str) -> bool:
        try:
            a, b = ((side.find(ids.file).hash, ids.column) for side, ids in self._both(name))
        except ModelRefError:
            return True  # comparing the tensor says what is wrong
        return a != b


def _declared(side: SideFiles, absent: list[Absent]) -> "Mapping[str, RowIds]":
    try:
        return parse_row_ids(side.side.snapshot.annotation.meta)
    except BadInput as error:
        if Absent(error.message, error.hint) not in absent:
            absent.append(Absent(error.message, error.hint))
        return {}


def _is_square(tensor: "Tensor") -> bool:
    return len(tensor.shape) == 2 and tensor.shape[0] == tensor.shape[1]
