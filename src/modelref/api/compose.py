"""The composition root: a repository's world, each part bound when a verb first asks for it."""

from copy import copy
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from modelref.adapters.clock import SystemClock
from modelref.adapters.git.journal import ClonedJournal
from modelref.adapters.git.repository import GitCommits, Repository
from modelref.adapters.git.tags import GitTags

if TYPE_CHECKING:
    from modelref.adapters.config import ConfigFile
    from modelref.adapters.dvc.cache import DvcOutputs
    from modelref.adapters.dvc.pipeline import DvcPipeline
    from modelref.adapters.dvc.restore.workspace import DvcWorkspace
    from modelref.adapters.git.sync.remote import GitRemote
    from modelref.adapters.git.sync.sightings import GitSightings
    from modelref.domain.config import Config
    from modelref.ports import Tags


class RepositoryWorld:
    """The person's own clone; satisfies the port ``World``."""

    def __init__(self, folder: Path) -> None:
        self.repository = Repository.locate(folder)
        self.journal = ClonedJournal(self.repository.private)
        self.tags: Tags = GitTags(self.repository, self.journal.lock)
        self.commits = GitCommits(self.repository)
        self.clock = SystemClock()

    def with_tags(self, tags: "Tags") -> "RepositoryWorld":
        """The same clone, with other tags."""
        other = copy(self)
        other.tags = tags
        return other

    def remote(self, name: str | None = None) -> "GitRemote":
        """A remote that events go to and come from."""
        from modelref.adapters.git.sync.remote import GitRemote

        return GitRemote.find(self.repository, self.journal.lock, name)

    @cached_property
    def sightings(self) -> "GitSightings":
        """What the remote was last seen to have."""
        from modelref.adapters.git.sync.sightings import GitSightings

        return GitSightings(self.repository, self.journal.lock)

    @cached_property
    def settings(self) -> "ConfigFile":
        """``modelref.yaml``, to write."""
        from modelref.adapters.config import ConfigFile

        return ConfigFile(self.repository.root)

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
