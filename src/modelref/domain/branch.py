"""Branches: where the rules that guard a promotion are read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch and what it holds now.

    Attributes:
        name: as git shows it: ``origin/main``, ``main``, or ``HEAD`` where no branch is known
            to be the default.
        commit: full id of its newest commit.
    """

    name: str
    commit: str

    def is_called(self, other: "Branch") -> bool:
        """Whether both names may be of one branch, as one clone and another call it."""
        a, b = f"/{self.name}", f"/{other.name}"
        return a.endswith(b) or b.endswith(a)

    @property
    def known(self) -> bool:
        """Whether it is a branch; what HEAD names may be a pull request's own commit."""
        return self.name != "HEAD"
