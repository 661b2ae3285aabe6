"""The files of two sides, read: their tensors by name, and what differs in them beside these."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from modelref.domain.diff.weights import (
    FileChange,
    FileFacts,
    TensorChange,
    TensorFacts,
    TensorsOf,
)
from modelref.domain.outs import OutFile
from modelref.errors import ModelRefError
from modelref.usecases.weights.rows import Sides

if TYPE_CHECKING:
    from modelref.ports import Contents, Tensor, World


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


Named: TypeAlias = dict[str, Placed]
"""Tensors of a side, by name; after their file where one side has two of that name."""


class _Pair(NamedTuple):
    """A file below the model's path, on both sides; None where it is absent, or was not read."""

    path: str
    files: tuple[OutFile | None, OutFile | None]
    contents: tuple["Contents | None", "Contents | None"] = (None, None)
    why: str = ""

    @property
    def same(self) -> bool:
        before, after = self.files
        return before is not None and after is not None and before.hash == after.hash

    @property
    def read(self) -> bool:
        """Whether what is in it is known, wherever it is."""
        pairs = zip(self.files, self.contents, strict=True)
        return all(contents is not None or file is None for file, contents in pairs)


@dataclass
class WeightFiles:
    """The files of two sides.

    Attributes:
        world: the ports.
        sides: both.
        reread: whether files are read that are the same on both.
    """

    world: "World"
    sides: Sides
    reread: bool
    _pairs: list[_Pair] = field(default_factory=list)

    def tensors(self) -> tuple[Named, Named]:
        """The tensors of what is read, on each side.

        Raises:
            OutOfReach: a folder's manifest is not here.
            BadInput: a manifest names a path that must not be written.
        """
        own = [side.own() for side in self.sides]
        for path in sorted({*own[0], *own[1]}):
            pair = _Pair(path, (own[0].get(path), own[1].get(path)))
            self._pairs.append(pair if pair.same and not self.reread else self._read(pair))
        return _by_name(*(list(self._placed(side)) for side in range(2)))

    def changes(self, told: Sequence[TensorChange]) -> Iterator[FileChange]:
        """Files that differ, and not in these tensors alone, by path."""
        before = {change.before.file for change in told if change.before}
        after = {change.after.file for change in told if change.after}
        for pair in self._pairs:
            if pair.same:
                continue
            if not pair.read:
                yield self._change(pair, TensorsOf.UNREAD)
                continue
            is_told = any(
                file is not None and file.path in paths
                for file, paths in zip(pair.files, (before, after), strict=True)
            )
            status = _beside(pair)
            if not is_told or status is not TensorsOf.SAME:
                yield self._change(pair, status)

    def nowhere(self, names: Iterable[str]) -> Collection[str]:
        """Those of some names that no tensor has; none where a file could not be read."""
        missing = set(names)
        for pair in self._pairs:
            known = pair if pair.read else self._read(pair)
            if known.why:
                return ()
            for contents in known.contents:
                missing.difference_update(
                    one.name for one in (contents.tensors if contents else ())
                )
        return missing

    def _placed(self, side: int) -> Iterator[Placed]:
        for pair in self._pairs:
            file, contents = pair.files[side], pair.contents[side]
            if file is not None and contents is not None and pair.read:
                yield from (Placed(pair.path, file, one) for one in contents.tensors)

    def _read(self, pair: _Pair) -> _Pair:
        read: list[Contents | None] = []
        why = ""
        for side, file in zip(self.sides, pair.files, strict=True):
            try:
                read.append(self.world.tensors.read(file.path, side.open(file)) if file else None)
            except ModelRefError as error:
                read.append(None)
                why = explained(error)
        return pair._replace(contents=(read[0], read[1]), why=why)

    def _change(self, pair: _Pair, status: TensorsOf) -> FileChange:
        before, after = (
            FileFacts(file.algorithm, file.hash, side.size(file)) if file else None
            for side, file in zip(self.sides, pair.files, strict=True)
        )
        return FileChange(pair.path, before, after, pair.why, status)


def _beside(pair: _Pair) -> TensorsOf:
    """What is told of the tensors of a file that was read, before they are looked at."""
    rests = [contents.rest for contents in pair.contents if contents is not None]
    if None in rests:
        return TensorsOf.PARTLY if len(rests) > 1 else TensorsOf.SAME
    return TensorsOf.SAME if len({*rests}) == 1 else TensorsOf.BESIDE


def _by_name(before: Sequence[Placed], after: Sequence[Placed]) -> tuple[Named, Named]:
    repeated: set[str] = set()
    for side in (before, after):
        times = Counter(one.tensor.name for one in side)
        repeated.update(name for name, count in times.items() if count > 1)

    def named(side: Sequence[Placed]) -> Named:
        return {
            f"{one.path}:{one.tensor.name}" if one.tensor.name in repeated else one.tensor.name: one
            for one in side
        }

    return named(before), named(after)
