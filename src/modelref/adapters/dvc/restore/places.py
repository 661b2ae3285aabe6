"""DVC's files at one place, a commit or the workspace: definitions, locks and their graph."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from modelref.adapters.dvc.definition import DEFAULT_PARAMS, MODEL, Definition
from modelref.adapters.dvc.lockfile import LockedStage, join, read_dvc_file, read_lock
from modelref.adapters.dvc.restore.yamltext import ABSENT, Keys, lookup
from modelref.adapters.dvc.textfiles import mapping
from modelref.adapters.git.repository import GitCommits
from modelref.domain.names import Artifact
from modelref.domain.outs import Out
from modelref.domain.sharing import Graph, Node
from modelref.errors import BadInput

LOCK = "dvc.lock"
DEFINITION = "dvc.yaml"
DVC_SUFFIX = ".dvc"
_TEMPLATE = re.compile(r"(?<!\\)\$\{\s*([^}]*?)\s*\}")


@dataclass(frozen=True)
class Place:
    """DVC's files at one place; every file is read once, when first asked for.

    Attributes:
        commits: where they are read.
        commit: its full id; None for the workspace.
    """

    commits: GitCommits
    commit: str | None

    @cached_property
    def paths(self) -> frozenset[str]:
        """All paths of git at this place."""
        if self.commit is not None:
            return frozenset(self.tree)
        kinds = [self.commits.listed(None, name) for name in (LOCK, DEFINITION)]
        return frozenset().union(*kinds, self.commits.ending(None, DVC_SUFFIX))

    @cached_property
    def tree(self) -> Mapping[str, tuple[str, int]]:
        """Blob id and size of every file of the commit."""
        return self.commits.tree(self.commit or "HEAD")

    @cached_property
    def _texts(self) -> dict[str, bytes | None]:
        return {}

    @cached_property
    def _trees(self) -> dict[str, Any]:
        return {}

    def data(self, path: str) -> bytes | None:
        """The bytes of a text file, None where there is none."""
        if path not in self._texts:
            self._texts[path] = self.commits.read(self.commit, [path]).get(path)
        return self._texts[path]

    def text(self, path: str) -> str:
        """The text of a file, ``""`` where there is none."""
        try:
            return (self.data(path) or b"").decode()
        except UnicodeDecodeError as error:
            raise BadInput(f"{path} is not UTF-8", kind="unreadable-file") from error

    def values(self, path: str) -> dict[str, Any]:
        """What a YAML, JSON or TOML file holds."""
        if path not in self._trees:
            self._trees[path] = mapping(path, self.data(path) or b"")
        held: dict[str, Any] = self._trees[path]
        return held

    def value(self, path: str, keys: Keys) -> Any:
        """One value of a file, :data:`~modelref.adapters.dvc.restore.yamltext.ABSENT` if none."""
        return lookup(self.values(path), keys)

    @cached_property
    def stages(self) -> Mapping[str, LockedStage]:
        """Every locked DVC stage, by ``FILE:NAME`` of its lock."""
        locks = sorted(path for path in self.paths if path.rpartition("/")[2] == LOCK)
        data = self.commits.read(self.commit, locks)
        self._texts.update(data)
        return {
            f"{path}:{stage.name}": stage
            for path in locks
            if path in data
            for stage in read_lock(path, data[path])
        }

    @cached_property
    def graph(self) -> Graph:
        """The locked stages as a graph."""
        return Graph(
            Node(name, stage.deps, tuple(out.path for out in stage.outs))
            for name, stage in self.stages.items()
        )

    def definition(self, folder: str) -> Definition:
        """The ``dvc.yaml`` of a folder."""
        path = join(folder, DEFINITION)
        return Definition.read(path, self.data(path) or b"")

    def models(self) -> Mapping[str, str]:
        """Paths of the files of every declared model."""
        found = {}
        for path in sorted(path for path in self.paths if path.rpartition("/")[2] == DEFINITION):
            definition = self.definition(path.rpartition("/")[0])
            for name, annotation in definition.artifacts().items():
                if annotation.type == MODEL:
                    model = Artifact(definition.folder, name)
                    found[str(model)] = annotation.path
        return found

    def files_behind(self, path: str) -> Sequence[str]:
        """DVC's files that a path and all that it is made from stand in, as far as is known.

        Returns:
            Repository paths of ``dvc.yaml`` and ``.dvc`` files; empty where no DVC stage makes it.
        """
        needed = self.graph.needed(self.graph.makers(path))
        found = {split(stage)[0].removesuffix(LOCK) + DEFINITION for stage in needed}
        for dep in {dep for stage in needed for dep in self.stages[stage].deps}:
            holders = [dep, *(str(parent) for parent in PurePosixPath(dep).parents)]
            found.update(f"{name}{DVC_SUFFIX}" for name in holders)
        return sorted(name for name in found if name in self.paths)

    def dvc_file(self, out: Out) -> str | None:
        """The ``.dvc`` file that tracks an out at this commit."""
        near = [f"{out.path}{DVC_SUFFIX}"]
        others = (path for path in sorted(self.paths) if path.endswith(DVC_SUFFIX))
        for path in [*near, *others]:
            if path in self.paths:
                data = self.data(path)
                if data and any(one.path == out.path for one in read_dvc_file(path, data)):
                    return path
        return None


def split(key: str) -> tuple[str, str]:
    """File of the lock and name of the stage, of a key of :attr:`Place.stages`."""
    path, _, name = key.partition(f"{LOCK}:")
    return path + LOCK, name


def definition_keys(place: Place, stage: str) -> tuple[str, Keys]:
    """Where a DVC stage is defined: its file and keys; ``train@item`` is defined as ``train``."""
    lock, name = split(stage)
    path = lock.removesuffix(LOCK) + DEFINITION
    keys = ("stages", name)
    if place.value(path, keys) is ABSENT:
        keys = ("stages", name.partition("@")[0])
    return path, keys


def params_of(place: Place, stage: str) -> Iterator[tuple[str, Keys, Any]]:
    """Parameters that a DVC stage reads: file, keys and value, as the lock recorded them.

    Those of which only its definition makes use (``cmd: train --lr ${lr}``) are in no lock: they
    come from the file of parameters at this place.
    """
    for file, values in place.stages[stage].params.items():
        for key, value in values.items():
            yield file, tuple(str(key).split(".")), value
    path, keys = definition_keys(place, stage)
    body = place.value(path, keys)
    folder = path.rpartition("/")[0]
    for name in _templates(body):
        for file in _sources(folder, place.values(path).get("vars"), body):
            inside = tuple(name.replace("[", ".").replace("]", "").split("."))
            if place.data(file) is not None and place.value(file, inside) is not ABSENT:
                yield file, inside, place.value(file, inside)


def templated(body: Any) -> bool:
    """Whether a definition makes use of ``vars``."""
    return bool(list(_templates(body)))


def _templates(body: Any) -> Iterator[str]:
    if isinstance(body, str):
        yield from _TEMPLATE.findall(body)
    elif isinstance(body, Mapping):
        for key, value in body.items():
            yield from _templates(str(key))
            yield from _templates(value)
    elif isinstance(body, list):
        for item in body:
            yield from _templates(item)


def _sources(folder: str, shared: Any, body: Any) -> Iterable[str]:
    own = body.get("vars") if isinstance(body, Mapping) else None
    listed = [*(shared or []), *(own or [])]
    files = (entry.partition(":")[0] for entry in listed if isinstance(entry, str))
    return dict.fromkeys(join(folder, name) for name in [DEFAULT_PARAMS, *files])
