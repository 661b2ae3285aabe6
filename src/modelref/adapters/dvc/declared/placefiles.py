"""Files that git, or the workspace, holds at one place: read in few runs of git, and once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from modelref.adapters.dvc.declared.filenames import DEFINITION, DVC_SUFFIX, LOCK
from modelref.adapters.dvc.parsing.textfiles import mapping
from modelref.adapters.dvc.parsing.trees import Keys, lookup
from modelref.adapters.git.commits import GitCommits
from modelref.errors import BadInput, OutOfReach


@dataclass(frozen=True)
class PlaceFiles:
    """The files at one place; every file is read once, when first asked for.

    Attributes:
        commits: where they are read.
        commit: its full id; None for the workspace.
    """

    commits: GitCommits
    commit: str | None

    @cached_property
    def paths(self) -> frozenset[str]:
        """All paths of git at this place."""
        if self.commit is not None:
            return frozenset(self.tree)
        kinds = [self.commits.listed(None, name) for name in (LOCK, DEFINITION)]
        return frozenset().union(*kinds, self.commits.ending(None, DVC_SUFFIX))

    @cached_property
    def tree(self) -> Mapping[str, str]:
        """Blob id of every file of the commit; no file need be here."""
        return self.commits.blobs(self.commit or "HEAD")

    def below(self, folder: str) -> Sequence[str]:
        """All files in a folder: of git at the commit, or of the workspace whoever keeps them."""
        if self.commit is not None:
            return sorted(path for path in self.tree if path.startswith(f"{folder}/"))
        root = self.commits.repository.root
        found = (path for path in (root / folder).rglob("*") if path.is_file())
        return sorted(path.relative_to(root).as_posix() for path in found)

    @cached_property
    def _texts(self) -> dict[str, bytes | None]:
        return {}

    @cached_property
    def _sizes(self) -> dict[str, int | None]:
        return {}

    @cached_property
    def _trees(self) -> dict[str, Any]:
        return {}

    def load(self, paths: Iterable[str]) -> None:
        """Read many files at once."""
        unknown = self._unread(paths)
        if unknown:  # asking git for nothing takes a run of it all the same
            found = self.commits.read(self.commit, unknown)
            self._texts.update({path: found.get(path) for path in unknown})

    def load_each(self, paths: Iterable[str]) -> Mapping[str, OutOfReach]:
        """Read many files at once, and name those whose bytes are lost; they stop no other."""
        if self.commit is None:
            self.load(paths)
            return {}
        unknown = [(self.commit, path) for path in self._unread(paths)]
        if not unknown:
            return {}
        found, lost = self.commits.read_each(unknown)
        self._texts.update({pair[1]: found.get(pair) for pair in unknown if pair not in lost})
        return {path: error for (_, path), error in lost.items()}

    def _unread(self, paths: Iterable[str]) -> list[str]:
        """Files to ask git for: none that were read, nor what a listing at hand lacks."""
        unknown = [path for path in dict.fromkeys(paths) if path not in self._texts]
        if self.commit is None or "tree" not in vars(self):
            return unknown
        self._texts.update({path: None for path in unknown if path not in self.tree})
        return [path for path in unknown if path in self.tree]

    def sizes(self, paths: Sequence[str]) -> Mapping[str, int]:
        """Sizes in bytes of files; absent ones are left out."""
        unknown = [path for path in paths if path not in self._sizes]
        if unknown:
            found = self.commits.sizes(self.commit, unknown)
            self._sizes.update({path: found.get(path) for path in unknown})
        return {path: size for path in paths if (size := self._sizes[path]) is not None}

    def data(self, path: str) -> bytes | None:
        """The bytes of a text file, None where there is none."""
        self.load([path])
        return self._texts[path]

    def text(self, path: str) -> str:
        """The text of a file, ``""`` where there is none."""
        try:
            return (self.data(path) or b"").decode()
        except UnicodeDecodeError as error:
            raise BadInput(f"{path} is not UTF-8", kind="unreadable-file") from error

    def values(self, path: str) -> dict[str, Any]:
        """What a YAML, JSON or TOML file holds, or what a Python file assigns."""
        if path not in self._trees:
            self._trees[path] = _mapping(path, self.data(path) or b"")
        held: dict[str, Any] = self._trees[path]
        return held

    def value(self, path: str, keys: Keys) -> Any:
        """One value of a file, :data:`~modelref.adapters.dvc.parsing.trees.ABSENT` if none."""
        return lookup(self.values(path), keys)


def _mapping(path: str, data: bytes) -> dict[str, Any]:
    if PurePosixPath(path).suffix.lower() != ".py":
        return mapping(path, data)
    from modelref.adapters.dvc.parsing.values import load_tree

    assigned: dict[str, Any] = load_tree(path, data)
    return assigned
