"""Members of a zip file that is not trusted (PKWARE APPNOTE 6.3)."""

import struct
from collections.abc import Sequence
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from modelref.adapters.tensors.packed import check_packing
from modelref.adapters.tensors.tensor import length, read_at, repeated, unsound

_LONGEST_DIRECTORY = 4 << 20
"""Bytes: some 40,000 members."""
_END = b"PK\5\6"
_END_SIZE = 22
_LOCATOR = b"PK\6\7"
_LOCATOR_SIZE, _END64_SIZE = 20, 56
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
    twice = repeated(info.filename for info in infos)
    if twice is not None:
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
    inside = 0 <= info.header_offset < length(file)
    head = read_at(file, info.header_offset, _LOCAL_SIZE) if inside else b""
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
    tail = min(size, _END64_SIZE + _LOCATOR_SIZE + _END_SIZE + _LONGEST_COMMENT)
    end = read_at(file, size - tail, tail)
    at = end.rfind(_END)
    if at < 0 or len(end) - at < _END_SIZE:
        raise unsound(path, "is no sound zip file, or was cut")
    (directory,) = struct.unpack_from("<L", end, at + 12)
    larger = at - _LOCATOR_SIZE - _END64_SIZE
    if larger >= 0 and end.startswith(_LOCATOR, at - _LOCATOR_SIZE):
        (directory,) = struct.unpack_from("<Q", end, larger + 40)
    if directory > _LONGEST_DIRECTORY:
        raise unsound(
            path, f"has a directory of {directory} bytes; the most is {_LONGEST_DIRECTORY}"
        )
