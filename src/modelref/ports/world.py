"""Ports: all that the verbs act on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from modelref.domain.branch import Branch
    from modelref.domain.config import Config
    from modelref.domain.signing import Signing
    from modelref.ports.events import Journal, Signatures, Tags
    from modelref.ports.history import Branches, Commits
    from modelref.ports.outputs import Outputs
    from modelref.ports.pipeline import Pipeline, Workspace
    from modelref.ports.remotes import Remote, Sightings
    from modelref.ports.tables import Scoring, Tables
    from modelref.ports.tensors import Tensors


class Settings(Protocol):
    """The files of what a repository has agreed on."""

    def start(self, text: str) -> bool:
        """Write a first one; False where there is one.

        Raises:
            OutOfReach: it cannot be written.
        """

    def read_file(self, path: str) -> str | None:
        """What stands in a file of the checkout, None where there is none.

        Args:
            path: repository path.
        """

    def add_file(self, path: str, text: str) -> None:
        """Write a file that is not there yet, and its folders.

        Raises:
            OutOfReach: it cannot be written, or is there by now.
        """

    def add_remote(self, name: str) -> str:
        """Write which remote events go to, and return the file; ``""`` if it says one already.

        Raises:
            BadInput: it is not valid.
            OutOfReach: it cannot be written.
        """


class Clock(Protocol):
    """The time, and ids that nobody else makes."""

    def now(self) -> int:
        """Seconds since 1970-01-01 UTC."""

    def unique_id(self) -> str:
        """An identifier that is made once."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class World(Protocol):
    """All that the verbs act on."""

    def renewed(self) -> World:
        """The same world, with nothing remembered of what the repository has agreed on."""

    @property
    def tags(self) -> Tags:
        """The tags."""

    @property
    def signatures(self) -> Signatures:
        """The signatures of tags."""

    @property
    def commits(self) -> Commits:
        """The commits."""

    @property
    def branches(self) -> Branches:
        """The branches."""

    @property
    def pipeline(self) -> Pipeline:
        """DVC's files."""

    @property
    def outputs(self) -> Outputs:
        """The bytes."""

    @property
    def tensors(self) -> Tensors:
        """What files of weights hold."""

    @property
    def tables(self) -> Tables:
        """What is in tables."""

    @property
    def scoring(self) -> Scoring:
        """The command that scores versions.

        Raises:
            Refused: the repository is not the person's own: nothing of it is run.
        """

    @property
    def workspace(self) -> Workspace:
        """The checkout."""

    @property
    def journal(self) -> Journal:
        """The writers' lock and notes."""

    @property
    def config(self) -> Config:
        """What the repository has agreed on.

        Raises:
            BadInput: ``modelref.yaml`` is not valid.
        """

    def config_at(self, branch: Branch) -> Config:
        """What the repository has agreed on in a branch.

        Raises:
            BadInput: ``modelref.yaml`` is not valid there.
        """

    @property
    def signing(self) -> Signing:
        """What the default branch says must be signed.

        What guards the registry is read from there: a pull request cannot weaken its own guard.

        Raises:
            BadInput: the ``modelref.yaml`` there is not valid.
        """

    @property
    def agreed_known(self) -> bool:
        """Whether ``signing`` is surely what the default branch says."""

    @property
    def agreed_guessed(self) -> bool:
        """Whether it is what a branch says that is only likely to be the default one."""

    @property
    def settings(self) -> Settings:
        """Its file."""

    @property
    def sightings(self) -> Sightings:
        """What the remote was last seen to have."""

    def remote(self, name: str | None = None) -> Remote:
        """A remote: the one named, or else the one that is there, ``origin`` before others.

        Raises:
            BadInput: there is none, or none of that name.
        """

    def with_tags(self, tags: Tags) -> World:
        """The same world, with other tags."""

    def with_config(self, config: Config) -> World:
        """The same world, where the repository has agreed on something else."""

    @property
    def clock(self) -> Clock:
        """The time."""
