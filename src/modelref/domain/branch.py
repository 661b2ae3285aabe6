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

    @property
    def known(self) -> bool:
        """Whether it is a branch; what HEAD names may be a pull request's own commit."""
        return self.name != "HEAD"
