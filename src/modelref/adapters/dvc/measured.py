"""Values of metrics and parameters files, at one place or of one model at many commits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from modelref.adapters.dvc.cache import DvcOutputs
from modelref.adapters.dvc.definition import Definition
from modelref.adapters.dvc.filenames import DEFINITION, LOCK
from modelref.adapters.dvc.lockfile import LockedStage, join, related
from modelref.adapters.dvc.values import most_bytes, read_values, too_large
from modelref.adapters.git.batch import MISSING, Pair
from modelref.adapters.git.repository import GitCommits
from modelref.domain.names import Artifact
from modelref.domain.snapshot import Value, Values
from modelref.errors import BadInput, ModelRefError, OutOfReach


class ValuesReader:
    """Reads files of values; what cannot be read is told, and stops nothing."""

    def __init__(
        self,
        commits: GitCommits,
        outputs: DvcOutputs,
        commit: str | None,
        stages: Iterable[LockedStage],
    ) -> None:
        """Bind a place.

        Args:
            commits: git.
            outputs: DVC's cache, for files that git does not have.
            commit: full id; None for the workspace.
            stages: the locked DVC stages there.
        """
        self._commits = commits
        self._outputs = outputs
        self._commit = commit
        self._outs = {out.path: out for stage in stages for out in stage.outs}
        self._texts: dict[str, bytes] = {}
        self._refused: dict[str, ModelRefError] = {}

    def load(self, paths: Sequence[str]) -> None:
        """Read files of git or the workspace at once; nobody wrote those that are too large."""
        sizes = self._commits.sizes(self._commit, paths)
        self._refused = {
            path: too_large(path, size) for path, size in sizes.items() if size > most_bytes(path)
        }
        wanted = [path for path in paths if path not in self._refused]
        try:
            self._texts.update(self._commits.read(self._commit, wanted))
        except OutOfReach as error:
            if error.kind != MISSING:
                raise
            self._load_each(wanted)

    def _load_each(self, paths: Sequence[str]) -> None:
        for path in paths:
            try:
                self._texts.update(self._commits.read(self._commit, [path]))
            except OutOfReach as error:
                self._refused[path] = error

    def values(self, paths: Sequence[str]) -> tuple[Values, list[str]]:
        """Values by file, and why some files have none."""
        values: dict[str, Mapping[str, Value]] = {}
        missing: list[str] = []
        for path in paths:
            try:
                data = self._data(path)
                if data is None:
                    missing.append(not_there(path))
                else:
                    values[path] = read_values(path, data)
            except ModelRefError as error:
                missing.append(error.message)
        return values, missing

    def _data(self, path: str) -> bytes | None:
        if path in self._refused:
            raise self._refused[path]
        if path not in self._texts and path in self._outs:
            return self._outputs.read(self._outs[path])
        return self._texts.get(path)


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
        texts, lost = self._texts(self._files(commits))
        for (commit, _), error in lost.items():
            self._found.refused.setdefault(commit, []).append(error)
        for (commit, path), data in texts.items():
            try:
                self._found.values[commit][path] = read_values(path, data)
            except BadInput as error:
                self._found.refused.setdefault(commit, []).append(error)
        return self._found

    def _files(self, commits: Sequence[str]) -> list[Pair]:
        paths = [join(self._artifact.dir, name) for name in (DEFINITION, LOCK)]
        # Of a lock whose bytes are lost, the version's own card tells.
        texts, _ = self._texts([(commit, path) for commit in commits for path in paths])
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
        return definition.metrics_files(stages, related(stages, annotation.path))

    def _texts(
        self, wanted: Sequence[Pair]
    ) -> tuple[Mapping[Pair, bytes], Mapping[Pair, OutOfReach]]:
        """Files of many commits, one by one where the bytes of some are lost; and these."""
        try:
            return self._commits.read_many(wanted), {}
        except OutOfReach as error:
            if error.kind != MISSING:
                raise
        found: dict[Pair, bytes] = {}
        lost: dict[Pair, OutOfReach] = {}
        for pair in wanted:
            try:
                found.update(self._commits.read_many([pair]))
            except OutOfReach as error:
                lost[pair] = error
        return found, lost


def not_there(path: str) -> str:
    """The words for a file that is not there."""
    return f"{path} is not there"
