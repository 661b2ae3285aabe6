"""The composition root: a repository's world, each part bound when a verb first asks for it."""

import os
from copy import copy
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from modelref.adapters.clock import SystemClock
from modelref.adapters.git.branches import GitBranches
from modelref.adapters.git.commits import GitCommits
from modelref.adapters.git.journal import ClonedJournal
from modelref.adapters.git.repository import Repository
from modelref.adapters.git.tags import GitTags
from modelref.errors import BadInput

if TYPE_CHECKING:
    from modelref.adapters.config import ConfigFile
    from modelref.adapters.dvc.pipeline import DvcPipeline
    from modelref.adapters.dvc.restore.workspace import DvcWorkspace
    from modelref.adapters.dvc.store.cache import DvcOutputs
    from modelref.adapters.git.default_branch import AgreedFile
    from modelref.adapters.git.signing.check import GitSignatures
    from modelref.adapters.git.sync.remote import GitRemote
    from modelref.adapters.git.sync.sightings import GitSightings
    from modelref.adapters.scoring import CommandScoring
    from modelref.adapters.tables.guard import GuardedTables
    from modelref.adapters.tensors.files import TensorFiles
    from modelref.domain.branch import Branch
    from modelref.domain.config import Config
    from modelref.domain.signing import Signing
    from modelref.ports import Tags


def user_cache() -> Path:
    """The folder of the user's cache that is ours."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "modelref"


class RepositoryWorld:
    """The person's own clone; satisfies the port ``World``."""

    def __init__(self, folder: Path) -> None:
        self.repository = Repository.locate(folder)
        self.journal = ClonedJournal(self.repository.private)
        self.tags: Tags = GitTags(self.repository, self.journal.lock)
        self.commits = GitCommits(self.repository)
        self.branches = GitBranches(self.repository)
        self.clock = SystemClock()

    def renewed(self) -> "RepositoryWorld":
        """The same clone, with its configuration still to be read."""
        fresh = copy(self)
        for name in ("config", "signatures", "_agreed", "_agreed_file"):
            fresh.__dict__.pop(name, None)
        return fresh

    def with_tags(self, tags: "Tags") -> "RepositoryWorld":
        """The same clone, with other tags."""
        other = copy(self)
        other.tags = tags
        return other

    def with_config(self, config: "Config") -> "RepositoryWorld":
        """The same clone, with another configuration."""
        other = copy(self)
        other.__dict__["config"] = config
        return other

    def remote(self, name: str | None = None) -> "GitRemote":
        """A remote that events go to and come from."""
        from modelref.adapters.git.sync.remote import GitRemote

        try:
            beside = self._agreed.gates_from
        except BadInput:  # a fetch may bring the mend
            beside = None
        return GitRemote.find(self.repository, self.journal.lock, name, (beside,) if beside else ())

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

    def config_at(self, branch: "Branch") -> "Config":
        """What ``modelref.yaml`` says in a branch."""
        from modelref.domain.config import FILE, Config

        data = self.commits.read(branch.commit, [FILE]).get(FILE)
        if data is None:
            return Config()
        from modelref.adapters.config import parse_config

        return parse_config(f"{branch.name}:{FILE}", data)

    @property
    def signing(self) -> "Signing":
        """What the ``modelref.yaml`` of the default branch says must be signed."""
        return self._agreed.signing

    @cached_property
    def _agreed(self) -> "Config":
        """What the ``modelref.yaml`` of the default branch says, but for its gates."""
        from modelref.domain.config import FILE, Config

        file = self._agreed_file
        if not file.data:
            return Config()
        from modelref.adapters.config import parse_but_gates

        return parse_but_gates(f"{file.branch}:{FILE}", file.data)

    @property
    def agreed_known(self) -> bool:
        """Whether that branch is known to be the default one."""
        return self._agreed_file.known

    @property
    def agreed_guessed(self) -> bool:
        """Whether it was found by its likely name, which nobody has confirmed."""
        return not self.agreed_known and self._agreed_file.branch != "HEAD"

    @cached_property
    def signatures(self) -> "GitSignatures":
        """Signatures, against the signers of the person, or of the default branch."""
        from modelref.adapters.git.signing.check import GitSignatures

        return GitSignatures(self.repository, self.signing, self._agreed_file.commit)

    @cached_property
    def _agreed_file(self) -> "AgreedFile":
        from modelref.adapters.git.default_branch import read_agreed
        from modelref.domain.signing import FILE

        return read_agreed(self.repository, FILE)

    @cached_property
    def outputs(self) -> "DvcOutputs":
        """DVC's cache: reading its settings costs more than a listing of the registry."""
        from modelref.adapters.dvc.config import Caches
        from modelref.adapters.dvc.remotes.remotes import DvcRemotes
        from modelref.adapters.dvc.store.cache import DvcOutputs
        from modelref.adapters.dvc.store.checked import Checked

        return DvcOutputs(
            Caches(self.repository.root),
            Checked(self.repository.private / "modelref" / "checked.db"),
            self.repository.git,
            DvcRemotes(trusted=True),
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
