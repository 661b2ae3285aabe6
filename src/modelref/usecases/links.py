"""Symbolic links among a model's files in git: followed inside the model, and nowhere else."""

import posixpath
import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from modelref.domain.outs import GIT, OutFile
from modelref.errors import Refused

if TYPE_CHECKING:
    from modelref.ports import World


_MOST_STEPS = 40
"""Links that lead to a file one after the other; Linux follows as many."""


def through_links(
    world: "World", commit: str, path: str, files: Sequence[OutFile], wanted: Sequence[OutFile]
) -> Mapping[OutFile, OutFile]:
    """Find, for each file that is wanted, the one whose bytes it has.

    Args:
        world: the ports.
        commit: full id of the commit.
        path: repository path of the model's files.
        files: all files of the model.
        wanted: those to hand out.

    Raises:
        Refused: a link leads to what is no file of the model, or round in a circle.
    """
    if all(file.algorithm != GIT for file in wanted):
        return {file: file for file in wanted}
    links = world.commits.links(commit, path)
    known = {file.path: file for file in files}
    return {file: known[_end(file.path, links, known)] for file in wanted}


def _end(start: str, links: Mapping[str, str], known: Mapping[str, OutFile]) -> str:
    """Where a path leads: to itself where it is no link."""
    path = start
    for _ in range(_MOST_STEPS):
        if path not in links:
            return path
        path = posixpath.normpath(posixpath.join(posixpath.dirname(path), links[path]))
        if path not in known:
            break
    raise Refused(
        f"{start} is a symbolic link to {links[start]!r}, which is no file of the model",
        kind="unsafe-link",
        hint=f"put the file itself in its place: git rm {shlex.quote(start)}, then git add the "
        "file, git commit and register that; or get the other files by their names",
    )
