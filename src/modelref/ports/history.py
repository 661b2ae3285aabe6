"""Ports: commits, branches, and the files they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelref.domain.branch import Branch
    from modelref.domain.diff.code import FileChange


class Commits(Protocol):
    """Commits and the files they hold."""

    def resolve(self, rev: str) -> str:
        """Return the full id of the commit that a revision names.

        Raises:
            UnknownRef: there is none.
        """

    def tree_id(self, commit: str) -> str:
        """Return an id of all that stands in a commit: another commit of the same has the same."""

    def merge_base(self, a: str, b: str) -> str | None:
        """Return the newest commit that two others descend from, None where there is none here.

        Args:
            a: full id of a commit.
            b: full id of another.
        """

    def partial(self) -> str:
        """Why events may be missing in this clone that the remote has; ``""`` if none seems to."""

    def remotes(self) -> tuple[str, ...]:
        """Names of the git remotes."""

    def read(self, commit: str | None, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Read files at a commit, or in the workspace for None; absent ones are left out."""

    def links(self, commit: str, path: str) -> Mapping[str, str]:
        """Where the symbolic links at or below a path lead, as they say it, by repository path.

        Args:
            commit: full id of the commit.
            path: repository path.
        """

    def submodules(self, commit: str, path: str) -> Sequence[str]:
        """List repository paths at or below a path whose files are another repository's.

        Args:
            commit: full id of the commit.
            path: repository path.
        """

    def changes(
        self, a: str, b: str | None, paths: Sequence[str], *, patch: bool = False
    ) -> Sequence[FileChange]:
        """List files at or below some paths that differ between two commits, by path.

        Args:
            a: full id of the commit where it comes from.
            b: full id of the commit where it goes to; None is the workspace.
            paths: files and folders.
            patch: whether to give differences of text files line by line.
        """

    def checkout_digest(self) -> str:
        """A digest of all that the checkout holds and git may keep: ``""`` where it is too much.

        Two checkouts of one digest run the same code, as far as git knows of it.
        """


class Branches(Protocol):
    """Branches as this clone knows them."""

    def default(self) -> Branch:
        """The branch that changes are merged into; HEAD where nothing tells.

        Raises:
            UnknownRef: there is no commit at all.
        """

    def named(self, name: str) -> Branch:
        """A branch by its name, as the remote had it when it was last fetched, else a local one.

        Raises:
            UnknownRef: there is none.
        """
