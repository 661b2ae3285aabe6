"""Bringing what a comparison reads: a CI job starts with an empty cache."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from modelref.domain.diff.values import Absent
from modelref.domain.outs import GIT, Out, OutFile
from modelref.domain.rowids import parse_row_ids
from modelref.errors import BadInput, ModelRefError
from modelref.usecases.comparing.files import find_file
from modelref.usecases.comparing.sides import Side

if TYPE_CHECKING:
    from modelref.ports import World

_TOLD = ("users", "panel", "floor", "items", "holdout")
"""Keys under ``meta.modelref`` that name a file."""
_MOST_BYTES = 1_000_000_000
"""Of a model's files, beyond which they are left where they are: most of a review needs none."""


def bring(
    world: "World",
    side: Side,
    progress: Callable[[str], None] = lambda _: None,
    *,
    ids: Collection[str] = (),
    own: bool = True,
) -> tuple[Absent, ...]:
    """Bring the files that a side's ``dvc.yaml`` names for comparisons, from its DVC remotes.

    Of metrics and parameters, those that cannot be read without. Of inputs, only the lists of their
    files are brought.

    Args:
        world: the ports.
        side: whose.
        progress: called with what came so far.
        ids: further files that are read beside it: the ids of rows, whichever side names them.
        own: also the model's own files, as long as they are not too large.

    Returns:
        Why something could not be brought that is not here either.
    """
    named = [*_named(side), *ids, *sorted(side.snapshot.unread | side.snapshot.unread_params)]
    absent = dict.fromkeys(_brought(world, side, _lists(side, named), progress))
    absent |= dict.fromkeys(_brought(world, side, _files(world, side, named, own=own), progress))
    return tuple(absent)


def row_id_files(*sides: Side) -> tuple[str, ...]:
    """Files with the ids of rows: a side that names none is read as the other."""
    found: dict[str, None] = {}
    for side in sides:
        with suppress(BadInput):  # the comparison says so
            ids = parse_row_ids(side.snapshot.annotation.meta)
            found |= dict.fromkeys(one.file for one in ids.values())
    return tuple(found)


def _brought(
    world: "World", side: Side, files: Sequence[OutFile], progress: Callable[[str], None]
) -> Iterator[Absent]:
    for file in files:
        try:
            world.outputs.fetch([file], progress)
        except ModelRefError as error:
            if not _is_here(world, file, side.snapshot.commit):
                yield Absent(error.message, error.hint)


def _is_here(world: "World", file: OutFile, commit: str | None) -> bool:
    """Whether a file can be read all the same: git may keep it, where DVC only hashes it."""
    try:
        with world.outputs.reading(file, commit):
            return True
    except ModelRefError:
        return False


def _lists(side: Side, named: Sequence[str]) -> list[OutFile]:
    """The manifests of the folders that a side is made of, reads or tells of."""
    lineage, path = side.snapshot.lineage, side.snapshot.annotation.path
    told = (lineage.find(name) for name in named)
    outs = [*side.snapshot.outs, *lineage.inputs(path).values(), *filter(None, told)]
    return list(dict.fromkeys(out.object for out in outs if out.is_dir))


def _files(world: "World", side: Side, named: Sequence[str], *, own: bool) -> list[OutFile]:
    found: dict[OutFile, None] = {}
    for path in named:
        try:
            found |= dict.fromkeys(_named_files(world, side, path))
        except ModelRefError:
            continue  # the comparison says so, where it matters
    for out in side.snapshot.outs if own and _is_small(side.snapshot.outs) else ():
        try:
            found |= dict.fromkeys(world.outputs.files(out))
        except ModelRefError:
            continue
    return list(found)


def _named_files(world: "World", side: Side, path: str) -> Iterator[OutFile]:
    """The file of a name; of a folder, as one of metrics may be, every file in it."""
    out = side.snapshot.lineage.find(path)
    if out is not None and out.is_dir and out.path == path:
        yield from world.outputs.files(out)
    else:
        yield find_file(world, side, path)


def _is_small(outs: Sequence[Out]) -> bool:
    kept = [out.size for out in outs if out.algorithm != GIT]
    return None not in kept and sum(size or 0 for size in kept) <= _MOST_BYTES


def _named(side: Side) -> list[str]:
    told = side.snapshot.annotation.meta.get("modelref")
    entries = told if isinstance(told, dict) else {}
    return [value for key in _TOLD if isinstance(value := entries.get(key), str)]
