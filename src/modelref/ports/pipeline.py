"""Ports: what DVC's files say of a model, and the checkout that they lie in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from modelref.domain.edited import Edited
    from modelref.domain.finding import Finding
    from modelref.domain.names import Artifact
    from modelref.domain.outs import Out
    from modelref.domain.restoring import Job, RestorePlan
    from modelref.domain.snapshot import Candidate, Made, Snapshot, Values
    from modelref.errors import ModelRefError


class Pipeline(Protocol):
    """What DVC's files say of a model."""

    def declared(self, commit: str | None) -> Sequence[Artifact]:
        """List the models that the ``dvc.yaml`` files declare, but for :meth:`misnamed`."""

    def misnamed(self, commit: str | None) -> Sequence[Finding]:
        """Say which models the ``dvc.yaml`` files declare that no tag can name."""

    def undeclared(self) -> Sequence[Candidate]:
        """List outs of the workspace that look like models, but that no ``dvc.yaml`` declares."""

    def declare(self, candidates: Sequence[Candidate]) -> Sequence[str]:
        """Declare models in their ``dvc.yaml`` files, and return these files.

        Raises:
            OutOfReach: one cannot be written.
        """

    def snapshot(self, artifact: Artifact, commit: str | None) -> Snapshot:
        """Read a model's facts at a commit, or in the workspace for None.

        Raises:
            UnknownRef: no ``dvc.yaml`` there declares the model.
            BadInput: a file there cannot be read; the message names it.
        """

    def made(self, artifact: Artifact, commit: str | None) -> Made:
        """Read only what a model is made of: much less than its facts.

        Raises:
            UnknownRef: no ``dvc.yaml`` there declares the model.
            BadInput: a file there cannot be read; the message names it.
        """

    def outs_at(self, artifact: Artifact, commit: str | None, path: str) -> Sequence[Out]:
        """Find the outs that hold a file or folder at a commit, or in the workspace for None.

        Args:
            artifact: the model whose DVC stages are asked first.
            commit: the commit.
            path: repository path.

        Returns:
            Those at or below the path, else the folder that holds it; empty where nothing does.
        """

    def metrics(self, artifact: Artifact, commits: Sequence[str]) -> Mapping[str, Values]:
        """Read only the metrics of a model at many commits; unreadable ones are left out."""

    def unreadable(
        self, artifact: Artifact, commits: Sequence[str]
    ) -> Mapping[str, Sequence[ModelRefError]]:
        """Say which metrics of a model at many commits are there, but cannot be read."""

    def stale(self, artifact: Artifact, commit: str | None) -> Sequence[str]:
        """Say why a model's outs at a commit are not what its pipeline makes; empty if they are.

        Only DVC stages that this model depends on are looked at; in the workspace, :meth:`edited`.
        """

    def edited(self, artifact: Artifact) -> Sequence[Edited]:
        """List outs of a model that changed in the workspace since DVC recorded them.

        Those that are not there have not changed.

        Raises:
            BadInput: DVC cannot read the pipeline.
        """

    def edited_beside(self, artifact: Artifact, paths: Collection[str]) -> Sequence[Edited]:
        """List outs that hold some files, results per user for one, and changed as a model's may.

        Args:
            artifact: the model.
            paths: repository paths of the files.

        Raises:
            BadInput: DVC cannot read the pipeline.
        """

    def edited_inputs(self, artifact: Artifact) -> Sequence[Edited]:
        """List what DVC keeps in the workspace and a model's DVC stages read otherwise.

        Those that are not there have not changed.

        Raises:
            BadInput: DVC cannot read the pipeline.
        """


class Workspace(Protocol):
    """The checkout, as something that a model is brought back into; changed all or nothing."""

    def unfinished(self) -> Job | None:
        """The restore that was begun and neither finished nor undone."""

    def plan(
        self,
        artifact: Artifact,
        commit: str,
        made: tuple[str, Sequence[Out]],
        *,
        with_pipeline: bool,
    ) -> RestorePlan:
        """Say what a restore changes and leaves; nothing is written.

        Args:
            artifact: the model.
            commit: full id of the commit to bring back.
            made: path of the model's files there, and its outs.
            with_pipeline: bring definitions back as well.

        Raises:
            Refused: definitions differ, or uncommitted work would be lost; names it.
            OutOfReach: bytes of the model are neither here nor on its DVC remote.
        """

    def staged(self, paths: Sequence[str]) -> Sequence[str]:
        """Those of some paths that have staged changes."""

    def begin(self, job: Job, plan: RestorePlan, progress: Callable[[str], None] = ...) -> None:
        """Stage a restore and note that it was begun; the files are as they were.

        Args:
            job: the restore.
            plan: its changes.
            progress: called with what came from DVC remotes so far.

        Raises:
            OutOfReach: bytes cannot be brought; nothing was begun.
        """

    def complete(self) -> None:
        """Make every change of the begun restore that was not made yet; repeatable.

        Raises:
            Refused: a file was changed by somebody else meanwhile.
        """

    def record(self, job: Job) -> str | None:
        """Commit the restored files that git tracks, once; None where HEAD has them so.

        Raises:
            Refused: git did not take the commit.
        """

    def carry(self, artifact: Artifact, path: str, message: str, known: Sequence[str]) -> str:
        """Commit what one model's DVC stages made here on top of HEAD; no branch moves.

        Args:
            artifact: the model.
            path: repository path of its files.
            message: of the commit.
            known: commits that may be this one already: a repeat makes no second one.

        Returns:
            Full id of the commit; HEAD's where it has all that already.

        Raises:
            Refused: definitions here are not those of HEAD.
            OutOfReach: the repository cannot be written.
        """

    def forget(self) -> None:
        """Note that the begun restore is finished."""

    def undo(self, job: Job) -> None:
        """Put everything back as it was before the restore began; repeatable.

        Raises:
            Refused: a file was changed by somebody else meanwhile, or commits followed.
        """
