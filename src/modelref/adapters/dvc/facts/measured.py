"""Metrics of one model at many commits, read together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from modelref.adapters.dvc.declared.definition import Definition
from modelref.adapters.dvc.declared.filenames import DEFINITION, LOCK
from modelref.adapters.dvc.declared.lockfile import join, related
from modelref.adapters.dvc.parsing.values import read_metrics
from modelref.adapters.git.batch import Pair
from modelref.adapters.git.commits import GitCommits
from modelref.domain.names import Artifact
from modelref.domain.snapshot import Value
from modelref.errors import BadInput, ModelRefError


@dataclass(frozen=True, slots=True)
class Metrics:
    """Metrics of one model at many commits.

    Attributes:
        values: by commit, by file.
        refused: by commit, why files that are there could not be read.
    """

    values: dict[str, dict[str, Mapping[str, Value]]] = field(default_factory=dict)
    refused: dict[str, list[ModelRefError]] = field(default_factory=dict)


class MetricsReader:
    """Reads the metrics of one model at many commits, in a few runs of git for all."""

    def __init__(self, commits: GitCommits, artifact: Artifact) -> None:
        """Bind a model."""
        self._commits = commits
        self._artifact = artifact
        self._found = Metrics()

    def read(self, commits: Sequence[str]) -> Metrics:
        """Read them; what cannot be read keeps nothing else back."""
        for commit in commits:
            self._found.values[commit] = {}
        texts, lost = self._commits.read_each(self._files(commits))
        for (commit, _), error in lost.items():
            self._found.refused.setdefault(commit, []).append(error)
        for (commit, path), data in texts.items():
            try:
                self._found.values[commit][path] = read_metrics(path, data)
            except BadInput as error:
                self._found.refused.setdefault(commit, []).append(error)
        return self._found

    def _files(self, commits: Sequence[str]) -> list[Pair]:
        paths = [join(self._artifact.dir, name) for name in (DEFINITION, LOCK)]
        # Of a lock whose bytes are lost, the version's own card tells.
        texts, _ = self._commits.read_each([(commit, path) for commit in commits for path in paths])
        known: dict[tuple[bytes, ...], tuple[str, ...]] = {}
        wanted = []
        for commit in commits:
            key = tuple(texts.get((commit, path), b"") for path in paths)
            if key not in known:
                known[key] = self._named(paths, key)
            wanted += [(commit, path) for path in known[key]]
        return wanted

    def _named(self, paths: Sequence[str], texts: Sequence[bytes]) -> tuple[str, ...]:
        """Metrics files that a ``dvc.yaml`` and its ``dvc.lock`` name for the model."""
        try:
            definition = Definition.read(paths[0], texts[0])
            annotation = definition.artifacts().get(self._artifact.name)
            if annotation is None:
                return ()
            stages = definition.locked(paths[1], texts[1])
        except BadInput:
            return ()  # a listing goes on; the version's own card says what is wrong
        names = related(stages, annotation.path)
        foreign = {out.path for stage in stages if stage.name not in names for out in stage.outs}
        return definition.metrics_files([one for one in stages if one.name in names], foreign)
