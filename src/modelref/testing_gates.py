"""In-memory twins of the ports that only gates need; see :mod:`modelref.testing`."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modelref.domain.branch import Branch
from modelref.domain.outs import Out
from modelref.errors import OutOfReach, UnknownRef

if TYPE_CHECKING:
    from modelref.testing import MemoryCommits


@dataclass
class MemoryBranches:
    """Branches in a dict; port ``Branches``.

    Attributes:
        commits: where HEAD stands.
        heads: commit by branch; ``main`` is the default one.
    """

    commits: "MemoryCommits"
    heads: dict[str, str] = field(default_factory=dict)

    def default(self) -> Branch:
        """``main`` where there is one, else HEAD."""
        if "main" in self.heads:
            return self.named("main")
        return Branch("HEAD", self.commits.resolve("HEAD"))

    def named(self, name: str) -> Branch:
        """A branch by its name."""
        if name not in self.heads:
            raise UnknownRef(f"there is no branch {name!r} in this clone", kind="unknown-branch")
        return Branch(name, self.heads[name])


@dataclass
class MemoryTensors:
    """Numbers of values that are not finite, by hash of the out; port ``Tensors``."""

    counts: dict[str, int] = field(default_factory=dict)

    def nonfinite(self, out: Out) -> int:
        """Return the number that the test set."""
        if out.hash not in self.counts:
            raise OutOfReach(f"{out.path} has no tensor that can be read", kind="no-tensors")
        return self.counts[out.hash]
