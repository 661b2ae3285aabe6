"""In-memory twins of the ports that only gates need; see :mod:`modelref.testing`."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modelref.domain.branch import Branch
from modelref.errors import UnknownRef

if TYPE_CHECKING:
    from modelref.testing.commits import MemoryCommits


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
