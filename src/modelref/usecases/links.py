"""What is no file among a model's files in git: links are followed inside, submodules refused."""

import posixpath
import shlex
from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from modelref.domain.outs import GIT, Out, OutFile
from modelref.errors import Refused
from modelref.usecases.whereabouts import list_files

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
    links = (
        world.commits.links(commit, path) if any(file.algorithm == GIT for file in wanted) else {}
    )
    if not links:
        return {file: file for file in wanted}
    known = {file.path: file for file in files}
    folders = {str(folder) for path in known for folder in PurePosixPath(path).parents}
    return {
        file: known[_end(file.path, links, known, folders)] if file.path in links else file
        for file in wanted
    }


def refuse_unloadable(world: "World", commit: str, path: str, outs: tuple[Out, ...]) -> None:
    """Refuse a model of which git keeps what ``get`` would refuse for good.

    Args:
        world: the ports.
        commit: full id of the commit.
        path: repository path of the model's files.
        outs: its outs.

    Raises:
        Refused: a part of it lies in a submodule, or a link leads to what is no file of it.
    """
    if any(out.algorithm == GIT for out in outs):
        _refuse_submodules(world, commit, path)
        files = list_files(world, outs)
        through_links(world, commit, path, files, files)


def _refuse_submodules(world: "World", commit: str, path: str) -> None:
    """Refuse a model of which a part lies in a submodule: nothing here has its bytes."""
    inside = world.commits.submodules(commit, path)
    if inside:
        raise Refused(
            f"{inside[0]} at commit {commit[:10]} is a submodule: its files are in another "
            "repository",
            kind="submodule",
            hint=f"git rm --cached {shlex.quote(inside[0])}, then dvc add (or git add) the files "
            "and git commit; or register the model in that repository",
        )


def _end(
    start: str,
    links: Mapping[str, str],
    known: Mapping[str, OutFile],
    folders: Collection[str],
) -> str:
    """Where a link leads."""
    path = start
    for _ in range(_MOST_STEPS):
        if path not in links:
            return path
        path = _walked(posixpath.dirname(path), links[path], folders)
        if path not in known:
            break
    raise Refused(
        f"{start} is a symbolic link to {links[start]!r}, which is no file of the model",
        kind="unsafe-link",
        hint=f"put the file itself in its place: git rm {shlex.quote(start)}, then git add the "
        "file, git commit and register that; or get the other files by their names",
    )


def _walked(folder: str, target: str, folders: Collection[str]) -> str:
    """Where a link's text leads from its folder, step by step as an operating system goes it.

    Returns:
        A repository path; ``""`` where it passes through what is no real folder, from which ``..``
        may lead anywhere.
    """
    if target.startswith("/") or target.endswith("/"):
        return ""
    *through, last = target.split("/")
    for step in through:
        folder = posixpath.normpath(posixpath.join(folder, step))
        if folder not in folders:
            return ""
    return posixpath.normpath(posixpath.join(folder, last))
