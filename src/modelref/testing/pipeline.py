"""The in-memory twin of the port ``Pipeline``."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import md5

from modelref.domain.edited import Edited
from modelref.domain.finding import Finding
from modelref.domain.names import Artifact
from modelref.domain.outs import MD5, Out
from modelref.domain.snapshot import Annotation, Candidate, Made, Snapshot, Values
from modelref.errors import ModelRefError, UnknownRef
from modelref.testing.commits import MemoryCommits


@dataclass
class MemoryPipeline:
    """A pipeline whose models are one file each; port ``Pipeline``.

    Attributes:
        commits: where the files lie.
        scores: metrics by commit.
        reasons: why a model's outs are stale, by commit.
        metas: what the team wrote of a model, by its path.
    """

    commits: MemoryCommits
    scores: dict[str, Values] = field(default_factory=dict)
    reasons: dict[str, tuple[str, ...]] = field(default_factory=dict)
    metas: dict[str, Mapping[str, object]] = field(default_factory=dict)

    def declared(self, commit: str | None) -> Sequence[Artifact]:
        """Every file is a model."""
        return [Artifact.parse(path) for path in sorted(self.commits.trees.get(commit, {}))]

    def misnamed(self, commit: str | None) -> Sequence[Finding]:
        """Every file's name will do."""
        return ()

    def undeclared(self) -> Sequence[Candidate]:
        """Every file is declared."""
        return ()

    def declare(self, candidates: Sequence[Candidate]) -> Sequence[str]:
        """Nothing is to be declared."""
        return ()

    def snapshot(self, artifact: Artifact, commit: str | None) -> Snapshot:
        """Read a model's facts."""
        path = str(artifact)
        data = self.commits.read(commit, [path]).get(path)
        if data is None:
            raise UnknownRef(f"nothing declares {artifact}", kind="unknown-model")
        metrics = self.scores.get(commit or "", {})
        annotation = Annotation(path, "model", meta=self.metas.get(path, {}))
        return Snapshot(commit, annotation, (_out(path, data),), metrics, {})

    def outs_at(self, artifact: Artifact, commit: str | None, path: str) -> Sequence[Out]:
        """The out of that path, if a file has it."""
        data = self.commits.read(commit, [path]).get(path)
        return () if data is None else (_out(path, data),)

    def made(self, artifact: Artifact, commit: str | None) -> Made:
        """Read what a model is made of."""
        snapshot = self.snapshot(artifact, commit)
        return Made(snapshot.annotation, snapshot.outs)

    def metrics(self, artifact: Artifact, commits: Sequence[str]) -> Mapping[str, Values]:
        """Read only metrics."""
        return {commit: self.scores[commit] for commit in commits if commit in self.scores}

    def unreadable(
        self, artifact: Artifact, commits: Sequence[str]
    ) -> Mapping[str, Sequence[ModelRefError]]:
        """Values that a test sets can be read."""
        return {}

    def stale(self, artifact: Artifact, commit: str | None) -> Sequence[str]:
        """Say what the test set."""
        return self.reasons.get(commit or "", ())

    def edited(self, artifact: Artifact) -> Sequence[Edited]:
        """No file is recorded by what could lag behind it."""
        return ()

    def edited_beside(self, artifact: Artifact, paths: Collection[str]) -> Sequence[Edited]:
        """No file is recorded by what could lag behind it."""
        return ()

    def edited_inputs(self, artifact: Artifact) -> Sequence[Edited]:
        """Nothing is read."""
        return ()


def _out(path: str, data: bytes) -> Out:
    return Out(path, MD5, md5(data, usedforsecurity=False).hexdigest(), len(data))
