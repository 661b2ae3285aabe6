"""Code that differs, told."""

from typing import Any

from modelref.api.kinds.section import Section
from modelref.domain.diff.code import CodeChange
from modelref.domain.diff.values import Status
from modelref.usecases.compare import ModelDiff

_SIGNS = {Status.ADDED: "new", Status.REMOVED: "gone", Status.CHANGED: ""}


def code_sections(diff: ModelDiff) -> list[Section]:
    """A table of files with their lines added and removed, then their patches."""
    rows = [
        [
            change.file.path,
            _SIGNS[change.file.status],
            *_lines(change),
            ", ".join(change.stages),
        ]
        for change in diff.code
    ]
    head = ("File", "", "Lines +", "Lines -", "DVC stages")
    table = Section(head, rows, "No code differs that a DVC stage depends on.", numbers=(2, 3))
    patches = [
        Section(title=change.file.path, patch=change.file.patch)
        for change in diff.code
        if change.file.patch
    ]
    return [table, *patches]


def code_shape(diff: ModelDiff) -> list[dict[str, Any]]:
    """``code`` of ``diff --json``."""
    return [
        {
            "path": change.file.path,
            "status": change.file.status.value,
            "added": change.file.added,
            "removed": change.file.removed,
            "stages": list(change.stages),
            "patch": change.file.patch,
        }
        for change in diff.code
    ]


def _lines(change: CodeChange) -> tuple[str, str]:
    if change.file.added is None or change.file.removed is None:
        return "binary", ""
    return str(change.file.added), str(change.file.removed)
