"""Commits and their files, and those of the checkout."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelref.adapters.git.batch import MISSING, Pair, find_blobs, lost, split_batch
from modelref.adapters.git.program import failed
from modelref.adapters.git.repository import Repository
from modelref.adapters.plainfile import read_plain
from modelref.errors import BadInput, OutOfReach, UnknownRef

if TYPE_CHECKING:
    from modelref.domain.diff.code import FileChange

_LINK = "120000"
"""The mode of a symbolic link."""
_MOST_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class GitCommits:
    """Commits and files, read from git objects and from the checkout; port ``Commits``."""

    repository: Repository

    def resolve(self, rev: str) -> str:
        """Return the full id of the commit that a revision names."""
        if rev.startswith("-") or not rev.isprintable():
            raise UnknownRef(
                f"{rev!r} is not a revision",
                kind="unknown-revision",
                hint="a branch, tag or commit",
            )
        done = self.repository.git.run(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}"
        )
        if done.code and rev.startswith(":/"):  # all that follows is a text to search for
            done = self.repository.git.run("rev-parse", "--verify", "--quiet", rev)
        if done.code:
            raise _no_commit(rev)
        return done.stdout.decode().strip()

    def tree_id(self, commit: str) -> str:
        """Return the id of a commit's tree."""
        return self.repository.git.output("rev-parse", f"{commit}^{{tree}}").decode().strip()

    def merge_base(self, a: str, b: str) -> str | None:
        """Return the newest commit that two others descend from, None where there is none here."""
        done = self.repository.git.run("merge-base", operands=[a, b])
        if done.code > 1:
            raise failed("merge-base", done)
        return done.stdout.decode().strip() or None

    def partial(self) -> str:
        """Why events may be missing in this clone."""
        return self.repository.partial

    def remotes(self) -> tuple[str, ...]:
        """Names of the remotes."""
        return self.repository.remotes

    def read(self, commit: str | None, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Read files at a commit, or in the workspace for None; absent ones are left out."""
        if commit is None:
            return self._read_workspace(paths)
        found = self.read_many([(commit, path) for path in paths])
        return {path: data for (_, path), data in found.items()}

    def read_many(self, wanted: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], bytes]:
        """Read files of many commits in one run of git, two where some are absent: left out.

        Args:
            wanted: pairs of commit id and repository path.

        Raises:
            OutOfReach: an object is damaged, or missing from a partial clone.
        """
        askable = [pair for pair in dict.fromkeys(wanted) if "\n" not in pair[1]]
        request = "".join(f"{commit}:{path}\n" for commit, path in askable)
        done = self.repository.git.run(
            "cat-file", "--batch", "--buffer", stdin=request.encode("utf-8", "surrogateescape")
        )
        if done.code:
            raise failed("cat-file", done)
        found = split_batch(done.stdout, askable)
        absent = [pair for pair in askable if pair not in found]
        for (commit, path), oid in find_blobs(self.repository.git, absent).items():
            raise lost(f"{path} of commit {commit[:10]}", oid)
        return found

    def read_each(
        self, wanted: Sequence[Pair]
    ) -> tuple[Mapping[Pair, bytes], Mapping[Pair, OutOfReach]]:
        """Read files of many commits, and name those whose bytes are lost; they stop no other."""
        try:
            return self.read_many(wanted), {}
        except OutOfReach as error:
            if error.kind != MISSING:
                raise
        found: dict[Pair, bytes] = {}
        lost: dict[Pair, OutOfReach] = {}
        for pair in wanted:
            try:
                found.update(self.read_many([pair]))
            except OutOfReach as error:
                lost[pair] = error
        return found, lost

    def sizes(self, commit: str | None, paths: Sequence[str]) -> Mapping[str, int]:
        """Sizes in bytes of files at a commit, or in the workspace; absent ones are left out."""
        if commit is None:
            places = {path: self.repository.root / path for path in paths}
            return {path: place.stat().st_size for path, place in places.items() if place.is_file()}
        askable = [path for path in paths if "\n" not in path]
        request = "".join(f"{commit}:{path}\n" for path in askable)
        done = self.repository.git.run(
            "cat-file",
            "--batch-check=%(objecttype) %(objectsize)",
            stdin=request.encode("utf-8", "surrogateescape"),
        )
        lines = done.stdout.decode("utf-8", "replace").splitlines()
        found = zip(askable, lines, strict=False)
        return {
            path: int(line.removeprefix("blob "))
            for path, line in found
            if line.startswith("blob ")
        }

    def blob_id(self, commit: str, path: str) -> tuple[str, int] | None:
        """Return the id and size of a file at a commit, None where there is none."""
        listed = self.tree(commit, path)
        return listed.get(path)

    def tree(self, commit: str, path: str = "") -> Mapping[str, tuple[str, int]]:
        """List files at or below a path of a commit, with blob id and size in bytes.

        Raises:
            OutOfReach: an object is missing.
        """
        found: dict[str, tuple[str, int]] = {}
        for name, (oid, size) in self._entries(commit, path, "-l").items():
            if not size.isdecimal():  # git says BAD where the object is not there
                raise lost(f"{name} of commit {commit[:10]}", oid)
            found[name] = (oid, int(size))
        return found

    def blobs(self, commit: str, path: str = "") -> Mapping[str, str]:
        """List files at or below a path of a commit, with blob ids; no file need be here."""
        return {name: oid for name, (oid, *_) in self._entries(commit, path).items()}

    def links(self, commit: str, path: str) -> Mapping[str, str]:
        """Where the symbolic links at or below a path lead, as they say it."""
        out = self._listing(commit, path)
        names = [name for name, (mode, *_) in out.items() if mode == _LINK]
        return {
            name: data.decode("utf-8", "surrogateescape")
            for name, data in (self.read(commit, names) if names else {}).items()
        }

    def submodules(self, commit: str, path: str) -> Sequence[str]:
        """List paths at or below a path whose files are another repository's."""
        listing = self._listing(commit, path)
        return [name for name, (_, kind, *_) in listing.items() if kind == "commit"]

    def _entries(self, commit: str, path: str, *options: str) -> Mapping[str, Sequence[str]]:
        listing = self._listing(commit, path, *options)
        return {name: facts for name, (_, kind, *facts) in listing.items() if kind == "blob"}

    def _listing(self, commit: str, path: str, *options: str) -> Mapping[str, Sequence[str]]:
        """By path: mode, type, id and, if asked for, size."""
        operands = [path] if path else []
        out = self.repository.git.output(
            "ls-tree", "-r", "-z", *options, "--full-tree", commit, operands=operands
        )
        lines = (
            line.partition("\t") for line in out.decode("utf-8", "surrogateescape").split("\0")
        )
        return {name: head.split() for head, tab, name in lines if tab}

    def listed(self, commit: str | None, name: str) -> Sequence[str]:
        """List the repository paths of all files of one name."""
        return [path for path in self._paths(commit) if path.rpartition("/")[2] == name]

    def ending(self, commit: str | None, suffix: str) -> Sequence[str]:
        """List the repository paths of all files whose names end in a suffix."""
        return [path for path in self._paths(commit) if path.endswith(suffix)]

    def changed(self, paths: Sequence[str]) -> Sequence[str]:
        """List the files at or below some paths that differ from HEAD, and that git may keep."""
        if not paths:
            return ()
        tracked = self.repository.git.output(
            "diff", "--name-only", "--no-renames", "-z", "HEAD", operands=paths
        )
        new = self.repository.git.output(
            "ls-files", "-z", "--others", "--exclude-standard", operands=paths
        )
        return sorted(set((tracked + new).decode("utf-8", "surrogateescape").split("\0")) - {""})

    def hashed(self, paths: Sequence[str]) -> Mapping[str, tuple[str, int]]:
        """Blob id and size in bytes that plain files of the workspace would have; others left out.

        Nothing is written.
        """
        places = {path: self.repository.root / path for path in paths}
        plain = [path for path, at in places.items() if at.is_file() and not at.is_symlink()]
        if not plain:
            return {}
        out = self.repository.git.output("hash-object", operands=plain)
        sizes = self.sizes(None, plain)
        oids = out.decode().split()
        return {path: (oid, sizes[path]) for path, oid in zip(plain, oids, strict=True)}

    def changes(
        self, a: str, b: str | None, paths: Sequence[str], *, patch: bool = False
    ) -> Sequence["FileChange"]:
        """List files at or below some paths that differ between two commits, by path."""
        from modelref.adapters.git.changes import changes_between

        return changes_between(self.repository.git, a, b, paths, patch=patch)

    def checkout_digest(self) -> str:
        """A digest of all that the checkout holds and git may keep: ``""`` where it is too much."""
        from modelref.adapters.git.changes import digest_of_changed

        tree = self.repository.git.output("rev-parse", "HEAD^{tree}").decode().strip()
        return digest_of_changed(self.repository.root, tree, self.changed(["."]))

    def _paths(self, commit: str | None) -> Sequence[str]:
        if commit is not None:
            return sorted(self.blobs(commit))
        self._need_workspace()
        out = self.repository.git.output(
            "ls-files", "-z", "--cached", "--others", "--exclude-standard"
        )
        return sorted(set(out.decode("utf-8", "surrogateescape").split("\0")) - {""})

    def _need_workspace(self) -> None:
        if self.repository.bare:
            raise BadInput(
                f"{self.repository.root} is bare, or was named by --repo: it has no workspace",
                kind="bare-repository",
                hint="name a version or a commit",
            )

    def _read_workspace(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        self._need_workspace()
        found: dict[str, bytes] = {}
        for path in paths:
            try:
                data = read_plain(self.repository.root / path, _MOST_BYTES)
            except OSError as error:
                raise OutOfReach(
                    f"cannot read {path}: {error.strerror}", kind="unreadable"
                ) from error
            if data is not None:
                found[path] = data
        return found


def _no_commit(rev: str) -> UnknownRef:
    if rev == "HEAD":
        return UnknownRef(
            "this repository has no commit yet", kind="unknown-revision", hint="git commit"
        )
    return UnknownRef(
        f"there is no commit {rev!r} in this clone",
        kind="unknown-revision",
        hint="git log --oneline shows what is here; git fetch brings what the remote has",
    )
