"""Files of commits whose files are not here yet: found by their folders, brought together, read."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol, TypeVar

from modelref.adapters.git.batch import MISSING, Pair, find_blobs
from modelref.adapters.git.commits import GitCommits
from modelref.adapters.git.elsewhere.mirror import Mirror
from modelref.adapters.git.elsewhere.objects import missing_objects
from modelref.adapters.git.program import Git
from modelref.errors import OutOfReach, UnknownRef

_Value = TypeVar("_Value")
_REVISION = re.compile(r"(?![-/+])((?:(?!@\{)[^\s~^:?*\[\\])+)((?:[~^:]|@\{).*)?", re.DOTALL)
"""A branch, tag or commit, and where to go from there; as ``git help revisions`` writes them."""


class Source(Protocol):
    """Where missing files come from."""

    def bring(self, objects: Sequence[str]) -> None:
        """Have the files of some ids here.

        Raises:
            OutOfReach: some cannot be had.
        """


@dataclass(frozen=True, slots=True)
class SparseCommits(GitCommits):
    """Commits of which files may be missing; port ``Commits``.

    Attributes:
        source: where these come from.
    """

    source: Source

    def read_many(self, wanted: Sequence[Pair]) -> Mapping[Pair, bytes]:
        """Read files of many commits; what is missing of them comes in one go."""
        found = find_blobs(self.repository.git, wanted)
        self.source.bring(list(found.values()))
        return GitCommits.read_many(self, list(found))

    def sizes(self, commit: str | None, paths: Sequence[str]) -> Mapping[str, int]:
        """Sizes in bytes of files; git knows only those of what is here."""
        if commit is not None:
            wanted = [(commit, path) for path in paths]
            self.source.bring(list(find_blobs(self.repository.git, wanted).values()))
        return GitCommits.sizes(self, commit, paths)

    def tree(self, commit: str, path: str = "") -> Mapping[str, tuple[str, int]]:
        """List files at or below a path; git knows the size only of what is here."""
        self.source.bring(list(self.blobs(commit, path).values()))
        return GitCommits.tree(self, commit, path)


@dataclass(frozen=True, slots=True)
class MirroredCommits(SparseCommits):
    """Commits of a remote repository, its files kept as they are read; port ``Commits``."""

    source: Mirror

    def resolve(self, rev: str) -> str:
        """Return the full id of a commit; ``HEAD`` is the remote's default branch.

        Another branch, or a commit by its full id, is fetched when it is named.
        """
        asked = _REVISION.fullmatch(rev)
        if asked is None:
            return GitCommits.resolve(self, rev)
        name, then = asked.groups(default="")
        try:
            if name == "HEAD":
                return GitCommits.resolve(self, f"{self.source.default()}{then}")
            with suppress(UnknownRef):
                return GitCommits.resolve(self, rev)
            return GitCommits.resolve(self, f"{self.source.named(name) or name}{then}")
        except UnknownRef as unknown:
            raise UnknownRef(
                f"{self.source.address} has no branch, tag or commit {rev!r}",
                kind="unknown-revision",
                hint="git ls-remote, with the same address, lists its branches and tags",
            ) from unknown

    def merge_base(self, a: str, b: str) -> str | None:
        """Return the newest commit that two others descend from, None where there is none.

        Raises:
            OutOfReach: the remote gives files or no history, so that it is not known.
        """
        found = GitCommits.merge_base(self, a, b)
        if found is None and (self.source.shelf.git / "shallow").exists():
            raise OutOfReach(
                f"{self.source.address} cannot leave files out, so its history was not fetched",
                kind="partial-clone",
                hint="git clone it, and run the command in that clone",
            )
        return found

    def read_many(self, wanted: Sequence[Pair]) -> Mapping[Pair, bytes]:
        """Read files of many commits; what is missing of them comes in one go."""
        return self._surely(lambda: SparseCommits.read_many(self, wanted))

    def tree(self, commit: str, path: str = "") -> Mapping[str, tuple[str, int]]:
        """List files at or below a path, with blob id and size in bytes."""
        return self._surely(lambda: SparseCommits.tree(self, commit, path))

    def _surely(self, read: Callable[[], _Value]) -> _Value:
        """Read; where git cannot, what is kept is damaged, and is made anew once."""
        try:
            return read()
        except OutOfReach as error:
            if error.kind not in ("git-failed", MISSING):
                raise
        self.source.renew()
        return read()

    def partial(self) -> str:
        """Nothing is missing: the tags that are asked for were fetched."""
        return ""


@dataclass(frozen=True, slots=True)
class Nowhere:
    """The source of a neighbour's partial clone, whose remote is not asked for the rest.

    Attributes:
        git: reads that clone.
        name: what people know it by.
    """

    git: Git
    name: str

    def bring(self, objects: Sequence[str]) -> None:
        """See that all is there.

        Raises:
            OutOfReach: it is not.
        """
        missing = missing_objects(self.git, objects)
        if missing:
            raise OutOfReach(
                f"{self.name} is a partial clone, and lacks {len(missing)} files of that commit",
                kind="missing-objects",
                hint="name the repository that it was cloned from: modelref --repo URL",
            )
