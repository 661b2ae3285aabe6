"""Members of a zip file that is not trusted (PKWARE APPNOTE 6.3)."""

import struct
from collections.abc import Sequence
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from modelref.adapters.tensors.packed import check_packing
from modelref.adapters.tensors.tensor import length, read_at, unsound

_MOST_MEMBERS = 20_000
_END = b"PK\5\6"
_END_SIZE = 22
_LONGEST_COMMENT = 0xFFFF
_LOCAL = b"PK\3\4"
_LOCAL_SIZE = 30


def members(path: str, file: BinaryIO) -> tuple[ZipFile, Sequence[ZipInfo]]:
    """Open a zip file and list its members.

    Raises:
        BadInput: it is none, has too many members, two of one name, encrypted ones, ones packed
            by a rare method, or would unpack to far more than it is.
    """
    _check_directory(path, file)
    try:
        archive = ZipFile(file)
    except (BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise unsound(path, "is no sound zip file") from error
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise unsound(path, f"has the member {twice!r} twice")
    for info in infos:
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED) or info.flag_bits & 1:
            raise unsound(path, f"has a member {info.filename!r} that is encrypted or oddly packed")
    check_packing(path, length(file), sum(info.file_size for info in infos))
    return archive, infos


def stored_at(path: str, file: BinaryIO, info: ZipInfo) -> int:
    """Where the bytes of a member start that is not packed.

    Raises:
        BadInput: they are not there, or not as many as the directory says.
    """
    head = read_at(file, info.header_offset, _LOCAL_SIZE)
    if len(head) < _LOCAL_SIZE or not head.startswith(_LOCAL):
        raise unsound(path, f"has no member where its directory says {info.filename!r} is")
    name, extra = struct.unpack_from("<HH", head, 26)
    start = info.header_offset + _LOCAL_SIZE + int(name) + int(extra)
    if info.compress_size != info.file_size or start + info.file_size > length(file):
        raise unsound(path, f"ends within its member {info.filename!r}")
    return start


def _check_directory(path: str, file: BinaryIO) -> None:
    """Refuse a directory of a great many members before it is read."""
    size = length(file)
    tail = min(size, _END_SIZE + _LONGEST_COMMENT)
    end = read_at(file, size - tail, tail)
    at = end.rfind(_END)
    if at < 0 or len(end) - at < _END_SIZE:
        raise unsound(path, "is no sound zip file, or was cut")
    (count,) = struct.unpack_from("<H", end, at + 10)
    if count > _MOST_MEMBERS:  # a count that needs zip64 says 65,535 here
        raise unsound(path, f"has {count} members or more; the most is {_MOST_MEMBERS}")
