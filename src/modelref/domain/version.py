"""Versions: SemVer 2.0.0 with a leading ``v``."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import total_ordering
from typing import Self

from modelref.errors import BadInput

# The grammar of semver.org's specification, section "BNF grammar", as a pattern.
_NUMBER = r"(?:0|[1-9][0-9]*)"
_IDENTIFIER = rf"(?:{_NUMBER}|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)"
SEMVER = (
    rf"v({_NUMBER})\.({_NUMBER})\.({_NUMBER})"
    rf"(?:-({_IDENTIFIER}(?:\.{_IDENTIFIER})*))?"
    r"(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?"
)
_SEMVER = re.compile(SEMVER)
_LONGEST = 150
"""Characters of a version: none is longer, and a number of thousands of digits ends int()."""


class Bump(StrEnum):
    """Which part of a version goes up."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse a part's name.

        Raises:
            BadInput: there is no such part.
        """
        try:
            return cls(text)
        except ValueError:
            raise BadInput(
                f"{text!r} is not a part of a version", kind="usage", hint="major, minor or patch"
            ) from None


@total_ordering
@dataclass(frozen=True, slots=True, eq=True)
class Version:
    """A version; ordered by SemVer precedence (section 11).

    Versions that differ in build metadata only have the same precedence; they are ordered by
    that metadata's text, so that the order is total.
    """

    major: int
    minor: int
    patch: int
    prerelease: str = ""
    build: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse ``v1.2.3``, ``v1.2.3-rc.1`` or ``v1.2.3+build``.

        Raises:
            BadInput: the text is no version.
        """
        match = _SEMVER.fullmatch(text) if len(text) <= _LONGEST else None
        if match is None:
            bare = _SEMVER.fullmatch(f"v{text[:_LONGEST]}")
            raise BadInput(
                f"{text[:80]!r} is not a version",
                kind="invalid-version",
                hint=f"write v{text}" if bare else "write it as SemVer with a v, as in v1.2.3",
            )
        major, minor, patch, prerelease, build = match.groups()
        return cls(int(major), int(minor), int(patch), prerelease or "", build or "")

    def bump(self, part: Bump) -> Self:
        """Return the next version.

        A pre-release goes up to the release that it precedes: a patch bump of ``v1.0.0-rc.1``
        is ``v1.0.0``, as in ``npm version``.
        """
        pre = bool(self.prerelease)
        if part is Bump.MAJOR:
            stay = pre and self.minor == self.patch == 0
            return type(self)(self.major + (not stay), 0, 0)
        if part is Bump.MINOR:
            stay = pre and self.patch == 0
            return type(self)(self.major, self.minor + (not stay), 0)
        return type(self)(self.major, self.minor, self.patch + (not pre))

    def __str__(self) -> str:
        text = f"v{self.major}.{self.minor}.{self.patch}"
        if self.prerelease:
            text += f"-{self.prerelease}"
        return f"{text}+{self.build}" if self.build else text

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Version):
            return NotImplemented
        return self.precedence < other.precedence

    @property
    def precedence(self) -> tuple[int, int, int, bool, tuple[tuple[bool, int, str], ...], str]:
        """Key of the order; sorting by it makes it once a version, not once a comparison."""
        identifiers = tuple(
            (False, int(part), "") if part.isdigit() else (True, 0, part)
            for part in self.prerelease.split(".")
            if part
        )
        return (
            self.major,
            self.minor,
            self.patch,
            not self.prerelease,
            identifiers,
            self.build,
        )


FIRST = Version(0, 1, 0)
"""The version of a model's first registration, unless another is given."""
