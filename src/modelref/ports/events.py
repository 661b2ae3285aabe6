"""Ports: the tags that events are, and who vouches for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from modelref.domain.event import TagRecord
    from modelref.domain.finding import Finding
    from modelref.domain.names import Artifact
    from modelref.domain.signature import Signature
    from modelref.domain.tag import TagName


class Tags(Protocol):
    """The tags of a repository."""

    def list(
        self, artifact: Artifact | None = None, *, bodies: bool = False
    ) -> Iterable[TagRecord]:
        """List tags: all, or those that can be events of one model.

        Args:
            artifact: the model.
            bodies: whether to read the messages below their subjects, which costs time.

        Raises:
            OutOfReach: the repository cannot be read.
        """

    def noticed(self) -> Sequence[Finding]:
        """Tell what is known beside the tags that were listed.

        Of somebody else's repository, once, what the listings so far showed; of the person's own,
        what the last fetch found that must be settled.
        """

    def create(
        self, tag: TagName, commit: str, message: str, date: int, *, sign: bool = False
    ) -> str:
        """Create one annotated tag, all or nothing, and return its object's id.

        Args:
            tag: its name.
            commit: full id of the commit.
            message: the whole message.
            date: the tagger's date, seconds since 1970-01-01 UTC.
            sign: sign it even if git is not set up to sign every tag.

        Raises:
            Conflict: the tag exists already.
            BadInput: git has no name and address to tag as, or no key to sign with.
            OutOfReach: the repository cannot be written.
        """

    def discard(self, tag: TagName, oid: str) -> None:
        """Take back a tag that was just made, and that nobody was told of.

        Args:
            tag: its name.
            oid: its object.

        Raises:
            OutOfReach: it names another object by now, or the repository cannot be written.
        """


class Signatures(Protocol):
    """The signatures of tag objects."""

    def check(self, oids: Sequence[str]) -> Mapping[str, Signature]:
        """Check the signatures of tag objects; only signed ones take time.

        Raises:
            OutOfReach: the program that checks, or the list of signers, is missing.
            BadInput: the list of signers is none.
        """

    def own(self) -> frozenset[str]:
        """What the person goes by who writes here: an address, the fingerprint of a key."""


class Journal(Protocol):
    """Serialises the writers of one clone, and remembers what they set out to do."""

    def exclusive(self) -> AbstractContextManager[None]:
        """Hold the clone's writer lock; it is released when its holder dies.

        Raises:
            Conflict: another writer holds it for too long; the message names it.
        """

    def begin(self, command: str, fresh: str) -> str:
        """Note the intent to run a command; return its id.

        The id is ``fresh``, or that of the same command when a former run of it was never
        acknowledged.
        """

    def pending(self, command: str) -> bool:
        """Whether a run of a command was not acknowledged: it may be dead, or still at it."""

    def acknowledge(self, command: str) -> None:
        """Forget an intent: its outcome was reported."""
