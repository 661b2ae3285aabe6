"""Findings: what is wrong or odd in a registry, told without getting in the way of the rest."""

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
