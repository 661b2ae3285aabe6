"""The in-memory twin of the checkout; see :mod:`modelref.testing`."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import md5
from typing import TYPE_CHECKING

from modelref.domain.outs import OutFile
from modelref.domain.restoring import Change, Job, RestorePlan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from modelref.domain.names import Artifact
    from modelref.domain.outs import Out
    from modelref.testing.commits import MemoryCommits
    from modelref.testing.outputs import MemoryOutputs


@dataclass
class MemoryWorkspace:
    """The workspace under None of the commits, whose models are one file each; port ``Workspace``.

    Attributes:
        commits: where the files lie.
        outputs: the bytes.
        index: paths with staged changes.
        mixed: paths that hold other uncommitted work.
        die: raised by :meth:`complete`, once, before it changes anything.
    """

    commits: MemoryCommits
    outputs: MemoryOutputs
    index: tuple[str, ...] = ()
    mixed: tuple[str, ...] = ()
    die: BaseException | None = None
    _begun: tuple[Job, RestorePlan, dict[str, bytes]] | None = None

    def unfinished(self) -> Job | None:
        """What was begun."""
        return self._begun[0] if self._begun else None

    def plan(
        self,
        artifact: Artifact,
        commit: str,
        made: tuple[str, Sequence[Out]],
        *,
        with_pipeline: bool,
    ) -> RestorePlan:
        """Compare the model's file."""
        path, (out, *_) = made
        now = self.commits.trees[None].get(path, b"")
        same = md5(now, usedforsecurity=False).hexdigest() == out.hash
        changes = () if same else (Change(path, out.object),)
        return RestorePlan(changes, tuple(one.path for one in changes), (), (path,), self.mixed)

    def staged(self, paths: Sequence[str]) -> Sequence[str]:
        """Those of some paths that are in the index."""
        return [path for path in paths if path in self.index]

    def begin(
        self, job: Job, plan: RestorePlan, progress: Callable[[str], None] = lambda _: None
    ) -> None:
        """Bring the new files, and keep the old ones."""
        coming = [change.new for change in plan.changes if isinstance(change.new, OutFile)]
        self.outputs.fetch(coming, progress)
        self._begun = (job, plan, dict(self.commits.trees[None]))

    def complete(self) -> None:
        """Write the files."""
        if self.die is not None:
            error, self.die = self.die, None
            raise error
        for change in self._begun[1].changes if self._begun else ():
            if isinstance(change.new, OutFile):
                self.commits.trees[None][change.path] = self.outputs.objects[change.new.hash]

    def record(self, job: Job) -> str | None:
        """Commit the workspace."""
        before = self.commits.trees.get(self.commits.head)
        return None if before == self.commits.trees[None] else self.commits.commit()

    def carry(self, artifact: Artifact, path: str, message: str, known: Sequence[str]) -> str:
        """Commit the model's file on top of HEAD, which stays."""
        head = self.commits.head
        tree = {**self.commits.trees[head], path: self.commits.trees[None][path]}
        same = (one for one in [head, *known] if self.commits.trees.get(one) == tree)
        return next(same, None) or self.commits.beside(tree)

    def forget(self) -> None:
        """Drop what was kept."""
        self._begun = None

    def undo(self, job: Job) -> None:
        """Put the files back."""
        if self._begun:
            self.commits.trees[None] = self._begun[2]
        self.commits.head = job.head
        self._begun = None
