"""Findings: what is wrong or odd in a registry, told without getting in the way of the rest."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a reader should know about a tag.

    Attributes:
        severity: ``error`` when an event could not be read or is not sound.
        kind: stable identifier for programs.
        tag: the tag it is about, as git names it (it may hold any character git allows).
        what: what is wrong, one sentence without a full stop.
        hint: the command that mends it, or ``""``.
    """

    severity: Severity
    kind: str
    tag: str
    what: str
    hint: str = ""


def untold(findings: Iterable[Finding], told: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings but for those of a tag and kind that were told of already."""
    known = {(one.tag, one.kind) for one in told}
    return tuple(one for one in findings if (one.tag, one.kind) not in known)
