"""HDF5, as Keras writes weights: ``.weights.h5``. Needs h5py."""

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, BinaryIO

from modelref.adapters.tensors.dtypes import DTYPES
from modelref.adapters.tensors.packed import Tile, check_packing, placed
from modelref.adapters.tensors.tensor import FileTensor, Region, length, sides_of, unsound
from modelref.adapters.tensors.texts import FileText
from modelref.errors import OutOfReach
from modelref.ports import Contents

if TYPE_CHECKING:
    import h5py

_MOST_DATASETS = 5_000
_MOST_GROUPS = 15_000
_MOST_CHUNKS = 200_000
_LARGEST_CHUNK = 32 << 20
_TILE = 8 << 20
"""Bytes that are unpacked at a time, or those of one chunk."""


def read_hdf5(path: str, file: BinaryIO) -> Contents:
    """List the datasets of a file, by their paths in it; links to other files are not followed.

    Raises:
        OutOfReach: h5py is not installed.
        BadInput: it is not what the format asks for, keeps values elsewhere, or would unpack to
            far more than it is.
    """
    try:
        import h5py
    except ImportError as error:
        raise OutOfReach(
            f"{path} needs h5py to be read", kind="missing-library", hint="pip install h5py"
        ) from error
    try:
        from modelref.adapters.tensors.formats.attributes import attributes_digest

        archive = h5py.File(file, "r")
        names = _names(path, archive)
        found = (archive[name] for name, dataset in names.items() if dataset)
        datasets = [dataset for dataset in found if dataset.shape is not None]
        check_packing(path, length(file), sum(int(dataset.nbytes) for dataset in datasets))
        _check_chunks(path, datasets)
        tensors = [_tensor(path, file, dataset) for dataset in datasets]
        rest = attributes_digest(archive, names, length(file))
        return Contents(tensors, rest, _links_away(archive))
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        raise unsound(path, "cannot be read as HDF5") from error


def _names(path: str, archive: "h5py.File") -> dict[bytes, bool]:
    """Groups and datasets, by their paths, and which are datasets."""
    import h5py

    names: dict[bytes, bool] = {}
    datasets = 0

    def visit(name: bytes, info: Any) -> str | None:
        nonlocal datasets
        names[name] = info.type == h5py.h5o.TYPE_DATASET
        datasets += names[name]
        if datasets > _MOST_DATASETS:
            return f"has more than {_MOST_DATASETS} datasets"
        many = len(names) - datasets > _MOST_GROUPS
        return f"has more than {_MOST_GROUPS} groups" if many else None

    many = h5py.h5o.visit(archive.id, visit, info=True)
    if many:
        raise unsound(path, many)
    return names


def _links_away(archive: "h5py.File") -> str:
    """What a link to another file says of values that are not seen."""
    import h5py

    def visit(name: bytes, info: Any) -> bytes | None:
        return name if info.type == h5py.h5l.TYPE_EXTERNAL else None

    link = archive.id.links.visit(visit, info=True)
    return f"has a link to another file: {link.decode(errors='replace')[:80]!r}" if link else ""


def _tensor(path: str, file: BinaryIO, dataset: "h5py.Dataset") -> FileTensor | FileText:
    import h5py

    name = str(dataset.name).lstrip("/")
    if dataset.is_virtual or dataset.external:
        raise unsound(path, f"keeps the values of {name!r} in another file")
    if h5py.check_string_dtype(dataset.dtype):
        return FileText(path, name, tuple(map(int, dataset.shape)), 0, None)
    if dataset.dtype.hasobject or dataset.dtype.name not in DTYPES:
        raise unsound(path, f"has values of type {dataset.dtype} in {name!r}, which are no numbers")

    shape = sides_of(path, name, map(int, dataset.shape), dataset.dtype.itemsize)

    def values() -> Region:
        offset = dataset.id.get_offset()
        if offset is not None:
            return Region(file, offset)
        return placed(path, shape or (1,), _tiles(path, dataset))

    big_endian = dataset.dtype.str.startswith(">")
    return FileTensor(path, name, shape, dataset.dtype.name, values, big_endian)


def _check_chunks(path: str, datasets: Sequence["h5py.Dataset"]) -> None:
    """Refuse large chunks, and so many small ones that each costs more than it holds."""
    count = 0
    for dataset in datasets:
        chunk = dataset.chunks or ()
        size = prod(chunk) * dataset.dtype.itemsize
        if chunk and size > _LARGEST_CHUNK:
            raise unsound(
                path,
                f"has chunks of {size} bytes in {dataset.name!r}; the most is {_LARGEST_CHUNK}",
            )
        sides = zip(dataset.shape, chunk, strict=False)
        count += prod(-(-side // step) for side, step in sides) if chunk else 0
    if count > _MOST_CHUNKS:
        raise unsound(path, f"has {count} chunks; the most is {_MOST_CHUNKS}")


def _tiles(path: str, dataset: "h5py.Dataset") -> Iterator[Tile]:
    """Values in tiles of whole chunks: one that is packed is unpacked once."""
    try:
        if not dataset.size:
            return
        if not dataset.shape:
            yield (0,), dataset[()].reshape(1)
            return
        sides = _sides_of_tile(dataset)
        starts = (range(0, side, step) for side, step in zip(dataset.shape, sides, strict=True))
        for at in product(*starts):
            tile = tuple(slice(start, start + side) for start, side in zip(at, sides, strict=True))
            yield at, dataset[tile]
    except (OSError, RuntimeError, ValueError) as error:
        raise unsound(path, f"has a damaged dataset {dataset.name!r}") from error


def _sides_of_tile(dataset: "h5py.Dataset") -> list[int]:
    """Chunks side by side, along the last side first, up to some MB."""
    chunk = dataset.chunks or (1,) * len(dataset.shape)
    sides = [min(pair) for pair in zip(chunk, dataset.shape, strict=True)]
    for side in reversed(range(len(sides))):
        room = _TILE // (prod(sides) * dataset.dtype.itemsize)
        sides[side] = min(dataset.shape[side], sides[side] * max(1, room))
    return sides
