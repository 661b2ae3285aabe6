"""Ports: the bytes of outs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from modelref.domain.outs import Out, OutFile


class Outputs(Protocol):
    """The bytes of outs: DVC's cache and remotes, or git for outs that git tracks."""

    def measure(self, out: Out) -> Out:
        """Return the out with its size and number of files, where they can be known."""

    def cached(self, out: Out) -> bool:
        """Whether all files of an out are here with the right size; hashes are not checked."""

    def on_remote(self, outs: Sequence[Out]) -> Mapping[Out, bool | None]:
        """Whether the DVC remote of each out has all its files; hashes are not checked.

        Returns:
            None for an out that no remote is configured for, or that git keeps.

        Raises:
            OutOfReach: a remote cannot be read, or does not answer in time.
            BadInput: DVC's settings or a manifest are not valid.
        """

    def fetch(self, files: Sequence[OutFile], progress: Callable[[str], None] = ...) -> None:
        """Bring those of some files that are not here from their DVC remotes, verified.

        What came before a failure, or before the process was killed, is not brought again.

        Args:
            files: which; :attr:`Out.object` of a folder is its manifest.
            progress: called with what came so far.

        Raises:
            OutOfReach: a remote cannot be read, has not got one or has other bytes, or none is
                configured.
            BadInput: DVC's settings are not valid.
        """

    def mending(self, *paths: str, version: str = "") -> str:
        """The command that brings files of outs here, for a person to run.

        Args:
            paths: of the outs.
            version: the ref that has them, where it is known.
        """

    def pushing(self, commit: str, outs: Sequence[Out], *, tagged: bool = True) -> str:
        """The command that brings outs to their DVC remote, where their bytes are.

        Args:
            commit: full id of the commit that has them.
            outs: which.
            tagged: whether a tag is at that commit.
        """

    def files(self, out: Out) -> Sequence[OutFile]:
        """List the files of an out.

        Raises:
            OutOfReach: the folder's manifest is not here.
            BadInput: the manifest names a path that must not be written.
        """

    def check(self, file: OutFile, *, deep: bool = True) -> int:
        """See that a file is here and sound, and return its size in bytes.

        Args:
            file: which.
            deep: hash it even if it was checked before and has not changed since.

        Raises:
            OutOfReach: its bytes are not here, or are not what their hash says.
        """

    def place(self, file: OutFile, target: Path, *, deep: bool = False) -> None:
        """Bring one verified file to a path that does not exist yet.

        Args:
            file: which.
            target: where, in a folder that exists.
            deep: hash it even if it was checked before and has not changed since.

        Raises:
            OutOfReach: its bytes are not here, or are not what their hash says.
        """

    def is_copy(self, file: OutFile, path: Path, *, deep: bool = False) -> bool:
        """Whether a path has the very bytes of a file, which need not be here; they are hashed.

        Args:
            file: the file.
            path: what to look at.
            deep: hash them even if they were hashed before, and have not been touched since.

        Raises:
            OSError: the path cannot be read.
            OutOfReach: git cannot read it.
        """

    def reading(self, file: OutFile, commit: str | None) -> AbstractContextManager[Path]:
        """A verified file to read for a while, and never to write to.

        Args:
            file: which.
            commit: where it belongs: an out that DVC hashes but does not keep (``cache: false``)
                is read from git there, or from the workspace for None.

        Raises:
            OutOfReach: its bytes are not here, or are not what their hash says.
        """
