"""A whole world in memory; port ``World``."""

from copy import copy
from dataclasses import replace

from modelref.domain.branch import Branch
from modelref.domain.config import FILE, Config
from modelref.domain.signing import Signing
from modelref.errors import BadInput
from modelref.ports import Tags, World
from modelref.testing.branches import MemoryBranches
from modelref.testing.commits import MemoryCommits
from modelref.testing.outputs import MemoryOutputs
from modelref.testing.pipeline import MemoryPipeline
from modelref.testing.process import MemoryClock, MemoryJournal, MemoryScoring
from modelref.testing.remote import MemoryHost, MemoryRemote
from modelref.testing.tables import MemoryTables
from modelref.testing.tags import MemoryTags
from modelref.testing.tensors import MemoryTensors
from modelref.testing.workspace import MemoryWorkspace


class MemoryWorld:
    """A whole world in memory; port ``World``."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.tags = MemoryTags()
        self.signatures = self.tags.signatures
        self.origin: MemoryRemote | None = None
        self.commits = MemoryCommits()
        self.branches = MemoryBranches(self.commits)
        self.pipeline = MemoryPipeline(self.commits)
        self.outputs = MemoryOutputs()
        self.tensors = MemoryTensors()
        self.workspace = MemoryWorkspace(self.commits, self.outputs)
        self.tables = MemoryTables()
        self.scoring = MemoryScoring()
        self.journal = MemoryJournal()
        self.config = Config()
        self.signing = Signing()
        self.agreed_known, self.agreed_guessed = True, False
        self.configs: dict[str, Config] = {}
        self.started = ""
        self.clock = MemoryClock()

    def renewed(self) -> "MemoryWorld":
        """Nothing is remembered here."""
        return self

    def start(self, text: str) -> bool:
        """Write a first ``modelref.yaml``."""
        if self.started:
            return False
        self.started = text
        return True

    def config_at(self, branch: Branch) -> Config:
        """Return what the test set for a branch."""
        return self.configs.get(branch.name, Config())

    @property
    def settings(self) -> "MemoryWorld":
        """The configuration, to write."""
        return self

    def read_file(self, path: str) -> str | None:
        """What stands in a file of the workspace."""
        data = self.commits.trees[None].get(path)
        return data.decode() if data is not None else None

    def add_file(self, path: str, text: str) -> None:
        """Write a file of the workspace."""
        self.commits.trees[None][path] = text.encode()

    def add_remote(self, name: str) -> str:
        """Write which remote events go to."""
        if self.config.remote is not None:
            return ""
        self.config = replace(self.config, remote=name)
        return FILE

    @property
    def sightings(self) -> MemoryRemote:
        """What the remote was last seen to have."""
        return self.origin or MemoryRemote(MemoryHost(), self.tags)

    def remote(self, name: str | None = None) -> MemoryRemote:
        """The one remote, if :meth:`connect` made it."""
        if self.origin is None:
            raise BadInput("this clone has no remote", kind="no-remote")
        return self.origin

    def connect(self, host: MemoryHost) -> None:
        """Let events go to a host."""
        self.origin = MemoryRemote(host, self.tags)
        self.config = replace(self.config, remote=self.origin.name)

    def with_tags(self, tags: Tags) -> World:
        """The same world, with other tags."""
        other = copy(self)
        object.__setattr__(other, "tags", tags)
        return other

    def with_config(self, config: Config) -> World:
        """The same world, with another configuration."""
        other = copy(self)
        object.__setattr__(other, "config", config)
        return other

    def train(self, model: str, data: bytes) -> str:
        """Write a model's file, keep its bytes, commit, and return the commit's id."""
        self.outputs.add(data)
        self.commits.trees[None][model] = data
        return self.commits.commit()
