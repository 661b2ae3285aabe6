"""Files of commits whose files are not here yet: found by their folders, brought together, read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from modelref.adapters.git.batch import MISSING, Pair, find_blobs
from modelref.adapters.git.elsewhere.mirror import Mirror
from modelref.adapters.git.elsewhere.objects import missing_objects
from modelref.adapters.git.program import Git
from modelref.adapters.git.repository import GitCommits
from modelref.errors import OutOfReach

_Value = TypeVar("_Value")


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
        """Return the full id of a commit; ``HEAD`` is the remote's default branch."""
        return GitCommits.resolve(self, self.source.default() if rev == "HEAD" else rev)

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
