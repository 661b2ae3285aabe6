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
    from modelref.adapters.dvc.cache import DvcOutputs
    from modelref.adapters.dvc.pipeline import DvcPipeline
    from modelref.adapters.dvc.restore.workspace import DvcWorkspace
    from modelref.adapters.git.default_branch import AgreedFile
    from modelref.adapters.git.signing.check import GitSignatures
    from modelref.domain.config import Config


class RepositoryWorld:
    """The person's own clone; satisfies the port ``World``."""

    def __init__(self, folder: Path) -> None:
        self.repository = Repository.locate(folder)
        self.journal = ClonedJournal(self.repository.private)
        self.tags = GitTags(self.repository, self.journal.lock)
        self.commits = GitCommits(self.repository)
        self.clock = SystemClock()

    def renewed(self) -> "RepositoryWorld":
        """The same clone, with its configuration still to be read."""
        fresh = copy(self)
        for name in ("config", "agreed", "signatures", "_agreed_file"):
            fresh.__dict__.pop(name, None)
        return fresh

    @cached_property
    def config(self) -> "Config":
        """What ``modelref.yaml`` says."""
        from modelref.adapters.config import read_config

        return read_config(self.repository.root)

    @cached_property
    def agreed(self) -> "Config":
        """What the ``modelref.yaml`` of the default branch says."""
        from modelref.adapters.config import parse_config

        return parse_config(self._agreed_file.data)

    @cached_property
    def signatures(self) -> "GitSignatures":
        """Signatures, against the signers of the person, or of the default branch."""
        from modelref.adapters.git.signing.check import GitSignatures

        return GitSignatures(self.repository, self.agreed.signing, self._agreed_file.commit)

    @cached_property
    def _agreed_file(self) -> "AgreedFile":
        from modelref.adapters.git.default_branch import read_agreed
        from modelref.domain.config import FILE

        return read_agreed(self.repository, FILE)

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
