"""The branches that rules are read from."""

from collections.abc import Sequence
from dataclasses import dataclass

from modelref.adapters.git.repository import GitCommits, Repository
from modelref.domain.branch import Branch
from modelref.errors import UnknownRef

_USUAL = ("main", "master")
_PREFIXES = ("refs/remotes/", "refs/heads/")


@dataclass(frozen=True, slots=True)
class GitBranches:
    """Branches as the remote had them when last fetched, else local ones; port ``Branches``."""

    repository: Repository

    def default(self) -> Branch:
        """The branch that ``origin/HEAD`` names, else ``main`` or ``master``, else HEAD."""
        remote = self._remote()
        named = self._target_of_head(remote) if remote else ()
        refs = [*named, *(ref for name in _USUAL for ref in _refs(remote, name, local=False))]
        refs += [f"refs/heads/{name}" for name in _USUAL]
        return self._first(refs) or Branch("HEAD", GitCommits(self.repository).resolve("HEAD"))

    def named(self, name: str) -> Branch:
        """A branch by its name: the remote's, else the local one."""
        found = self._first(_refs(self._remote(), name, local=True))
        if found is None:
            raise UnknownRef(
                f"there is no branch {name!r} in this clone",
                kind="unknown-branch",
                hint="git fetch, if the remote has it",
            )
        return found

    def _remote(self) -> str:
        remotes = self.repository.remotes
        return "origin" if "origin" in remotes else next(iter(remotes), "")

    def _target_of_head(self, remote: str) -> Sequence[str]:
        out = self.repository.git.output(
            "for-each-ref", "--format=%(symref)", operands=[f"refs/remotes/{remote}/HEAD"]
        )
        return out.decode("utf-8", "surrogateescape").split()

    def _first(self, refs: Sequence[str]) -> Branch | None:
        """The first of some refs that is there."""
        out = self.repository.git.output(
            "for-each-ref", "--format=%(objecttype) %(objectname) %(refname)", operands=refs
        )
        lines = [line.split(" ", 2) for line in out.decode("utf-8", "surrogateescape").split("\n")]
        found = {line[2]: line[1] for line in lines if line[0] == "commit"}
        ref = next((ref for ref in refs if ref in found), None)
        return Branch(_short(ref), found[ref]) if ref is not None else None


def _refs(remote: str, name: str, *, local: bool) -> list[str]:
    there = [f"refs/remotes/{remote}/{name}"] if remote else []
    return there + [f"refs/heads/{name}"] * local


def _short(ref: str) -> str:
    for prefix in _PREFIXES:
        ref = ref.removeprefix(prefix)
    return ref
