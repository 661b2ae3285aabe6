"""Ports: what is in tables, and who measures a version anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from modelref.domain.diff.data import TableChange
    from modelref.domain.diff.panel import Panel
    from modelref.domain.diff.results import Results


class Located(NamedTuple):
    """A file, and where its bytes lie: a cache names files by their hashes.

    Attributes:
        path: where.
        name: repository path, or what a person knows it by.
    """

    path: Path
    name: str


class Tables(Protocol):
    """What is in tables: Parquet, CSV and TSV files that nobody vouches for."""

    def results(
        self, before: Located, after: Located, seed: int, metrics: Collection[str]
    ) -> Results:
        """Compare results per user on the users that both files have.

        Args:
            before: the first side's file.
            after: the second side's.
            seed: of the bootstrap.
            metrics: dotted keys that are known to be metrics; a column of truth values, or one that
                cannot be compared, is of interest where one of them is its key or ends in it.

        Raises:
            BadInput: a file is no such table; the message names it.
            OutOfReach: it cannot be read within the limits, or what reads it is not installed.
        """

    def compare(
        self, before: Located, after: Located, ids: Mapping[str, Sequence[str]]
    ) -> TableChange:
        """Compare two tables, in memory that does not grow with them.

        Args:
            before: the first side's file.
            after: the second side's.
            ids: by what they identify, names that a column with ids may have.

        Raises:
            BadInput: a file is no such table; the message names it.
            OutOfReach: it cannot be read within the limits, or what reads it is not installed.
        """

    def panel(
        self,
        before: Located,
        after: Located,
        *,
        reseeded: Sequence[Located] = (),
        items: Sequence[Located] = (),
        users: Sequence[Located] = (),
    ) -> Panel:
        """Read the lists of a panel on two sides; no id of a user comes out.

        Args:
            before: the first side's lists: ``user``, ``rank``, ``item``.
            after: the second side's.
            reseeded: one side's after a training with another seed, if there are any.
            items: catalogues, of which the last one counts.
            users: tables of users with their segments, likewise.

        Raises:
            BadInput: a file is no such table; the message names it.
            OutOfReach: it cannot be read within the limits, or what reads it is not installed.
        """


class Scoring(Protocol):
    """Runs the command that scores one version's files on one hold-out."""

    def folder(self, key: str) -> Path:
        """A folder of the user's cache for a key; it may not exist yet."""

    def run(self, argv: Sequence[str], seconds: int, settings: str) -> None:
        """Run a command at the top of the repository, without a shell.

        Args:
            argv: its words.
            seconds: that it may take.
            settings: where ``modelref.yaml`` has it, for messages: ``models.NAME``.

        Raises:
            OutOfReach: it is not there, failed, or took too long; the message has its last words.
        """
