"""Inputs of two sides: their bytes, and what is in their tables."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from modelref.domain.diff.data import InputChange, TableChange, changed_inputs
from modelref.domain.diff.values import Absent, Status
from modelref.domain.outs import Out, OutFile
from modelref.domain.tables import columns_of_ids, is_packed_table, is_table
from modelref.errors import ModelRefError
from modelref.ports import Located
from modelref.usecases.comparing.found import Found, not_made
from modelref.usecases.comparing.sides import Pair

if TYPE_CHECKING:
    from modelref.ports import World

_MOST_NAMED = 5


def compare_data(world: "World", pair: Pair) -> Found[tuple[InputChange, ...]]:
    """Compare what the DVC stages behind a model read and DVC keeps."""
    before, after = (
        side.snapshot.lineage.inputs(side.snapshot.annotation.path) for side in (pair.a, pair.b)
    )
    return Found(
        tuple(
            _input_change(world, pair, path, old, new)
            for path, old, new in changed_inputs(before, after)
        ),
        not_made(pair),
    )


def _input_change(
    world: "World", pair: Pair, path: str, before: Out | None, after: Out | None
) -> InputChange:
    if before is None or after is None:
        return InputChange(path, before, after, {})
    try:
        old, new = (
            {file.path: file for file in world.outputs.files(out)} for out in (before, after)
        )
    except ModelRefError as error:
        return InputChange(path, before, after, {}, absent=(_absent(error),))
    told = list(_tables(world, pair, old, new))
    return InputChange(
        path,
        before,
        after,
        _counts(old, new) if before.is_dir or after.is_dir else {},
        tuple(one for one in told if isinstance(one, TableChange)),
        tuple(one for one in told if isinstance(one, Absent)),
    )


def _counts(old: Mapping[str, OutFile], new: Mapping[str, OutFile]) -> Mapping[Status, int]:
    return {
        Status.ADDED: len(new.keys() - old.keys()),
        Status.REMOVED: len(old.keys() - new.keys()),
        Status.CHANGED: len(_changed(old, new)),
    }


def _changed(old: Mapping[str, OutFile], new: Mapping[str, OutFile]) -> Sequence[str]:
    return [path for path in old if path in new and old[path].hash != new[path].hash]


def _tables(
    world: "World", pair: Pair, old: Mapping[str, OutFile], new: Mapping[str, OutFile]
) -> Iterator[TableChange | Absent]:
    """What is in tables of one name that differ, or why that cannot be told."""
    ids = columns_of_ids(world.config.of(pair.artifact).columns)
    for path in _changed(old, new):
        if is_packed_table(path):
            yield Absent(
                f"what changed in {path} is not told: a compressed table is not read",
                "write it as Parquet, which is compressed within",
            )
        if not is_table(path):
            continue
        try:
            with (
                world.outputs.reading(old[path], pair.a.snapshot.commit) as before,
                world.outputs.reading(new[path], pair.b.snapshot.commit) as after,
            ):
                found = world.tables.compare(Located(before, path), Located(after, path), ids)
        except ModelRefError as error:
            yield _absent(error)
            continue
        yield found
        if found.nested:
            named = ", ".join(found.nested[:_MOST_NAMED])
            more = f" and {left} more" if (left := len(found.nested) - _MOST_NAMED) > 0 else ""
            yield Absent(f"what is in the nested columns of {path} is not compared: {named}{more}")


def _absent(error: ModelRefError) -> Absent:
    return Absent(error.message, error.hint)
