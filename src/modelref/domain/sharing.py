"""Which DVC stages are one model's own, and which it shares with other models."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from modelref.domain.outs import is_within


@dataclass(frozen=True, slots=True)
class Node:
    """A DVC stage in the graph of a repository.

    Attributes:
        name: unique in the repository.
        deps: repository paths it reads.
        outs: repository paths it writes.
    """

    name: str
    deps: tuple[str, ...]
    outs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """How a model's DVC stages divide.

    Attributes:
        own: those that this model alone needs, and those that make its files.
        shared: those left to others: by name, the other models that need it.
        makers: those that make its files.
        joint: makers that make another model's files too: by name, these models.
    """

    own: frozenset[str]
    shared: Mapping[str, tuple[str, ...]]
    makers: frozenset[str]
    joint: Mapping[str, tuple[str, ...]]


class Graph:
    """DVC stages, joined where one reads what another writes."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._makers: dict[str, set[str]] = {}
        known = list(nodes)
        for node in known:
            for out in node.outs:
                self._makers.setdefault(out, set()).add(node.name)
        self._paths = sorted(self._makers)
        self._up: dict[str, set[str]] = {node.name: set() for node in known}
        self._down: dict[str, set[str]] = {node.name: set() for node in known}
        for node in known:
            for maker in {name for dep in node.deps for name in self.makers(dep)}:
                self._up[node.name].add(maker)
                self._down[maker].add(node.name)

    def makers(self, path: str) -> frozenset[str]:
        """Names of the stages that write a path, what holds it, or what lies below it."""
        found: set[str] = set()
        parts = path.split("/")
        for length in range(1, len(parts) + 1):
            found |= self._makers.get("/".join(parts[:length]), set())
        for at in range(bisect_left(self._paths, f"{path}/"), len(self._paths)):
            if not is_within(self._paths[at], path):
                break
            found |= self._makers[self._paths[at]]
        return frozenset(found)

    def needed(self, names: Iterable[str]) -> frozenset[str]:
        """Stages and all that they need."""
        return _closure(names, self._up)

    def users(self, names: Iterable[str]) -> frozenset[str]:
        """Stages and all that use them."""
        return _closure(names, self._down)

    def related(self, path: str) -> frozenset[str]:
        """What makes a path, all that these need, and all that use it."""
        makers = self.makers(path)
        return self.needed(makers) | self.users(makers)

    def family(self, path: str, other_makers: AbstractSet[str]) -> frozenset[str]:
        """What makes a path, what uses it and no other model, and all that these need."""
        makers = self.makers(path)
        foreign = other_makers - makers
        users = {name for name in self.users(makers) - makers if not self.needed([name]) & foreign}
        return self.needed(makers | users)


def share(then: Graph, path: str, now: Graph, others: Mapping[str, str]) -> Share:
    """Divide the DVC stages of a model as it was, by what other models need now.

    Args:
        then: the graph at the version.
        path: repository path of the model's files there.
        now: the graph of the workspace.
        others: the other models of the workspace, with the paths of their files.
    """
    apart = {
        name: other
        for name, other in others.items()
        if not is_within(other, path) and not is_within(path, other)
    }
    makers_now = {name: now.makers(other) for name, other in apart.items()}
    makers = then.makers(path)
    foreign = frozenset(name for names in makers_now.values() for name in names)
    family = then.family(path, foreign)
    claims: dict[str, list[str]] = {}
    for name, other in sorted(apart.items()):
        rivals = now.makers(path).union(
            *(them for model, them in makers_now.items() if model != name)
        )
        for stage in now.family(other, rivals) & family:
            claims.setdefault(stage, []).append(name)
    joint = {
        stage: tuple(name for name in sorted(apart) if stage in makers_now[name])
        for stage in makers & foreign
    }
    shared = {name: tuple(claims[name]) for name in sorted(family - makers) if name in claims}
    return Share(family - shared.keys(), shared, makers, joint)


def _closure(start: Iterable[str], edges: Mapping[str, AbstractSet[str]]) -> frozenset[str]:
    seen = set(start)
    pending = list(seen)
    while pending:
        for name in edges[pending.pop()] - seen:
            seen.add(name)
            pending.append(name)
    return frozenset(seen)
