"""Compare weights: tensors by name, their rows by id, everything else by hash and size."""

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modelref.domain.diff.weights import (
    FactorChange,
    FileChange,
    FileFacts,
    TensorChange,
    TensorFacts,
    TensorStatus,
    WeightsDiff,
)
from modelref.domain.outs import OutFile
from modelref.domain.rowids import factor_pairs
from modelref.errors import ModelRefError
from modelref.usecases.comparing.found import Found
from modelref.usecases.comparing.sides import Pair
from modelref.usecases.sidefiles import SideFiles
from modelref.usecases.weights.rows import RowsById, Sides

if TYPE_CHECKING:
    from modelref.domain.diff.values import Absent
    from modelref.ports import Rotation, Tensor, World


def compare_weights(world: "World", pair: Pair) -> Found[WeightsDiff]:
    """Compare the files of two sides of one model; what cannot be read stops nothing else.

    Raises:
        OutOfReach: a folder's manifest is not here.
        BadInput: a manifest names a path that must not be written.
    """
    with ExitStack() as stack:
        before, after = (SideFiles(world, pair.artifact, side, stack) for side in (pair.a, pair.b))
        return _Comparison(world, (before, after)).run()


def explained(error: ModelRefError) -> str:
    """What happened, and what mends it, in one line."""
    return f"{error.message}; {error.hint}" if error.hint else error.message


@dataclass(frozen=True)
class Placed:
    """A tensor and the file that it is in."""

    path: str
    file: OutFile
    tensor: "Tensor"

    @property
    def facts(self) -> TensorFacts:
        """What is told of it."""
        tensor = self.tensor
        return TensorFacts(self.file.path, tensor.name, tensor.shape, tensor.dtype)


@dataclass(frozen=True)
class _Comparison:
    world: "World"
    sides: Sides
    files: list[FileChange] = field(default_factory=list)

    def run(self) -> Found[WeightsDiff]:
        absent: list[Absent] = []
        rows = RowsById(self.world, self.sides, absent)
        before, after = self._tensors(reread=rows.differ)
        rotations, factors = self._factors(before, after, rows)
        tensors = [
            self._change(name, before.get(name), after.get(name), rows, rotations.get(name))
            for name in sorted({*before, *after})
        ]
        diff = WeightsDiff(
            tuple(change for change in tensors if change is not None),
            tuple(factors),
            tuple(sorted(self.files, key=lambda change: change.path)),
        )
        return Found(diff, tuple(absent))

    def _tensors(self, *, reread: bool) -> tuple[dict[str, Placed], dict[str, Placed]]:
        """The tensors of files that differ, by name; of all files where ids differ."""
        own = [side.own() for side in self.sides]
        found: tuple[list[Placed], list[Placed]] = ([], [])
        for path in sorted({*own[0], *own[1]}):
            pair = (own[0].get(path), own[1].get(path))
            same = pair[0] is not None and pair[1] is not None and pair[0].hash == pair[1].hash
            if same and not reread:
                continue
            why, read = self._read(pair)
            if all(tensors is not None for tensors in read):
                for side, file, tensors in zip(found, pair, read, strict=True):
                    side.extend(Placed(path, file, one) for one in tensors or () if file)
            elif not same:
                self.files.append(self._file_change(path, pair, why))
        return _by_name(*found)

    def _read(
        self, pair: tuple[OutFile | None, OutFile | None]
    ) -> tuple[str, list["Sequence[Tensor] | None"]]:
        """Tensors of a file on both sides, None where they are not told; and why not."""
        read: list[Sequence[Tensor] | None] = []
        why = ""
        for side, file in zip(self.sides, pair, strict=True):
            try:
                opened = self.world.tensors.read(file.path, side.open(file)) if file else ()
            except ModelRefError as error:
                opened, why = None, explained(error)
            read.append(opened)
        return why, read

    def _file_change(
        self, path: str, pair: tuple[OutFile | None, OutFile | None], why: str
    ) -> FileChange:
        before, after = (
            FileFacts(file.algorithm, file.hash, side.size(file)) if file else None
            for side, file in zip(self.sides, pair, strict=True)
        )
        return FileChange(path, before, after, why)

    def _factors(
        self, before: dict[str, Placed], after: dict[str, Placed], rows: RowsById
    ) -> tuple[dict[str, "Rotation"], list[FactorChange]]:
        """Rotations of factor matrices, by tensor; and what happened to the products."""
        rotations: dict[str, Rotation] = {}
        changes = []
        for names in factor_pairs(rows.declared):
            if not all(name in side for name in names for side in (before, after)):
                continue
            a, b = ([side[name].tensor for name in names] for side in (before, after))
            if not (_is_factors(a) and _is_factors(b)):
                continue
            try:
                users, items = (
                    (x, y, rows.pair(name, (x, y))) for name, x, y in zip(names, a, b, strict=True)
                )
                if a[0].shape[1] == b[0].shape[1]:
                    rotation = self.world.tensors.align(users, items)
                    rotations.update(dict.fromkeys(names, rotation) if rotation else {})
                scores = self.world.tensors.compare_scores(users, items)
            except ModelRefError:
                continue  # the tensors themselves say why
            if scores is not None:
                changes.append(FactorChange(*names, a[0].shape[1], b[0].shape[1], scores))
        return rotations, changes

    def _change(
        self,
        name: str,
        before: Placed | None,
        after: Placed | None,
        rows: RowsById,
        rotation: "Rotation | None",
    ) -> TensorChange | None:
        if before is None or after is None:
            status = TensorStatus.ADDED if before is None else TensorStatus.REMOVED
            return TensorChange(
                name, status, before.facts if before else None, after.facts if after else None
            )
        if before.file.hash == after.file.hash and not rows.differs(before.tensor.name):
            return None
        a, b = before.facts, after.facts
        try:
            compared = rows.compare((before.tensor, after.tensor), rotation)
        except ModelRefError as error:
            return TensorChange(name, _status(a, b), a, b, why=explained(error))
        if compared is None:
            return TensorChange(name, TensorStatus.RESHAPED, a, b)
        counts, values, most = compared
        if a.dtype == b.dtype and not (values.changed or counts.added or counts.removed):
            if not counts.moved:
                return None
            return TensorChange(name, TensorStatus.REORDERED, a, b, counts, values)
        return TensorChange(name, _status(a, b), a, b, counts, values, most)


def _status(a: TensorFacts, b: TensorFacts) -> TensorStatus:
    return TensorStatus.CHANGED if a.dtype == b.dtype else TensorStatus.RETYPED


def _is_factors(pair: "Sequence[Tensor]") -> bool:
    """Whether two tensors may be multiplied: rows by as many factors."""
    users, items = pair
    return len(users.shape) == len(items.shape) == 2 and users.shape[1] == items.shape[1] > 0


def _by_name(
    before: Sequence[Placed], after: Sequence[Placed]
) -> tuple[dict[str, Placed], dict[str, Placed]]:
    """Tensors by name, after their file where one side has two of that name."""
    repeated: set[str] = set()
    for side in (before, after):
        times = Counter(one.tensor.name for one in side)
        repeated.update(name for name, count in times.items() if count > 1)

    def named(side: Sequence[Placed]) -> dict[str, Placed]:
        return {
            f"{one.path}:{one.tensor.name}" if one.tensor.name in repeated else one.tensor.name: one
            for one in side
        }

    return named(before), named(after)
