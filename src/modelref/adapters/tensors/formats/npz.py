"""Many arrays of NumPy in a zip file: ``.npz``. Nothing is ever unpickled.

Stored members are read where they lie; deflated ones are unpacked to disk when they are wanted.
"""

import zlib
from collections.abc import Iterator
from typing import BinaryIO
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from modelref.adapters.tensors.formats.npy import HEADER_LIMIT, array_at
from modelref.adapters.tensors.formats.zipped import members, stored_at
from modelref.adapters.tensors.packed import BLOCK, unpacked
from modelref.adapters.tensors.tensor import FileTensor, Region, read_at, unsound
from modelref.adapters.tensors.texts import FileText
from modelref.ports import Contents

_SUFFIX = ".npy"
_DAMAGED = (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError)


def read_npz(path: str, file: BinaryIO) -> Contents:
    """List the tensors of a file.

    Raises:
        BadInput: it is not what the format asks for, holds objects, or would unpack to far more
            than it is.
    """
    archive, infos = members(path, file)
    return Contents([_member(path, file, archive, info) for info in infos])


def _member(path: str, file: BinaryIO, archive: ZipFile, info: ZipInfo) -> FileTensor | FileText:
    name = info.filename.removesuffix(_SUFFIX)
    if info.compress_type == ZIP_STORED:
        at = stored_at(path, file, info)
        start = read_at(file, at, min(HEADER_LIMIT, info.file_size))
        return array_at(path, name, start, info.file_size, lambda: Region(file, at))

    def pieces(size: int = BLOCK) -> Iterator[bytes]:
        try:
            with archive.open(info) as member:
                while piece := member.read(size):
                    yield piece
        except _DAMAGED as error:
            raise unsound(path, f"has a damaged member {info.filename!r}") from error

    start = next(pieces(HEADER_LIMIT), b"")
    return array_at(path, name, start, info.file_size, lambda: unpacked(path, pieces()))
