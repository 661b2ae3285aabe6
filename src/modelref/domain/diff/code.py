"""Files in git that DVC stages depend on, and that differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from modelref.domain.diff.values import Status
from modelref.domain.outs import is_within


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that differs between two commits, or from one to the workspace.

    Attributes:
        path: repository path.
        status: added, removed or changed.
        added: lines only on the second side; None for a binary file.
        removed: lines only on the first side; None for a binary file.
        patch: the difference as unified diff, where it was asked for and the file is text.
    """

    path: str
    status: Status
    added: int | None
    removed: int | None
    patch: str | None = None


@dataclass(frozen=True, slots=True)
class CodeChange:
    """A file that differs, and who reads it.

    Attributes:
        file: what differs.
        stages: DVC stages of the model that depend on it, on either side.
    """

    file: FileChange
    stages: tuple[str, ...]


def read_by(
    files: Sequence[FileChange], *readers: Mapping[str, tuple[str, ...]]
) -> tuple[CodeChange, ...]:
    """Say of files that differ which DVC stages depend on them.

    Args:
        files: what differs.
        readers: for each side, DVC stages by the dependency that they name: a file, or a folder.
    """
    return tuple(
        CodeChange(
            file,
            tuple(
                dict.fromkeys(
                    stage
                    for side in readers
                    for dep, stages in side.items()
                    if is_within(file.path, dep)
                    for stage in stages
                )
            ),
        )
        for file in files
    )
