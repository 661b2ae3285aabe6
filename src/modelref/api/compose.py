"""The composition root: a repository's world, each part bound when a verb first asks for it."""

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from modelref.adapters.clock import SystemClock
from modelref.adapters.git.journal import ClonedJournal
from modelref.adapters.git.repository import GitCommits, Repository
from modelref.adapters.git.tags import GitTags

if TYPE_CHECKING:
    from modelref.adapters.dvc.cache import DvcOutputs
    from modelref.adapters.dvc.pipeline import DvcPipeline
    from modelref.adapters.dvc.restore.workspace import DvcWorkspace
    from modelref.adapters.git.elsewhere.address import Address
    from modelref.domain.config import Config


class RepositoryWorld:
    """The person's own clone; satisfies the port ``World``."""

    def __init__(self, folder: Path) -> None:
        self.repository = Repository.locate(folder)
        self.journal = ClonedJournal(self.repository.private)
        self.tags = GitTags(self.repository, self.journal.lock)
        self.commits = GitCommits(self.repository)
        self.clock = SystemClock()

    @cached_property
    def config(self) -> "Config":
        """What ``modelref.yaml`` says."""
        from modelref.adapters.config import read_config

        return read_config(self.repository.root)

    @cached_property
    def outputs(self) -> "DvcOutputs":
        """DVC's cache: reading its settings costs more than a listing of the registry."""
        from modelref.adapters.dvc.cache import DvcOutputs
        from modelref.adapters.dvc.checked import Checked
        from modelref.adapters.dvc.config import Caches

        return DvcOutputs(
            Caches(self.repository.root),
            Checked(self.repository.private / "modelref" / "checked.db"),
            self.repository.git,
        )

    @cached_property
    def pipeline(self) -> "DvcPipeline":
        """DVC's files."""
        from modelref.adapters.dvc.pipeline import DvcPipeline

        return DvcPipeline(self.commits, self.outputs)

    @cached_property
    def workspace(self) -> "DvcWorkspace":
        """The checkout."""
        from modelref.adapters.dvc.restore.workspace import DvcWorkspace

        return DvcWorkspace(self.commits, self.outputs, self.journal.lock)


class ElsewhereWorld:
    """A repository that is not the person's own, which is read only; satisfies the port ``World``.

    Attributes:
        shelf: its folder in the user's cache.
    """

    def __init__(self, address: "Address") -> None:
        from modelref.adapters.git.elsewhere.shelf import Shelf
        from modelref.adapters.readonly import ReadOnlyJournal

        self.name = str(address)
        self.shelf = Shelf.of(user_cache(), self.name)
        self.tags, self.commits = self._lying_at(address)
        self.journal = ReadOnlyJournal(self.name)
        self.clock = SystemClock()

    def _lying_at(self, address: "Address") -> tuple[GitTags, GitCommits]:
        from modelref.adapters.git.elsewhere.tags import ForeignTags, MirroredTags

        if address.folder is not None:
            from modelref.adapters.git.elsewhere.neighbour import Neighbour

            neighbour = Neighbour.open(address, self.shelf)
            return ForeignTags(neighbour.repository, name=self.name), neighbour.commits(self.name)
        from modelref.adapters.git.elsewhere.commits import MirroredCommits
        from modelref.adapters.git.elsewhere.mirror import Mirror

        mirror = Mirror(address, self.shelf)
        kept = Repository(mirror.git, self.shelf.git, self.shelf.git, shallow=False, bare=True)
        return MirroredTags(kept, name=self.name, mirror=mirror), MirroredCommits(kept, mirror)

    @cached_property
    def config(self) -> "Config":
        """What ``modelref.yaml`` says on its default branch."""
        from modelref.adapters.config import parse_config

        return parse_config(self._default)

    @cached_property
    def outputs(self) -> "DvcOutputs":
        """Its bytes, in the user's cache: nothing of its DVC settings says where."""
        from modelref.adapters.dvc.cache import DvcOutputs
        from modelref.adapters.dvc.checked import Checked
        from modelref.adapters.dvc.strangers import StrangersCaches

        folder = self.shelf.folder / "dvc"
        return DvcOutputs(
            StrangersCaches(folder, self._default),
            Checked(folder / "checked.db"),
            self.commits.repository.git,
        )

    @cached_property
    def pipeline(self) -> "DvcPipeline":
        """DVC's files."""
        from modelref.adapters.dvc.pipeline import DvcPipeline

        return DvcPipeline(self.commits, self.outputs)

    @property
    def workspace(self) -> "DvcWorkspace":
        """There is none to write to."""
        from modelref.adapters.readonly import refusal

        raise refusal(self.name)

    def _default(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Files on the default branch."""
        return self.commits.read(self.commits.resolve("HEAD"), paths)


def open_elsewhere(address: str, base: Path = Path()) -> ElsewhereWorld:
    """Open a repository that is not the person's own.

    Args:
        address: its URL or folder.
        base: folder that a relative one starts from.

    Raises:
        BadInput: there is none, or it is not one that is read.
        OutOfReach: the user's cache cannot be written.
    """
    from modelref.adapters.git.elsewhere.address import Address

    return ElsewhereWorld(Address.parse(address, base))


def user_cache() -> Path:
    """Modelref's folder in the user's cache (XDG Base Directory Specification)."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "modelref"
