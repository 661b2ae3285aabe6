"""Committing exactly some paths in the person's checkout, once however often it is repeated."""

from collections.abc import Sequence
from dataclasses import dataclass

from modelref.adapters.git.commits import GitCommits
from modelref.adapters.git.lock import WriterLock
from modelref.adapters.git.program import Finished, Git
from modelref.adapters.git.stale import in_the_way
from modelref.domain.restoring import Job
from modelref.errors import Refused

_TRAILER = "Modelref-Restore"


@dataclass(frozen=True, slots=True)
class Recorder:
    """Commits of one checkout.

    Attributes:
        commits: its git.
        lock: the writers' lock, which git holds as well: it may outlive the command that ran it.
    """

    commits: GitCommits
    lock: WriterLock

    @property
    def git(self) -> Git:
        """The git program in the checkout's top folder."""
        return self.commits.repository.git

    def staged(self, paths: Sequence[str]) -> list[str]:
        """Those of some paths that have staged changes."""
        if not paths:
            return []
        out = self.git.output("diff", "--cached", "--name-only", "-z", operands=paths)
        return [name for name in out.decode("utf-8", "surrogateescape").split("\0") if name]

    def record(self, job: Job) -> str | None:
        """Commit a restore's files, unless a former run did; return the commit, None if no change.

        Raises:
            Refused: git or one of its hooks did not take the commit.
        """
        made = self._made(job)
        if made is not None:
            return made
        paths = self.commits.changed(job.texts)
        if not paths:
            return None
        self._must("add", "--all", operands=paths)
        message = f"{job.message}\n\n{_TRAILER}: {job.id}\n"
        self._must("commit", "--quiet", "--only", "--file=-", operands=paths, stdin=message)
        return self.git.output("rev-parse", "HEAD").decode().strip()

    def withdraw(self, job: Job) -> None:
        """Take a restore's commit back, where one was made; the checkout's files are not touched.

        Raises:
            Refused: somebody committed on top of it.
        """
        if job.message is None:
            return
        made = self._made(job)
        if made is not None:
            done = self.git.run(
                "update-ref", "-m", "modelref restore --abort", "HEAD", job.head, made
            )
            if done.code:
                raise Refused(
                    f"there are commits on top of {made[:10]}, which the restore made",
                    kind="commit-followed",
                    hint=f"modelref restore {job.ref} --commit completes it; "
                    f"then git revert {made[:10]}",
                )
        if job.texts:
            self._must("reset", "--quiet", operands=job.texts)

    def _made(self, job: Job) -> str | None:
        out = self.git.output(
            "log", "--format=%H", "--fixed-strings", f"--grep={_TRAILER}: {job.id}",
            f"{job.head}..HEAD",
        )  # fmt: skip
        return out.decode().split("\n")[0] or None

    def _must(
        self, command: str, *options: str, operands: Sequence[str], stdin: str = ""
    ) -> Finished:
        done = self.git.run(
            command,
            *options,
            operands=operands,
            stdin=stdin.encode("utf-8", "surrogateescape"),
            limit=None,
            keep=self.lock.descriptors,
        )
        if done.code:
            locked = in_the_way(done.stderr)
            if locked is not None:
                raise locked
            said = done.stderr.removeprefix("fatal: ") or done.stdout.decode("utf-8", "replace")
            raise Refused(f"git {command} failed: {said.strip()}", kind="git-failed")
        return done
