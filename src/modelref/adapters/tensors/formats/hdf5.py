"""HDF5, as Keras writes weights: ``.weights.h5``. Needs h5py."""

from collections.abc import Iterator, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, BinaryIO

from modelref.adapters.tensors.dtypes import DTYPES
from modelref.adapters.tensors.packed import BLOCK, check_packing, unpacked
from modelref.adapters.tensors.tensor import FileTensor, Region, length, unsound
from modelref.errors import OutOfReach

if TYPE_CHECKING:
    import h5py

_MOST_DATASETS = 20_000


def read_hdf5(path: str, file: BinaryIO) -> Sequence[FileTensor]:
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
        archive = h5py.File(file, "r")
        datasets = _datasets(path, archive)
        check_packing(path, length(file), sum(int(dataset.nbytes) for dataset in datasets))
        return [_tensor(path, file, dataset) for dataset in datasets]
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        raise unsound(path, "cannot be read as HDF5") from error


def _datasets(path: str, archive: "h5py.File") -> list["h5py.Dataset"]:
    import h5py

    found: list[h5py.Dataset] = []

    def visit(_: str, item: Any) -> bool | None:
        if isinstance(item, h5py.Dataset) and item.shape is not None:
            found.append(item)
        return True if len(found) > _MOST_DATASETS else None

    if archive.visititems(visit):
        raise unsound(path, f"has more than {_MOST_DATASETS} datasets")
    return found


def _tensor(path: str, file: BinaryIO, dataset: "h5py.Dataset") -> FileTensor:
    name = str(dataset.name).lstrip("/")
    if dataset.is_virtual or dataset.external:
        raise unsound(path, f"keeps the values of {name!r} in another file")
    if dataset.dtype.hasobject or dataset.dtype.name not in DTYPES:
        raise unsound(path, f"has values of type {dataset.dtype} in {name!r}, which are no numbers")

    def values() -> Region:
        offset = dataset.id.get_offset()
        return (
            Region(file, offset) if offset is not None else unpacked(path, _pieces(path, dataset))
        )

    shape = tuple(int(side) for side in dataset.shape)
    big_endian = dataset.dtype.str.startswith(">")
    return FileTensor(name, shape, dataset.dtype.name, values, big_endian)


def _pieces(path: str, dataset: "h5py.Dataset", at: tuple[int, ...] = ()) -> Iterator[bytes]:
    """Values in blocks that memory holds: of whole rows, or of parts of one row."""
    sides = dataset.shape[len(at) :]
    row = prod(sides[1:]) * dataset.dtype.itemsize
    try:
        if len(sides) > 1 and row > BLOCK:
            for number in range(sides[0]):
                yield from _pieces(path, dataset, (*at, number))
        elif sides:
            step = max(1, BLOCK // max(1, row))
            for start in range(0, sides[0], step):
                yield dataset[(*at, slice(start, start + step))].tobytes()
        else:
            yield dataset[at].tobytes()
    except (OSError, RuntimeError, ValueError) as error:
        raise unsound(path, f"has a damaged dataset {dataset.name!r}") from error
