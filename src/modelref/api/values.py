"""Values that the Python API hands out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelref.api.markdown import diff_markdown
from modelref.api.review.comment import review_markdown
from modelref.api.review.shape import review_shape
from modelref.api.shapes.diff import diff_shape
from modelref.domain.gates.verdict import Verdict
from modelref.usecases.compare import ModelDiff
from modelref.usecases.review import Review as ModelReview

__all__ = ["Diff", "Files", "ModelState", "Review", "Verdict"]


@dataclass(frozen=True, slots=True)
class ModelState:
    """A model and where its versions are.

    Attributes:
        name: ``name`` or ``dir:name``.
        latest: its highest active version, None without one.
        stages: by stage, the version that it holds; empty stages are left out.
        deprecated: whether the model is retired.
    """

    name: str
    latest: str | None
    stages: Mapping[str, str]
    deprecated: bool


class Files(Mapping[str, Path]):
    """Files of a version: by repository path, where each lies; read only.

    Attributes:
        folder: the folder that holds them.
    """

    def __init__(self, folder: Path, files: Mapping[str, Path]) -> None:
        self.folder = folder
        self._files = dict(files)

    def __getitem__(self, path: str) -> Path:
        return self._files[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


@dataclass(frozen=True, slots=True)
class Diff:
    """What differs between two versions of a model.

    Attributes:
        value: the typed differences.
    """

    value: ModelDiff

    def to_dict(self) -> dict[str, Any]:
        """The shape of ``modelref diff --json``."""
        return diff_shape(self.value)

    def to_markdown(self) -> str:
        """Markdown tables, for a review comment."""
        return diff_markdown(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)


@dataclass(frozen=True, slots=True)
class Review:
    """What a range of commits does to each model.

    Attributes:
        value: the typed findings; ``value.models`` has one for each model that is touched.
    """

    value: ModelReview

    def to_dict(self) -> dict[str, Any]:
        """The shape of ``modelref review --json``."""
        return review_shape(self.value)

    def to_markdown(self) -> str:
        """One comment of a code host, which takes it whatever it holds: ``review --md``."""
        return review_markdown(self.value)

    def __bool__(self) -> bool:
        """Whether any model is touched."""
        return bool(self.value.models)
