"""Places that were asked for lately: what stands in a commit never changes, so it is read once."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from modelref.adapters.dvc.declared.places import Place
from modelref.adapters.git.commits import GitCommits

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST = 4
"""Commits that are kept: a review looks at two, and at what a stage holds, again and again."""


@dataclass(frozen=True)
class RecentPlaces:
    """The places of a repository.

    Attributes:
        commits: where they are read.
    """

    commits: GitCommits

    def at(self, commit: str | None) -> Place:
        """The place of a commit's full id; the workspace, which changes, is always read anew."""
        return Place(self.commits, None) if commit is None else self._kept(commit)

    @cached_property
    def _kept(self) -> "Callable[[str], Place]":
        return lru_cache(maxsize=_MOST)(lambda commit: Place(self.commits, commit))
