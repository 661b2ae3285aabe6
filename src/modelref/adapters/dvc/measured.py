"""Values of files at one place, metrics and parameters: from git, else from the cache."""

from collections.abc import Iterable, Mapping, Sequence

from modelref.adapters.dvc.cache import DvcOutputs
from modelref.adapters.dvc.lockfile import LockedStage
from modelref.adapters.dvc.values import most_bytes, read_values, too_large
from modelref.adapters.git.repository import GitCommits
from modelref.domain.snapshot import Value, Values
from modelref.errors import ModelRefError


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
        self._texts.update(
            self._commits.read(self._commit, [path for path in paths if path not in self._refused])
        )

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


def not_there(path: str) -> str:
    """The words for a file that is not there."""
    return f"{path} is not there"
