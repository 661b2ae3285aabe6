"""Commits beside the branches: some files set on top of another commit, nothing checked out."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from modelref.adapters.git.program import DURABLE, failed, no_identity
from modelref.adapters.git.repository import Repository

_PLAIN = "100644"


@dataclass(frozen=True, slots=True)
class Carrier:
    """Makes commits that no branch moves to, and that neither checkout nor index see.

    Attributes:
        repository: where.
    """

    repository: Repository

    def carry(
        self, onto: str, files: Mapping[str, bytes | None], message: str, known: Sequence[str]
    ) -> str:
        """Set files on top of a commit.

        Args:
            onto: full id of that commit.
            files: by repository path, what a file shall hold; None where it vanishes.
            message: of the commit.
            known: commits that may be this one already: a repeat makes no second one.

        Returns:
            Full id of the commit; ``onto`` itself where its files are so already.

        Raises:
            BadInput: git does not know who commits.
            OutOfReach: the repository cannot be written.
        """
        tree = self._tree(onto, files)
        if tree == self._tree_of(onto):
            return onto
        for commit in known:
            if self._parent_of(commit) == onto and self._tree_of(commit) == tree:
                return commit
        said = f"{message}\n".encode("utf-8", "surrogateescape")
        return self._ask("commit-tree", "-p", onto, "-F", "-", tree, stdin=said)

    def _tree(self, onto: str, files: Mapping[str, bytes | None]) -> str:
        with tempfile.TemporaryDirectory(prefix="modelref-") as folder:
            env = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            self._ask("read-tree", onto, env=env)
            modes = self._modes(onto, list(files))
            lines = "".join(self._line(path, data, modes) for path, data in files.items())
            self._ask(
                "update-index",
                "-z",
                "--index-info",
                env=env,
                stdin=lines.encode("utf-8", "surrogateescape"),
            )
            return self._ask("write-tree", env=env)

    def _line(self, path: str, data: bytes | None, modes: Mapping[str, str]) -> str:
        if data is None:
            return f"0 {'0' * 40}\t{path}\0"
        # The path tells git which filters the repository has for such a file.
        oid = self._ask("hash-object", "-w", "--stdin", f"--path={path}", stdin=data)
        return f"{modes.get(path, _PLAIN)} {oid}\t{path}\0"

    def _modes(self, commit: str, paths: Sequence[str]) -> Mapping[str, str]:
        out = self.repository.git.output("ls-tree", "-z", "--full-tree", commit, operands=paths)
        found = {}
        for line in out.decode("utf-8", "surrogateescape").split("\0"):
            head, tab, path = line.partition("\t")
            if tab:
                found[path] = head.split()[0]
        return found

    def _tree_of(self, commit: str) -> str:
        return self._ask("rev-parse", "--verify", f"{commit}^{{tree}}")

    def _parent_of(self, commit: str) -> str:
        done = self.repository.git.run("rev-parse", "--verify", "--quiet", f"{commit}^")
        return done.stdout.decode().strip()

    def _ask(
        self,
        command: str,
        *options: str,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
    ) -> str:
        done = self.repository.git.run(command, *options, stdin=stdin, env=env, config=DURABLE)
        if done.code:
            raise no_identity(done) or failed(command, done)
        return done.stdout.decode().strip()
