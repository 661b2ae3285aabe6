"""Compare weights: tensors by name, their rows by id, everything else by hash and size."""

from contextlib import ExitStack
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from modelref.domain.diff.values import Absent
from modelref.domain.diff.weights import (
    FactorChange,
    TensorChange,
    TensorFacts,
    TensorStatus,
    WeightsDiff,
)
from modelref.domain.rowids import factor_pairs
from modelref.errors import ModelRefError
from modelref.usecases.comparing.found import Found
from modelref.usecases.comparing.sides import Pair
from modelref.usecases.sidefiles import SideFiles
from modelref.usecases.weights.files import Named, Placed, WeightFiles, explained
from modelref.usecases.weights.rows import RowsById, Sides

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from modelref.ports import Rotation, Tensor, World

_MOST_NAMED = 5
_LIKENESS = 0.8
"""Of the names of a tensor and of its ids, where one is mistyped."""


def compare_weights(world: "World", pair: Pair) -> Found[WeightsDiff]:
    """Compare the files of two sides of one model; what cannot be read stops nothing else.

    Raises:
        OutOfReach: a folder's manifest is not here.
        BadInput: a manifest names a path that must not be written.
    """
    with ExitStack() as stack:
        before, after = (SideFiles(world, pair.artifact, side, stack) for side in (pair.a, pair.b))
        return _Comparison(world, (before, after)).run()


@dataclass(frozen=True)
class _Comparison:
    world: "World"
    sides: Sides

    def run(self) -> Found[WeightsDiff]:
        absent: list[Absent] = []
        rows = RowsById(self.world, self.sides, absent)
        files = WeightFiles(self.world, self.sides, reread=rows.differ)
        before, after = files.tensors()
        rotations, factors = self._factors(before, after, rows)
        changes = (
            self._change(name, before.get(name), after.get(name), rows, rotations.get(name))
            for name in sorted({*before, *after})
        )
        tensors = tuple(change for change in changes if change is not None)
        diff = WeightsDiff(tensors, tuple(factors), tuple(files.changes(tensors)))
        absent += _misnamed(tensors, rows, files)
        return Found(diff, tuple(absent))

    def _factors(
        self, before: Named, after: Named, rows: RowsById
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


def _misnamed(
    tensors: "Sequence[TensorChange]", rows: RowsById, files: WeightFiles
) -> "Iterator[Absent]":
    """Say of ids that belong to no tensor, where they seem meant for one that changed without any.

    A model may declare those of all its families, of which a version has one.
    """
    without = [one.name for one in tensors if _by_place(one, rows)]
    nowhere = files.nowhere(rows.declared) if without else ()
    meant = nowhere if len(nowhere) == len(rows.declared) else _alike(nowhere, without)
    if meant:
        yield Absent(
            f"meta.modelref.ids names {_few(meant)}, and no file has such a tensor; rows of "
            f"{_few(without)} were compared by their places",
            "name in dvc.yaml the tensors as their files do",
        )


def _alike(names: "Collection[str]", others: "Sequence[str]") -> "Collection[str]":
    """Those of some names that may be others, mistyped."""
    return [name for name in names if get_close_matches(name, others, 1, _LIKENESS)]


def _by_place(change: TensorChange, rows: RowsById) -> bool:
    """Whether a tensor of both sides has rows for which no ids are declared."""
    after = change.after
    if change.before is None or after is None or not after.shape:
        return False
    return after.name not in rows.declared


def _few(names: "Collection[str]") -> str:
    shown = ", ".join(sorted(names)[:_MOST_NAMED])
    return shown if len(names) <= _MOST_NAMED else f"{shown}, …"


def _status(a: TensorFacts, b: TensorFacts) -> TensorStatus:
    return TensorStatus.CHANGED if a.dtype == b.dtype else TensorStatus.RETYPED


def _is_factors(pair: "Sequence[Tensor]") -> bool:
    """Whether two tensors may be multiplied: rows by as many factors."""
    users, items = pair
    return len(users.shape) == len(items.shape) == 2 and users.shape[1] == items.shape[1] > 0
