"""Objects of any type, read in one run of git."""

from collections.abc import Sequence
from typing import NamedTuple

from modelref.adapters.git.program import Git, failed


class Object(NamedTuple):
    """An object.

    Attributes:
        oid: its id.
        type: ``blob``, ``tree``, ``commit`` or ``tag``.
        data: its bytes.
    """

    oid: str
    type: str
    data: bytes


def read_objects(git: Git, names: Sequence[str]) -> list[Object | None]:
    """Read objects by id, or by an expression such as ``REF:PATH``.

    Args:
        git: the repository.
        names: what to read; none holds a newline.

    Returns:
        One for each name; None for what is not here.

    Raises:
        OutOfReach: git failed before it had answered for each.
    """
    request = "".join(f"{name}\n" for name in names).encode("utf-8", "surrogateescape")
    done = git.run("cat-file", "--batch", "--buffer", stdin=request)
    found: list[Object | None] = []
    at = 0
    while at < len(done.stdout):
        end = done.stdout.index(b"\n", at)
        header = done.stdout[at:end].rsplit(b" ", 2)
        at = end + 1
        if header[-1] in (b"missing", b"ambiguous"):
            found.append(None)
            continue
        size = int(header[2])
        found.append(Object(header[0].decode(), header[1].decode(), done.stdout[at : at + size]))
        at += size + 1
    if len(found) < len(names):
        raise failed("cat-file", done)
    return found
