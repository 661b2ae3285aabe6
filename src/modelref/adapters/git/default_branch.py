"""The default branch: what a team has agreed on stands there, and no pull request changes it."""

from collections.abc import Sequence
from typing import NamedTuple

from modelref.adapters.git.objects import read_objects
from modelref.adapters.git.repository import Repository

LIKELY = ("main", "master")
"""What a default branch is called where nobody says so."""


class AgreedFile(NamedTuple):
    """A file of the default branch.

    Attributes:
        branch: its name, as git shows it; ``HEAD`` where no branch is known to be the default.
        commit: full id of the branch's commit, ``""`` where nothing is committed yet.
        data: the file's bytes, None where it has none.
        known: whether that is the default branch. Not where a remote has one that this clone was
            not told of: a branch called ``main`` may be anybody's, and what is checked out a pull
            request's own commit.
    """

    branch: str
    commit: str
    data: bytes | None
    known: bool = True


def read_agreed(repository: Repository, path: str) -> AgreedFile:
    """Read a file of the default branch, in one run of git.

    That is what the remote says its default branch is (``git remote set-head``), else its
    ``main`` or ``master``; without any of these this clone's own, and at last what is checked
    out. So a pull request that is checked out is read only where the default branch was never
    fetched.
    """
    refs = candidates(repository)
    asked = [name for ref in refs for name in (f"{ref}^{{commit}}", f"{ref}:{path}")]
    found = read_objects(repository.git, asked)
    for ref, commit, file in zip(refs, found[::2], found[1::2], strict=True):
        if commit is not None:
            name = ref.removeprefix("refs/remotes/").removeprefix("refs/heads/")
            blob = file is not None and file.type == "blob"
            # A branch of a likely name is a guess: whoever may push one could have made it.
            told = repository.bare or not repository.remotes
            known = told or (ref.startswith("refs/remotes/") and ref.endswith("/HEAD"))
            return AgreedFile(name, commit.oid, file.data if file and blob else None, known)
    return AgreedFile("HEAD", "", None)


def candidates(repository: Repository) -> Sequence[str]:
    """Refs that may be the default branch, the first that is there counts; ``HEAD`` comes last."""
    if repository.bare:
        return ["HEAD"]
    remotes = sorted(repository.remotes, key=lambda name: (name != "origin", name))
    theirs = [f"refs/remotes/{remotes[0]}/{name}" for name in ("HEAD", *LIKELY)] if remotes else []
    return [*theirs, *(f"refs/heads/{name}" for name in LIKELY), "HEAD"]
