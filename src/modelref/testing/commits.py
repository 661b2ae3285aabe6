"""The in-memory twin of the port ``Commits``."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import unified_diff
from hashlib import sha1

from modelref.domain.diff.code import FileChange
from modelref.domain.diff.values import Status
from modelref.domain.outs import is_within
from modelref.errors import UnknownRef


@dataclass
class MemoryCommits:
    """Commits as dicts of files; port ``Commits``.

    Attributes:
        trees: files by path, by commit id; under None, the workspace.
        head: the commit that HEAD names.
        parents: by commit, the one that it was made on top of.
    """

    trees: dict[str | None, dict[str, bytes]] = field(default_factory=lambda: {None: {}})
    head: str = ""
    parents: dict[str, str] = field(default_factory=dict)

    def commit(self) -> str:
        """Commit the workspace and return the new commit's id."""
        self.head = self.beside(self.trees[None])
        return self.head

    def beside(self, tree: Mapping[str, bytes]) -> str:
        """Commit some files on top of HEAD, which stays, and return the new commit's id."""
        text = repr((self.head, sorted(tree.items())))
        commit = sha1(text.encode(), usedforsecurity=False).hexdigest()
        self.trees[commit] = dict(tree)
        self.parents.setdefault(commit, self.head)
        return commit

    def resolve(self, rev: str) -> str:
        """Return the commit that a revision names: HEAD, or the start of an id."""
        if rev == "HEAD" and self.head:
            return self.head
        found = [name for name in self.trees if name and name.startswith(rev)]
        if len(found) != 1 or not rev:
            raise UnknownRef(f"there is no commit {rev!r} in this clone", kind="unknown-revision")
        return str(found[0])

    def tree_id(self, commit: str) -> str:
        """Return an id of the files of a commit."""
        text = repr(sorted(self.trees[commit].items()))
        return sha1(text.encode(), usedforsecurity=False).hexdigest()

    def merge_base(self, a: str, b: str) -> str | None:
        """Return the newest commit that two others descend from."""
        behind = set(self._line(a))
        return next((commit for commit in self._line(b) if commit in behind), None)

    def _line(self, commit: str) -> Iterator[str]:
        """A commit, its parent, and so on to the first."""
        while commit:
            yield commit
            commit = self.parents.get(commit, "")

    def partial(self) -> str:
        """Nothing is missing."""
        return ""

    def remotes(self) -> tuple[str, ...]:
        """There is none."""
        return ()

    def read(self, commit: str | None, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Read files; absent ones are left out."""
        tree = self.trees.get(commit, {})
        return {path: tree[path] for path in paths if path in tree}

    def links(self, commit: str, path: str) -> Mapping[str, str]:  # of none
        """There is none."""
        return {}

    def submodules(self, commit: str, path: str) -> Sequence[str]:  # of none
        """There is none."""
        return ()

    def checkout_digest(self) -> str:
        """A digest of the workspace."""
        text = repr(sorted(self.trees[None].items()))
        return sha1(text.encode(), usedforsecurity=False).hexdigest()

    def changes(
        self, a: str, b: str | None, paths: Sequence[str], *, patch: bool = False
    ) -> Sequence[FileChange]:
        """List files that differ; a NUL makes a file binary."""
        old, new = (
            {
                path: data
                for path, data in self.trees.get(commit, {}).items()
                if any(is_within(path, one) for one in paths)
            }
            for commit in (a, b)
        )
        return [
            _file_change(path, old.get(path), new.get(path), patch=patch)
            for path in sorted({*old, *new})
            if old.get(path) != new.get(path)
        ]


def _file_change(path: str, old: bytes | None, new: bytes | None, *, patch: bool) -> FileChange:
    """What differs in a file, counted as git does: lines kept are those of a longest match."""
    status = Status.ADDED if old is None else Status.REMOVED if new is None else Status.CHANGED
    if b"\0" in (old or b"") + (new or b""):
        return FileChange(path, status, None, None)
    lines = [
        line
        for line in unified_diff(
            (old or b"").decode().splitlines(), (new or b"").decode().splitlines()
        )
        if not line.startswith(("+++ ", "--- ", "@@ "))
    ]
    added, removed = (sum(line.startswith(sign) for line in lines) for sign in "+-")
    return FileChange(path, status, added, removed, "\n".join(lines) if patch else None)
