"""What stands in the place of writing where a repository is only read."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from modelref.domain.finding import Finding
from modelref.domain.names import Artifact
from modelref.domain.sync import Sides
from modelref.errors import Refused


@dataclass(frozen=True, slots=True)
class ReadOnlyJournal:
    """Refuses every writer; port ``Journal``.

    Attributes:
        name: what people know the repository by.
    """

    name: str

    def exclusive(self) -> AbstractContextManager[None]:
        """Refuse."""
        raise refusal(self.name)

    def begin(self, command: str, fresh: str) -> str:  # noqa: ARG002  # refused
        """Refuse."""
        raise refusal(self.name)

    def pending(self, command: str) -> bool:  # noqa: ARG002  # none was begun
        """Nothing was begun here."""
        return False

    def acknowledge(self, command: str) -> None:
        """Nothing was written that could be acknowledged."""


class NoSightings:
    """A repository is all there is where it lies: no remote of it is known; port ``Sightings``."""

    def sides(self, artifacts: Collection[Artifact] = ()) -> Sides:  # noqa: ARG002  # none of any
        """Nothing of either side."""
        return Sides()

    def keep(
        self,
        found: Sequence[Finding],  # nothing is ever fetched
        remote: str,
        asked: Collection[Artifact] = (),
    ) -> None:
        """Keep nothing."""

    def take(self, new: Mapping[str, str], sides: Sides, asked: Collection[Artifact] = ()) -> None:
        """Nothing is ever taken."""


def refusal(name: str) -> Refused:
    """The answer to whoever would write to a repository that is only read."""
    return Refused(
        f"{name} is only read: nothing is ever written to a repository named by --repo",
        kind="read-only",
        hint=f"git clone {name}, and run the command in that clone",
    )
