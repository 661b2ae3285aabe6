"""The checkout as something that models are brought back into; port ``Workspace``."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from modelref.adapters.durable import write_durably
from modelref.adapters.dvc.carried import carried_files
from modelref.adapters.dvc.restore.plan import RestorePlanner
from modelref.adapters.dvc.store.cache import DvcOutputs
from modelref.adapters.git.carrying import Carrier
from modelref.adapters.git.commits import GitCommits
from modelref.adapters.git.lock import WriterLock
from modelref.adapters.git.recording import Recorder
from modelref.adapters.swap import Swap
from modelref.domain.names import Artifact
from modelref.domain.outs import MD5, Out, OutFile
from modelref.domain.restoring import Job, RestorePlan
from modelref.errors import BadInput, UnknownRef

_MOST_KNOWN = 8


@dataclass(frozen=True)
class DvcWorkspace:
    """A checkout with DVC's files.

    Attributes:
        commits: git.
        outputs: DVC's cache.
        lock: the writers' lock.
    """

    commits: GitCommits
    outputs: DvcOutputs
    lock: WriterLock

    def unfinished(self) -> Job | None:
        """The restore that was begun and neither finished nor undone."""
        return self._swap.unfinished()

    def plan(
        self,
        artifact: Artifact,
        commit: str,
        made: tuple[str, Sequence[Out]],
        *,
        with_pipeline: bool,
    ) -> RestorePlan:
        """Say what a restore changes and leaves; nothing is written."""
        planner = RestorePlanner(self.commits, self.outputs)
        bases = [self.commits.resolve("HEAD"), *self._last()]
        return planner.plan(artifact, commit, made, with_pipeline=with_pipeline, bases=bases)

    def staged(self, paths: Sequence[str]) -> Sequence[str]:
        """Those of some paths that have staged changes."""
        return self._recorder.staged(paths)

    def begin(
        self, job: Job, plan: RestorePlan, progress: Callable[[str], None] = lambda _: None
    ) -> None:
        """Stage a restore and note that it was begun; the files are as they were."""
        coming = [change.new for change in plan.changes if isinstance(change.new, OutFile)]
        self.outputs.fetch(coming, progress)
        self._swap.begin(job, plan.changes, self._place)
        # What this restore leaves may be overwritten by the next: a commit has it.
        known = dict.fromkeys([job.commit, *self._last()])
        write_durably(self._private / "restored", "\n".join(list(known)[:_MOST_KNOWN]))

    def complete(self) -> None:
        """Make every change of the begun restore that was not made yet."""
        self._swap.complete()

    def record(self, job: Job) -> str | None:
        """Commit the restored files that git tracks; None where they are so in HEAD."""
        return self._recorder.record(job)

    def carry(self, artifact: Artifact, path: str, message: str, known: Sequence[str]) -> str:
        """Commit one model's results on top of HEAD, where no branch moves to."""
        head = self.commits.resolve("HEAD")
        files = carried_files(self.commits, artifact, path, head)
        return Carrier(self.commits.repository).carry(head, files, message, known)

    def forget(self) -> None:
        """Note that the begun restore is finished."""
        self._swap.forget()

    def undo(self, job: Job) -> None:
        """Put everything back as it was before the restore began."""
        self._recorder.withdraw(job)
        self._swap.undo()

    @cached_property
    def _recorder(self) -> Recorder:
        return Recorder(self.commits, self.lock)

    @cached_property
    def _swap(self) -> Swap:
        root = self.commits.repository.root
        private = self._private
        beside = root / ".dvc" / "tmp"
        if beside.parent.is_dir() and private.stat().st_dev != root.stat().st_dev:
            private = beside / "modelref"
            private.mkdir(parents=True, exist_ok=True)
        return Swap(root, private)

    @cached_property
    def _private(self) -> Path:
        """Folder of this checkout's own notes: each worktree has one."""
        if self.commits.repository.bare:
            raise BadInput(
                "a bare repository has no workspace to restore into",
                kind="no-workspace",
                hint="modelref get brings the files to any folder",
            )
        out = self.commits.repository.git.output("rev-parse", "--absolute-git-dir")
        folder = Path(out.decode("utf-8", "surrogateescape").rstrip("\n")) / "modelref"
        folder.mkdir(exist_ok=True)
        return folder

    def _place(self, file: OutFile, target: Path) -> None:
        """Place a file that will be renamed to its path, and remember its hash under that path."""
        self.outputs.place(file, target)
        if file.algorithm == MD5 and not target.is_symlink() and target.stat().st_nlink == 1:
            final = self.commits.repository.root / file.path
            self.outputs.checked.remember(final, target.stat(), file.hash)

    def _last(self) -> list[str]:
        """Commits that were restored lately and are still here, newest first."""
        known = []
        with suppress(OSError, UnicodeDecodeError):
            for line in (self._private / "restored").read_text("ascii").split():
                with suppress(UnknownRef):
                    known.append(self.commits.resolve(line))
        return known
