"""Branches of the remote that were rewritten: what they held, for as long as nobody settled it.

``refs/modelref/lost/BRANCH/ID`` names the newest commit that a branch held, so that git does not
drop it; a person takes the ref away who accepts that the branch holds something else.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from modelref.adapters.git.branches import GitBranches
from modelref.adapters.git.program import failed
from modelref.adapters.git.repository import Repository
from modelref.adapters.git.sync.own import refs_kept
from modelref.adapters.git.sync.sightings import ORIGIN
from modelref.domain.sync import Rewritten
from modelref.errors import UnknownRef

_HEADS = f"{ORIGIN}/heads"
_LOST = "refs/modelref/lost"


@dataclass(frozen=True, slots=True)
class Rewriting:
    """What branches of the remote held and hold no more.

    Attributes:
        repository: the clone.
        remote: name of the remote.
    """

    repository: Repository
    remote: str

    def branches(self) -> Mapping[str, str]:
        """The remote's branches as they were last seen: commit by name."""
        return self._refs(_HEADS)

    def since(self, before: Mapping[str, str]) -> Iterator[Rewritten]:
        """Find branches that do not descend from what they were, or from what was remembered.

        Where other branches still lead to what it held, only the default branch is told of. Of a
        shallow clone nothing can be said: its commits name ancestors that it does not have.

        Args:
            before: the branches before the remote was asked.
        """
        if self.repository.shallow:
            return
        now = self.branches()
        held = {(name, oid) for name, oid in before.items() if now.get(name) != oid}
        held |= {(ref.rpartition("/")[0], oid) for ref, oid in self._refs(_LOST).items()}
        lost = self._lost({old for _, old in held}, now.values()) if held else frozenset()
        default = self._default() if held else ""
        for name, old in sorted(held):
            new = now.get(name)
            if old in lost:
                own = self._lost([old], now.values())
                yield Rewritten(name, old, new, own, default=name == default)
            elif name == default and new is not None and not self._leads_to(new, old):
                yield Rewritten(name, old, new, frozenset(), default=True)

    def remember(self, rewritten: Collection[Rewritten]) -> None:
        """Remember these instead of what was remembered.

        Raises:
            Refused: a hook of this clone keeps git from it.
            OutOfReach: it cannot be written.
        """
        wanted = {f"{one.branch}/{one.old[:10]}": one.old for one in rewritten}
        there = self._refs(_LOST)
        commands = [f"delete {_LOST}/{name}\n" for name in there if name not in wanted]
        commands += [
            f"create {_LOST}/{name} {oid}\n" for name, oid in wanted.items() if name not in there
        ]
        if not commands:
            return
        text = "".join(commands).encode("utf-8", "surrogateescape")
        done = self.repository.git.run("update-ref", "--stdin", stdin=text)
        if done.code:
            raise refs_kept(done, "what the remote's branches held") or failed("update-ref", done)

    def _refs(self, folder: str) -> dict[str, str]:
        out = self.repository.git.output(
            "for-each-ref", "--format=%(refname) %(objectname)", operands=[folder]
        )
        lines = out.decode("utf-8", "surrogateescape").splitlines()
        found = (line.rpartition(" ") for line in lines)
        return {name.removeprefix(f"{folder}/"): oid for name, _, oid in found}

    def _leads_to(self, new: str, old: str) -> bool:
        done = self.repository.git.run("merge-base", "--is-ancestor", operands=[old, new])
        if done.code > 1:
            raise failed("merge-base", done)
        return done.code == 0

    def _lost(self, olds: Iterable[str], now: Iterable[str]) -> frozenset[str]:
        """Commits of some histories that no branch leads to any more."""
        wanted = "".join(f"{oid}\n" for oid in (*olds, *(f"^{oid}" for oid in now)))
        done = self.repository.git.run("rev-list", "--stdin", stdin=wanted.encode())
        if done.code:
            raise failed("rev-list", done)
        return frozenset(done.stdout.decode().split())

    def _default(self) -> str:
        """The default branch, as the remote names it; ``""`` where it is not known."""
        try:
            return GitBranches(self.repository).default().name.removeprefix(f"{self.remote}/")
        except UnknownRef:
            return ""
