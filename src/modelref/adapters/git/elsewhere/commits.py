"""Files of commits whose files are not here yet: found by their folders, brought together, read."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol, TypeVar

from modelref.adapters.git.batch import MISSING, Pair, find_blobs
from modelref.adapters.git.commits import GitCommits
from modelref.adapters.git.elsewhere.mirror import FULL_ID, Mirror
from modelref.adapters.git.elsewhere.objects import missing_objects
from modelref.adapters.git.program import Git
from modelref.errors import OutOfReach, UnknownRef

_Value = TypeVar("_Value")
_REVISION = re.compile(r"(?![-/+])((?:(?!@\{)[^\s~^:?*\[\\])+)((?:[~^:]|@\{).*)?", re.DOTALL)
"""A branch, tag or commit, and where to go from there; as ``git help revisions`` writes them."""

_SHORT_ID = re.compile(r"(?:.*-g)?[0-9a-f]{4,}", re.IGNORECASE | re.DOTALL)
"""What git takes for a commit where there is no ref of that name, as ``git describe`` writes it."""


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

        Another branch, or a commit by its full id, is fetched when it is named. As in a clone, a
        name is a tag or a branch before it is short for a commit.
        """
        asked = _REVISION.fullmatch(rev) if rev.isprintable() else None
        name, then = asked.groups(default="") if asked else ("", "")
        try:
            return GitCommits.resolve(self, f"{self._kept(name)}{then}" if name else rev)
        except UnknownRef as unknown:
            raise UnknownRef(
                f"{self.source.address} has no branch, tag or commit {rev!r}",
                kind="unknown-revision",
                hint="git ls-remote, with the same address, lists its branches and tags",
            ) from unknown

    def _kept(self, name: str) -> str:
        """What leads here to what a name means there; refs of the mirror's own have none."""
        if name in ("HEAD", "@"):
            return self.source.default()
        if self._is_tag(name):
            return name
        if FULL_ID.fullmatch(name):
            with suppress(UnknownRef):
                return GitCommits.resolve(self, name)
        kept = self.source.named(name)
        if kept is None and not _SHORT_ID.fullmatch(name):
            raise UnknownRef(f"there is no {name!r}", kind="unknown-revision")
        return kept or name

    def _is_tag(self, name: str) -> bool:
        """Whether git takes a name for a tag of those that were fetched."""
        done = self.repository.git.run(
            "rev-parse", "--verify", "--quiet", "--symbolic-full-name", "--end-of-options", name
        )
        return done.stdout.startswith(b"refs/tags/")

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
