"""The composition root: a repository's world, each part bound when a verb first asks for it."""

import os
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
    from modelref.adapters.scoring import CommandScoring
    from modelref.adapters.tables.guard import GuardedTables
    from modelref.adapters.tensors.files import TensorFiles
    from modelref.domain.config import Config


def user_cache() -> Path:
    """The folder of the user's cache that is ours."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "modelref"


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
    def tensors(self) -> "TensorFiles":
        """Readers of weights."""
        from modelref.adapters.tensors.files import TensorFiles

        return TensorFiles()

    @cached_property
    def tables(self) -> "GuardedTables":
        """Tables, read by a child process."""
        from modelref.adapters.tables.guard import GuardedTables

        return GuardedTables()

    @cached_property
    def scoring(self) -> "CommandScoring":
        """The person's own command."""
        from modelref.adapters.scoring import CommandScoring

        return CommandScoring(self.repository.root, user_cache() / "scored")

    @cached_property
    def workspace(self) -> "DvcWorkspace":
        """The checkout."""
        from modelref.adapters.dvc.restore.workspace import DvcWorkspace

        return DvcWorkspace(self.commits, self.outputs, self.journal.lock)
