"""Files of a model that git keeps: at a commit its blobs, in the workspace what lies there."""

import os
from collections.abc import Iterable, Sequence

from modelref.adapters.dvc.declared.filenames import DEFINITION, DVC_SUFFIX, LOCK
from modelref.adapters.git.commits import GitCommits
from modelref.domain.outs import GIT, Out, is_within

_BOOKKEEPING = (".gitignore", ".dvcignore", DEFINITION, LOCK)
"""Files beside a model's that say how git and DVC keep it."""


def outs_in_git(commits: GitCommits, commit: str | None, path: str) -> tuple[Out, ...]:
    """Files at or below a path that git keeps at a commit, or would keep of the workspace for None.

    Args:
        commits: git.
        commit: full id of the commit.
        path: repository path.
    """
    known = dict(commits.tree(commit or "HEAD", path))
    if commit is None:
        changed = commits.changed([path])
        now = commits.hashed(changed)
        known = {name: entry for name, entry in known.items() if name not in changed} | dict(now)
    return tuple(
        Out(name, GIT, oid, size)
        for name, (oid, size) in sorted(known.items())
        if is_within(name, path)
    )


def without_deleted(commits: GitCommits, hashed: Sequence[Out]) -> tuple[Out, ...]:
    """Outs of DVC in the workspace but those that git keeps and that are not there.

    What git ignores stays: nobody has it but whoever made it.

    Args:
        commits: git.
        hashed: what DVC has hashed.
    """
    return tuple(out for out in hashed if not (out.in_git and _is_deleted(commits, out.path)))


def why_no_files(commits: GitCommits, commit: str | None, path: str) -> str:
    """Why a model has no files at a commit, or in the workspace for None.

    Args:
        commits: git.
        commit: full id of the commit.
        path: repository path of the model's files.
    """
    if commit is None and _is_deleted(commits, path):
        return f"{path}, which git keeps, is not there"
    return f"{path} is in no dvc.lock, no .dvc file and not in git"


def joined(hashed: Sequence[Out], kept: Iterable[Out]) -> tuple[Out, ...]:
    """Outs of DVC and the files that git keeps beside or instead of them (``cache: false``).

    Args:
        hashed: what DVC has hashed.
        kept: files that git keeps.
    """
    files = tuple(kept)
    if not hashed:
        return files
    own = [
        out
        for out in hashed
        if not out.in_git or not any(is_within(file.path, out.path) for file in files)
    ]
    beside = [
        file
        for file in files
        if not any(is_within(file.path, out.path) for out in own) and not is_bookkeeping(file.path)
    ]
    return tuple(sorted([*own, *beside]))


def is_bookkeeping(path: str) -> bool:
    """Whether a file beside a model's only says how git and DVC keep it."""
    return path.endswith(DVC_SUFFIX) or path.rpartition("/")[2] in _BOOKKEEPING


def _is_deleted(commits: GitCommits, path: str) -> bool:
    """Whether nothing is left in the workspace of what git keeps at or below a path."""
    there = os.path.lexists(commits.repository.root / path)
    return not there and bool(commits.blobs("HEAD", path))
