"""A candidate whose measurements a test sets, and rules written as YAML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import dedent
from typing import TypeVar

from modelref.adapters.config import parse_config
from modelref.domain.diff.metrics import Paired, SegmentChange
from modelref.domain.gates.gates import Gates
from modelref.domain.gates.measured import Holding, KeptLists, Lists
from modelref.domain.gates.rule import Rule
from modelref.domain.gates.verdict import Outcome, decide
from modelref.domain.names import Artifact, StageName
from modelref.domain.snapshot import Value
from modelref.errors import OutOfReach

_T = TypeVar("_T")
PROD = StageName("prod")


def paired(change: float, half: float, *, before: float = 0.35, users: int = 2000) -> Paired:
    """A change with a symmetric interval of a half width."""
    interval = (change - half, change + half)
    return Paired(users, before, before + change, change, interval, 0.5)


def segment(name: str, change: float, half: float, users: int) -> SegmentChange:
    """A change in a segment ``income=NAME``."""
    return SegmentChange("income", name, paired(change, half, users=users))


@dataclass
class Seen:
    """What rules look at; port of the domain ``Measured``. Unset is not computable."""

    held: dict[str, str] = field(default_factory=lambda: {"prod": "v1.0.0"})
    values: dict[str, Value] = field(default_factory=dict)
    changes: dict[str, Paired] = field(default_factory=dict)
    parts: dict[str, list[SegmentChange]] = field(default_factory=dict)
    many: dict[tuple[str, str], int] = field(default_factory=dict)
    nothing_differs: bool = False
    overlapping: KeptLists | None = None
    covering: Lists | None = None
    bytes: int | None = None
    bytes_before: int | None = None
    spoilt: int | None = None
    holds: dict[str, Holding] = field(default_factory=dict)
    approved_by: Sequence[str] = ()
    signed_by: str | None = None

    def against(self, stage: StageName) -> str | None:
        return self.held.get(stage)

    def metric(self, metric: str) -> Value:
        return self.values.get(metric, 0.35)

    def same(self, metric: str, stage: StageName) -> bool:
        return self.nothing_differs

    def paired(self, metric: str, stage: StageName) -> Paired:
        return _set(self.changes.get(metric), f"the interval of {metric}")

    def segments(self, metric: str, stage: StageName) -> Sequence[SegmentChange]:
        return _set(self.parts.get(metric), f"{metric} by segment")

    def sizes(self, metric: str, stage: StageName) -> Mapping[tuple[str, str], int]:
        return self.many

    def overlap(self, stage: StageName) -> KeptLists:
        return _set(self.overlapping, "the overlap")

    def coverage(self) -> Lists:
        return _set(self.covering, "the coverage")

    def size(self) -> int:
        return _set(self.bytes, "the size")

    def size_of(self, stage: StageName) -> int:
        return _set(self.bytes_before, f"the size in {stage}")

    def nonfinite(self) -> int:
        return _set(self.spoilt, "the weights")

    def holding(self, stage: StageName) -> Holding:
        return self.holds.get(stage, Holding(None, same=False, seconds=0))

    def approvers(self) -> Sequence[str]:
        return self.approved_by

    def signer(self) -> str | None:
        return self.signed_by


def _set(value: _T | None, what: str) -> _T:
    if value is None:
        raise OutOfReach(f"{what} is not known", kind="unknown")
    return value


def gates(text: str) -> Gates:
    """Gates from the YAML below ``gates:``."""
    body = "".join(f"  {line}\n" for line in dedent(text).strip().splitlines())
    return parse_config("modelref.yaml", f"gates:\n{body}".encode()).gates


def rule(text: str) -> Rule:
    """A rule from its YAML mapping, ``{metric: x, min: 1}``."""
    (only,) = gates(f"prod:\n  - {text}").of(PROD, Artifact.parse("rec"))
    return only


def outcome(text: str, seen: Seen) -> Outcome:
    """What becomes of a rule."""
    (only,) = decide([rule(text)], seen)
    return only
