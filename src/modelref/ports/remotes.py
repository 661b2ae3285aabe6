"""Ports: what is between clones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from modelref.domain.finding import Finding
    from modelref.domain.names import Artifact
    from modelref.domain.sync import Reply, Rewritten, Sides
    from modelref.ports.events import Tags


class Sightings(Protocol):
    """What the remote was last seen to have, beside what this clone has; no network."""

    def sides(self, artifacts: Collection[Artifact] = ()) -> Sides:
        """Read both sides, of some models or of all.

        Raises:
            OutOfReach: the repository cannot be read.
        """

    def keep(self, found: Sequence[Finding], remote: str, asked: Collection[Artifact] = ()) -> None:
        """Keep findings for every listing of this clone's tags to tell: ``Tags.noticed``.

        Args:
            found: what is wrong; what was kept of the same models before is dropped, but for what
                was found of branches, at which only a look at all models looks.
            remote: name of the remote that they speak of.
            asked: the models that were looked at; empty for all.

        Raises:
            OutOfReach: the repository cannot be written.
        """

    def take(self, new: Mapping[str, str], sides: Sides, asked: Collection[Artifact] = ()) -> None:
        """Create tags that the remote has, and note what both sides agree on from now.

        Args:
            new: object ids by tag; a tag that is here stays as it is.
            sides: as they were read.
            asked: the models that the remote was asked of; empty for all.

        Raises:
            Conflict: another git is making one of these tags.
            Refused: a hook of this clone keeps git from making them.
            OutOfReach: the repository cannot be written.
        """


class Remote(Protocol):
    """The git remote that events go to and come from."""

    @property
    def name(self) -> str:
        """What git knows it by."""

    def outbox(self) -> Tags:
        """An empty place for tags that nobody sees until they are pushed and come back."""

    def fetch(self, artifacts: Collection[Artifact] = ()) -> Sequence[Rewritten]:
        """Bring what the remote has of some models, or of all; this clone's tags stay as they are.

        Returns:
            Where all is asked for: branches that do not descend from what they were when all was
            last asked for, and those that are remembered and hold not yet again what they held;
            but for the default branch, only where no other branch leads to that either.

        Raises:
            OutOfReach: it does not answer.
        """

    def remember(self, rewritten: Collection[Rewritten]) -> None:
        """Remember rewritten branches, for later fetches to find; others are forgotten.

        Raises:
            Refused: a hook of this clone keeps git from it.
            OutOfReach: the repository cannot be written.
        """

    def push(self, tags: Mapping[str, str], heads: Mapping[str, tuple[str, str]]) -> Reply:
        """Offer tags to the remote, all or none where it can do that; what it took is not said.

        One that keeps no lease refs is offered the tags alone. One that cannot change refs together
        is offered the tags of each model one after another, up to the first that it does not take.
        Only a fetch tells what a remote has: one that says yes may have none of them.

        Args:
            tags: object ids by tag, in an order that is safe to stop in; the remote must have none
                of these names.
            heads: by lease, the object that it must name there, ``""`` for none, and the new one.

        Raises:
            Refused: a hook or a setting of this clone keeps git from telling it; nothing was told.
            OutOfReach: it does not answer, or went away: it may have taken them.
        """

    def elsewhere(self) -> str:
        """Both addresses, where it is told at another than it is asked at; else ``""``."""
