"""The branches that rules are read from."""

from collections.abc import Sequence
from dataclasses import dataclass

from modelref.adapters.git.commits import GitCommits
from modelref.adapters.git.default_branch import candidates
from modelref.adapters.git.repository import Repository
from modelref.domain.branch import Branch
from modelref.errors import UnknownRef

_PREFIXES = ("refs/remotes/", "refs/heads/")


@dataclass(frozen=True, slots=True)
class GitBranches:
    """Branches as the remote had them when last fetched, else local ones; port ``Branches``."""

    repository: Repository

    def default(self) -> Branch:
        """The branch that ``origin/HEAD`` names, else ``main`` or ``master``, else HEAD.

        What the remote has comes first: a local branch may be ahead of what was merged.
        """
        refs = [ref for ref in candidates(self.repository) if ref != "HEAD"]
        found = self._first(refs) if refs else None
        return found or Branch("HEAD", GitCommits(self.repository).resolve("HEAD"))

    def named(self, name: str) -> Branch:
        """A branch by its name: the remote's, else the local one."""
        there = self._there()
        refs = [f"{there}/{name}"] if there else []
        found = self._first([*refs, f"refs/heads/{name}"])
        if found is None:
            raise UnknownRef(
                f"there is no branch {name!r} in this clone",
                kind="unknown-branch",
                hint="git fetch, if the remote has it",
            )
        return found

    def _there(self) -> str:
        """Where git keeps what the remote's branches are, ``""`` without a remote."""
        remotes = self.repository.remotes
        remote = "origin" if "origin" in remotes else next(iter(remotes), "")
        return f"refs/remotes/{remote}" if remote else ""

    def _first(self, refs: Sequence[str]) -> Branch | None:
        """The first of some refs that is there; one that names another goes by that name."""
        wanted = "--format=%(refname)%00%(objecttype)%00%(objectname)%00%(symref)"
        out = self.repository.git.output("for-each-ref", wanted, operands=refs)
        found: dict[str, Branch] = {}
        for line in out.decode("utf-8", "surrogateescape").splitlines():
            ref, kind, oid, names = line.split("\0")
            if kind == "commit":
                found[ref] = Branch(_short(names or ref), oid)
        return next((found[ref] for ref in refs if ref in found), None)


@dataclass(frozen=True, slots=True)
class DefaultBranch:
    """The one branch of a repository that is only read; port ``Branches``.

    Attributes:
        commits: the repository's.
        name: what people know the branch by; ``HEAD`` where it may be any that is checked out.
    """

    commits: GitCommits
    name: str

    def default(self) -> Branch:
        """What its HEAD names."""
        return Branch(self.name, self.commits.resolve("HEAD"))

    def named(self, name: str) -> Branch:
        """No other branch is brought along."""
        raise UnknownRef(
            f"of this repository only the default branch is read, not {name!r}",
            kind="unknown-branch",
            hint="git clone it, and run the command in that clone",
        )


def _short(ref: str) -> str:
    for prefix in _PREFIXES:
        ref = ref.removeprefix(prefix)
    return ref
