"""Somebody else's repository on this machine, read where it lies and left as it is.

git is not run in it: its configuration, hooks and attributes could choose programs. It is run in a
git folder of ours, which borrows the other's objects and refs by symbolic links; only the two
settings that say how these are stored are taken over, read from the file as text. So nothing needs
to be copied, and ``safe.directory`` needs no exception.
"""

import configparser
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from modelref.adapters.durable import write_durably
from modelref.adapters.git.commits import GitCommits
from modelref.adapters.git.elsewhere.address import Address
from modelref.adapters.git.elsewhere.commits import Nowhere, SparseCommits
from modelref.adapters.git.elsewhere.shelf import Shelf
from modelref.adapters.git.environment import Confinement
from modelref.adapters.git.lock import unwritable
from modelref.adapters.git.program import Git
from modelref.adapters.git.repository import Repository
from modelref.adapters.plainfile import plain_text
from modelref.errors import BadInput

_BORROWED = ("objects", "refs", "packed-refs", "reftable", "shallow")
_HEAD = re.compile(r"ref: refs/heads/[^\s\x00-\x1f\x7f]+|[0-9a-f]{40}|[0-9a-f]{64}")
_UNBORN = "ref: refs/heads/main"


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A repository on this machine.

    Attributes:
        repository: as git of ours reads it.
        partial: whether it is a partial clone, so that files may be missing.
        bare: whether nothing is checked out in it, so that HEAD is its default branch.
    """

    repository: Repository
    partial: bool
    bare: bool

    @classmethod
    def open(cls, address: Address, shelf: Shelf) -> "Neighbour":
        """Borrow a repository's objects and refs.

        Args:
            address: its top folder, or the git folder itself.
            shelf: where our git folder lies.

        Raises:
            BadInput: there is no repository in it, or one that no git can read.
            OutOfReach: the cache cannot be written.
        """
        theirs = _git_folder(Path(address.url))
        _refuse_pipes(theirs)
        settings = _settings(theirs / "config")
        try:
            _borrow(theirs, shelf.git, settings)
        except OSError as error:
            raise unwritable(shelf.git, error) from error
        git = Git(shelf.folder, Confinement(shelf.git))
        shallow = (theirs / "shallow").exists()
        partial = any((theirs / "objects" / "pack").glob("*.promisor"))
        kept = Repository(git, Path(address.url), theirs, shallow, bare=True)
        return cls(kept, partial, not (theirs / "index").exists())

    def commits(self, name: str) -> GitCommits:
        """Its commits; files that a partial clone lacks are not fetched."""
        if not self.partial:
            return GitCommits(self.repository)
        return SparseCommits(self.repository, Nowhere(self.repository.git, name))


def _git_folder(top: Path) -> Path:
    """The folder that all worktrees of a repository share.

    Raises:
        BadInput: there is none.
    """
    own = top / ".git"
    if not own.is_dir():
        named = plain_text(own).removeprefix("gitdir:").strip()
        own = top / named if named else top
    common = own / (plain_text(own / "commondir").strip() or ".")
    if not all((common / name).is_dir() for name in ("objects", "refs")):
        raise BadInput(
            f"{top} is not the top folder of a git repository",
            kind="not-a-repository",
            hint="name its top folder, or the git folder itself",
        )
    return common.resolve()


def _refuse_pipes(theirs: Path) -> None:
    """Refuse a repository with a pipe or device where git reads a file: it would wait for long.

    Raises:
        BadInput: it has one.
    """
    files = [theirs / name for name in ("packed-refs", "shallow", "objects/info/alternates")]
    folders = [theirs / "objects" / "pack", *(Path(top) for top, _, _ in os.walk(theirs / "refs"))]
    odd = [path for path in files if path.exists() and not path.is_file()]
    for folder in folders:
        with suppress(OSError), os.scandir(folder) as entries:
            odd += [
                Path(entry)
                for entry in entries
                if not entry.is_file() and not entry.is_dir() and os.path.exists(entry)  # noqa: PTH110
            ]
    if odd:
        raise BadInput(
            f"{odd[0]} is no regular file, so git cannot read that repository",
            kind="not-a-repository",
            hint="find out who put it there, and remove it",
        )


def _settings(path: Path) -> Mapping[str, str]:
    """How objects and refs are stored (``git help config``, "extensions")."""
    parser = configparser.RawConfigParser(
        strict=False, allow_no_value=True, comment_prefixes=("#", ";"), delimiters=("=",)
    )
    try:
        parser.read_string("\n".join(line.strip() for line in plain_text(path).splitlines()))
    except configparser.Error:
        return {}
    found = dict(parser.items("extensions")) if parser.has_section("extensions") else {}
    return {key: str(found[key]) for key in ("objectformat", "refstorage") if found.get(key)}


def _borrow(theirs: Path, ours: Path, settings: Mapping[str, str]) -> None:
    ours.mkdir(exist_ok=True, mode=0o700)
    for name in _BORROWED:
        link = ours / name
        if not link.is_symlink() or link.readlink() != theirs / name:
            link.unlink(missing_ok=True)
            link.symlink_to(theirs / name)
    head = plain_text(theirs / "HEAD").strip()
    lines = ["[core]", f"repositoryformatversion = {1 if settings else 0}", "bare = true"]
    if settings:
        known = {"objectformat": ("sha1", "sha256"), "refstorage": ("files", "reftable")}
        lines.append("[extensions]")
        lines += [f"{key} = {value}" for key, value in settings.items() if value in known[key]]
    for name, text in (
        ("HEAD", head if _HEAD.fullmatch(head) else _UNBORN),
        ("config", "\n".join(lines)),
    ):
        if plain_text(ours / name) != f"{text}\n":
            write_durably(ours / name, f"{text}\n")
