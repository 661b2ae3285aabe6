"""Manifests of folders: what DVC's ``.dir`` objects list, believed only after a look."""

import json
from pathlib import PurePosixPath

from modelref.domain.outs import Out, OutFile
from modelref.domain.paths import clash, is_writable
from modelref.errors import BadInput

_HEX = frozenset("0123456789abcdef")
_MD5_LENGTH = 32


def read_manifest(out: Out, data: bytes) -> tuple[OutFile, ...]:
    """Read the manifest of a folder.

    Args:
        out: the folder.
        data: JSON, a list of ``{"md5", "relpath"}``.

    Returns:
        Its files by path; only those at or below ``out.within``.

    Raises:
        BadInput: it is no manifest, or a path in it would land outside the folder, twice in the
            same place, or in a ``.git`` or ``.dvc`` folder.
    """
    try:
        entries = [(str(entry["relpath"]), str(entry["md5"])) for entry in json.loads(data)]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _refused(out, "is not a list of files") from error
    for relpath, digest in entries:
        if not is_writable(relpath):
            raise _refused(out, f"names the path {relpath!r}")
        check_hash(digest)
    why = clash(relpath for relpath, _ in entries)
    if why:
        raise _refused(out, why)
    return tuple(
        OutFile(f"{out.path}/{relpath}", out.algorithm, digest, out.remote, at_most=out.size)
        for relpath, digest in sorted(entries)
        if not out.within or PurePosixPath(relpath).is_relative_to(out.within)
    )


def check_hash(digest: str) -> None:
    """Refuse what is not an md5 in lower-case hexadecimal, since a cache path is made of it.

    Raises:
        BadInput: it is something else.
    """
    bare = digest.removesuffix(".dir")
    if len(bare) != _MD5_LENGTH or not _HEX.issuperset(bare):
        raise BadInput(f"{digest!r} is not an md5", kind="unsafe-path")


def _refused(out: Out, why: str) -> BadInput:
    return BadInput(
        f"the manifest of {out.path} ({out.hash}) {why}; nothing was written",
        kind="unsafe-path",
        hint="find out who made this version; nothing of it should be used",
    )
