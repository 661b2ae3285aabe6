"""Objects of a clone that has not all of them: which are missing, which blob a path is."""

from collections.abc import Mapping, Sequence

from modelref.adapters.git.program import Git, failed
from modelref.adapters.git.repository import split_batch

_SUBMODULE = b"160000"
_FOLDER = b"40000"
Pair = tuple[str, str]
"""A commit's id, and a repository path there."""


def missing_objects(git: Git, objects: Sequence[str]) -> Sequence[str]:
    """Those of some ids of which the object is not here."""
    asked = "".join(f"{oid}\n" for oid in dict.fromkeys(objects))
    done = git.run("cat-file", "--batch-check", "--buffer", stdin=asked.encode())
    if done.code:
        raise failed("cat-file", done)
    lines = done.stdout.decode().splitlines()
    return [line.removesuffix(" missing") for line in lines if line.endswith(" missing")]


def find_blobs(git: Git, wanted: Sequence[Pair]) -> Mapping[Pair, str]:
    """Blob ids of files, from the folders that hold them; absent files are left out."""
    pairs = [pair for pair in dict.fromkeys(wanted) if "\n" not in pair[1]]
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
