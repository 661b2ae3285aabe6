"""Many objects in one run of git: what ``cat-file --batch`` prints, and which blob a path is."""

from collections.abc import Mapping, Sequence

from modelref.adapters.git.program import Git, failed
from modelref.errors import OutOfReach

_SUBMODULE = b"160000"
_FOLDER = b"40000"
MISSING = "missing-object"
"""Kind of the error for a file that git has an id of, and no bytes."""
Pair = tuple[str, str]
"""A commit's id, and a repository path there."""


def split_batch(
    out: bytes, asked: Sequence[tuple[str, str]], kind: bytes = b"blob"
) -> Mapping[tuple[str, str], bytes]:
    """Split what ``cat-file --batch`` printed: a header line, then bytes and a newline, each.

    Args:
        out: what it printed.
        asked: what it was asked for, in order.
        kind: objects of another kind are left out.
    """
    found: dict[tuple[str, str], bytes] = {}
    at = 0
    for pair in asked:
        end = out.index(b"\n", at)
        header = out[at:end].rsplit(b" ", 2)
        at = end + 1
        if header[-1] in (b"missing", b"ambiguous"):
            continue
        size = int(header[2])
        if header[1] == kind:
            found[pair] = out[at : at + size]
        at += size + 1
    return found


def find_blobs(git: Git, wanted: Sequence[Pair]) -> Mapping[Pair, str]:
    """Blob ids of files, from the folders that hold them; absent files are left out."""
    pairs = [pair for pair in dict.fromkeys(wanted) if "\n" not in pair[1]]
    if not pairs:
        return {}
    folders = list(dict.fromkeys((commit, path.rpartition("/")[0]) for commit, path in pairs))
    request = "".join(f"{commit}:{folder}\n" for commit, folder in folders)
    done = git.run(
        "cat-file", "--batch", "--buffer", stdin=request.encode("utf-8", "surrogateescape")
    )
    if done.code:
        raise failed("cat-file", done)
    trees = split_batch(done.stdout, folders, b"tree")
    entries = {folder: _entries(data, len(folder[0]) // 2) for folder, data in trees.items()}
    found: dict[Pair, str] = {}
    for commit, path in pairs:
        folder, _, name = path.rpartition("/")
        oid = entries.get((commit, folder), {}).get(name.encode("utf-8", "surrogateescape"))
        if oid is not None:
            found[commit, path] = oid
    return found


def _entries(tree: bytes, width: int) -> Mapping[bytes, str]:
    """Files of a tree object: mode, space, name, NUL, and an id of some bytes, each."""
    found: dict[bytes, str] = {}
    at = 0
    while at < len(tree):
        end = tree.index(b"\0", at)
        mode, _, name = tree[at:end].partition(b" ")
        at = end + 1 + width
        if mode not in (_FOLDER, _SUBMODULE):
            found[name] = tree[end + 1 : at].hex()
    return found


def lost(what: str, oid: str) -> OutOfReach:
    """The error for a file that git has an id of, and no bytes."""
    return OutOfReach(
        f"the bytes of {what} are missing from this clone (object {oid[:10]})",
        kind=MISSING,
        hint="git fetch --refetch brings back what the remote has; git fsck names what is missing",
    )
