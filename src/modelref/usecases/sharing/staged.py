"""Staged tags: made, seen by whoever decides on, and nobody's yet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelref.domain.event import TagRecord
from modelref.domain.finding import Finding
from modelref.domain.names import Artifact
from modelref.domain.tag import TagName

if TYPE_CHECKING:
    from modelref.ports import Tags


@dataclass(slots=True)
class StagedTags:
    """This clone's tags, and those that are to be; port ``Tags``.

    Attributes:
        tags: this clone's.
        outbox: where new ones are made.
    """

    tags: "Tags"
    outbox: "Tags"
    _used: bool = False

    def list(
        self, artifact: Artifact | None = None, *, bodies: bool = False
    ) -> Iterable[TagRecord]:
        """List both."""
        yield from self.tags.list(artifact, bodies=bodies)
        if self._used:
            yield from self.outbox.list(artifact, bodies=bodies)

    def noticed(self) -> Sequence[Finding]:
        """What this clone's listings showed."""
        return self.tags.noticed()

    def create(
        self, tag: TagName, commit: str, message: str, date: int, *, sign: bool = False
    ) -> str:
        """Create a tag that is to be."""
        self._used = True
        return self.outbox.create(tag, commit, message, date, sign=sign)

    def discard(self, tag: TagName, oid: str) -> None:
        """Take back a tag that was to be."""
        self.outbox.discard(tag, oid)
