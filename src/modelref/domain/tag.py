"""The tag grammar: one tag's name says which event of which model it is.

    tag  := artifact what [ "#" counter ]
    what := "#" stage ["!"] | "@v" semver ["!"] | "@deprecated" | "@created"

It is GTO's (gto 1.10, ``gto/constants.py: tag_re``): what parses there parses here.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Self

from modelref.domain.names import (
    DIRECTORY,
    MAX_TAG_LENGTH,
    NAME,
    Artifact,
    StageName,
    check_ref_format,
)
from modelref.domain.version import SEMVER, Version


class Kind(StrEnum):
    """What an event does."""

    REGISTER = "register"
    DEREGISTER = "deregister"
    ASSIGN = "assign"
    UNASSIGN = "unassign"
    DEPRECATE = "deprecate"
    CREATE = "create"


_TAG = re.compile(
    rf"(?:({DIRECTORY})=)?({NAME})"
    rf"(?:#({NAME})(!?)|@({SEMVER})(!?)|@(deprecated|created))"
    r"(?:#([0-9]+))?"
)


# The tags of a registry name few models and, across these, the same versions: making each value
# once takes a third off the time to read 20,000 tags.
_artifact = lru_cache(maxsize=4096)(Artifact)
_version = lru_cache(maxsize=4096)(Version.parse)


@dataclass(frozen=True, slots=True)
class TagName:
    """A parsed tag.

    Attributes:
        artifact: the model.
        kind: what the event does.
        version: for register and deregister, else None.
        stage: for assign and unassign, else None.
        counter: the ``#n`` at the end, None when the tag has none.
    """

    artifact: Artifact
    kind: Kind
    version: Version | None = None
    stage: StageName | None = None
    counter: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Parse a tag; None when it is none of ours."""
        match = _TAG.fullmatch(text) if len(text) <= MAX_TAG_LENGTH else None
        if match is None:
            return None
        (directory, name, stage, stage_cancel, version, _, _, _, _, _, version_cancel, word, n) = (
            match.groups()
        )
        artifact = _artifact(directory or "", name)
        counter = None if n is None else int(n)
        if stage is not None:
            kind = Kind.UNASSIGN if stage_cancel else Kind.ASSIGN
            return cls(artifact, kind, stage=StageName(stage), counter=counter)
        if version is not None:
            kind = Kind.DEREGISTER if version_cancel else Kind.REGISTER
            return cls(artifact, kind, version=_version(version), counter=counter)
        kind = Kind.DEPRECATE if word == "deprecated" else Kind.CREATE
        return cls(artifact, kind, counter=counter)

    @staticmethod
    def overlong(text: str) -> bool:
        """Whether a tag would be one of ours, were it not too long to be believed."""
        return len(text) > MAX_TAG_LENGTH and _TAG.fullmatch(text) is not None

    def __str__(self) -> str:
        head = self.artifact.in_tag
        if self.kind in (Kind.ASSIGN, Kind.UNASSIGN):
            text = f"{head}#{self.stage}"
        elif self.kind in (Kind.REGISTER, Kind.DEREGISTER):
            text = f"{head}@{self.version}"
        else:
            text = f"{head}@{'deprecated' if self.kind is Kind.DEPRECATE else 'created'}"
        if self.kind in (Kind.UNASSIGN, Kind.DEREGISTER):
            text += "!"
        return text if self.counter is None else f"{text}#{self.counter}"

    def check(self) -> Self:
        """Return self when git takes the tag.

        Raises:
            BadInput: git would refuse it (``v1.0.0-x.lock``).
        """
        text = str(self)
        check_ref_format(text, text)
        return self
