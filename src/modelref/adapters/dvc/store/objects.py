"""DVC's objects: files named by their md5, kept alike in the cache and on remotes."""

import shlex
from pathlib import Path

from modelref.adapters.dvc.declared.lockfile import LEGACY_MD5
from modelref.adapters.dvc.store.manifest import check_hash
from modelref.domain.outs import DIR_SUFFIX, OutFile
from modelref.errors import OutOfReach

_BLOCK = 1 << 20


def object_key(algorithm: str, digest: str) -> tuple[str, ...]:
    """Where an object lies below the top of a cache or remote, as names of folders and file.

    Raises:
        BadInput: the hash is no md5.
    """
    check_hash(digest)
    below = () if algorithm == LEGACY_MD5 else ("files", "md5")
    return (*below, digest[:2], digest[2:])


def md5_of_bytes(data: bytes) -> str:
    """Md5 of some bytes, in hexadecimal."""
    from hashlib import md5  # takes 3 ms to import, and most reads hash nothing

    return md5(data, usedforsecurity=False).hexdigest()


def md5_of(path: Path) -> str:
    """Md5 of a file, in hexadecimal."""
    from hashlib import md5

    digest = md5(usedforsecurity=False)
    block = bytearray(_BLOCK)
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(block):
            digest.update(memoryview(block)[:count])
    return digest.hexdigest()


def is_sound(path: Path, file: OutFile) -> bool:
    """Whether a path has the bytes that an object's hash promises.

    Raises:
        OSError: it cannot be read.
    """
    return md5_of(path) == file.hash.removesuffix(DIR_SUFFIX) or same_legacy(path, file)


def same_legacy(path: Path, file: OutFile) -> bool:
    """Whether a path has the hash that DVC 2 gave it."""
    legacy = file.algorithm == LEGACY_MD5
    return legacy and legacy_md5_of(path) == file.hash.removesuffix(DIR_SUFFIX)


def legacy_md5_of(path: Path) -> str:
    """The hash that DVC 2 gives a file; DVC itself knows how that was made."""
    from dvc_data.hashfile.hash import file_md5
    from dvc_objects.fs.local import localfs

    return str(file_md5(str(path), localfs, name=LEGACY_MD5))


def absent(name: str, path: Path, error: OSError, mend: str) -> OutOfReach:
    """The error for an object that could not be read from the cache; a command may bring it."""
    if isinstance(error, FileNotFoundError):
        return OutOfReach(
            f"the bytes of {name} are not in the DVC cache ({path})",
            kind="missing-bytes",
            hint=mend,
        )
    return OutOfReach(f"cannot read {path}: {error.strerror}", kind="unreadable")


def damaged(name: str, path: Path, mend: str) -> OutOfReach:
    """The error for an object of the cache that is not what its hash says."""
    return OutOfReach(
        f"the cached bytes of {name} are not what their hash says; nothing was handed over",
        kind="damaged-bytes",
        hint=f"rm {shlex.quote(str(path))} && {mend}",
    )
