"""What rules look at: everything measured of a version, and of what it is compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from modelref.domain.names import StageName

if TYPE_CHECKING:
    from modelref.domain.diff.metrics import Paired, SegmentChange
    from modelref.domain.snapshot import Value


@dataclass(frozen=True, slots=True)
class Lists:
    """Recommendation lists of a panel.

    Attributes:
        k: their length.
        value: a mean over the panel or its lists, between 0 and 1.
    """

    k: int
    value: float


@dataclass(frozen=True, slots=True)
class KeptLists:
    """How much of a panel's lists stays, of all its users and ranks.

    Attributes:
        k: length of the lists of the stage's version.
        now: length of the candidate's.
        users: users of the panel of the stage's version.
        left_out: those of them whom the candidate has no list for; they keep nothing.
        value: mean share of their lists that stays, between 0 and 1.
    """

    k: int
    now: int
    users: int
    left_out: int
    value: float


@dataclass(frozen=True, slots=True)
class Holding:
    """What a stage holds.

    Attributes:
        version: the version there, None where it is empty.
        same: whether that is the version in question.
        seconds: for how long it has held it.
    """

    version: str | None
    same: bool
    seconds: int


class Measured(Protocol):
    """What is known of the version in question (the candidate).

    Whatever compares takes the stage whose version to compare with; :meth:`against` says which
    that is. All of it raises OutOfReach, with the reason, where it cannot be computed.
    """

    def against(self, stage: StageName) -> str | None:
        """The version that a stage holds, or held last; None where it never held any."""

    def metric(self, metric: str) -> "Value":
        """A metric's value: by dotted key, or ``FILE:KEY`` where several files have the key."""

    def same(self, metric: str, stage: StageName) -> bool:
        """Whether nothing can differ: the same files, and no other figure of the same hold-out."""

    def paired(self, metric: str, stage: StageName) -> "Paired":
        """A metric's change from a stage's version, on the same users.

        Of figures that are equal in the metrics files there are no users, where neither side names
        results per user.
        """

    def segments(self, metric: str, stage: StageName) -> "Sequence[SegmentChange]":
        """The same by segment, among the users whom both versions put there."""

    def sizes(self, metric: str, stage: StageName) -> Mapping[tuple[str, str], int]:
        """By column and segment, how many users the version with more of them has there."""

    def overlap(self, stage: StageName) -> KeptLists:
        """Mean share of the lists of a stage's version that stays."""

    def coverage(self) -> Lists:
        """Share of the items that the panel's lists show at all."""

    def size(self) -> int:
        """Bytes of the candidate's outs."""

    def size_of(self, stage: StageName) -> int:
        """Bytes of the outs of a stage's version."""

    def nonfinite(self) -> int:
        """How many values of the candidate's weights are NaN or infinite."""

    def holding(self, stage: StageName) -> Holding:
        """What a stage holds."""

    def approvers(self) -> Sequence[str]:
        """Who approved the candidate, the person who promotes it left out."""

    def signer(self) -> str | None:
        """Who signed the candidate's registration; None where nobody did."""
