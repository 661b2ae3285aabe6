"""DVC's files at one place, a commit or the workspace: definitions, locks and their graph."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from modelref.adapters.dvc.config import CONFIG
from modelref.adapters.dvc.declared.definition import MODEL, Definition
from modelref.adapters.dvc.declared.filenames import DEFAULT_PARAMS, DEFINITION, DVC_SUFFIX, LOCK
from modelref.adapters.dvc.declared.lockfile import LockedStage, graph_of, join, read_dvc_file
from modelref.adapters.dvc.declared.placefiles import PlaceFiles
from modelref.adapters.dvc.declared.templates import TEMPLATE
from modelref.adapters.dvc.parsing.trees import ABSENT, Keys
from modelref.domain.names import Artifact
from modelref.domain.outs import Out
from modelref.domain.snapshot import Annotation
from modelref.errors import BadInput

if TYPE_CHECKING:
    from modelref.domain.sharing import Graph


class Place(PlaceFiles):
    """DVC's files at one place, a commit or the workspace."""

    def _named(self, name: str) -> list[str]:
        return sorted(path for path in self.paths if path.rpartition("/")[2] == name)

    @cached_property
    def _definitions(self) -> dict[str, Definition]:
        return {}

    @cached_property
    def _artifacts(self) -> dict[str, Mapping[str, Annotation]]:
        return {}

    @cached_property
    def _locked(self) -> dict[str, tuple[LockedStage, ...]]:
        return {}

    @cached_property
    def locked_folders(self) -> Sequence[str]:
        """Folders that have a ``dvc.lock``, all of whose files are read at once."""
        folders = [path.removesuffix(LOCK) for path in self._named(LOCK)]
        self.load([f"{folder}{name}" for folder in folders for name in (LOCK, DEFINITION)])
        return [folder.rstrip("/") for folder in folders]

    @cached_property
    def stages(self) -> Mapping[str, LockedStage]:
        """Every locked DVC stage, by ``FILE:NAME`` of its lock."""
        return {
            key: stage
            for folder in self.locked_folders
            for key, stage in self.locked_by_key(folder).items()
        }

    def locked_by_key(self, folder: str) -> Mapping[str, LockedStage]:
        """The locked DVC stages of one folder, by ``FILE:NAME`` of its lock."""
        return {f"{join(folder, LOCK)}:{stage.name}": stage for stage in self.locked(folder)}

    def dvc_root(self, path: str) -> PurePosixPath | None:
        """Top folder of the DVC repository that a path of the commit belongs to, if to any."""
        parents = PurePosixPath(path).parents
        return next((one for one in parents if str(one / CONFIG) in self.paths), None)

    def locked(self, folder: str) -> tuple[LockedStage, ...]:
        """The locked DVC stages of one folder."""
        if folder not in self._locked:
            path = join(folder, LOCK)
            self.load([path, join(folder, DEFINITION)])
            definition = self.definition(folder)
            self._locked[folder] = definition.locked(path, self.data(path) or b"")
        return self._locked[folder]

    def hidden(self, folder: str) -> Sequence[str]:
        """Say which locked DVC stages of a folder are left out, as nothing tells where they ran."""
        definition = self.definition(folder)
        if not any("${" in wdir for wdir in definition.wdirs().values()):
            return ()
        named = self.values(join(folder, LOCK)).get("stages") or {}
        templates = definition.templates
        return [
            f"DVC stage {name} of {definition.path} runs in a folder that its template does not "
            f"tell: {templates.body(str(name)).get('wdir')}"
            for name in named
            if templates.wdir(str(name)) is None
        ]

    def loose_metrics(self, folder: str) -> Sequence[str]:
        """Metrics files that the ``dvc.yaml`` of a folder lists, and that no DVC stage makes."""
        made = {out.path for stage in self.stages.values() for out in stage.outs}
        return self.definition(folder).metrics_files((), made)

    @cached_property
    def graph(self) -> "Graph":
        """The locked stages as a graph."""
        return graph_of(self.stages)

    def definition(self, folder: str) -> Definition:
        """The ``dvc.yaml`` of a folder."""
        path = join(folder, DEFINITION)
        if path not in self._definitions:
            self.load([path, join(folder, LOCK)])  # whoever wants the one wants the other
            self._definitions[path] = Definition.read(path, self.data(path) or b"", self._sources)
        return self._definitions[path]

    def _sources(self, paths: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """What is in the files of values that templates name; DVC says what is wrong with one."""
        self.load(paths)
        found: dict[str, Mapping[str, Any]] = {}
        for path in paths:
            with suppress(BadInput):
                found[path] = self.values(path)
        return found

    def artifacts(self, folder: str) -> Mapping[str, Annotation]:
        """What the ``dvc.yaml`` of a folder declares, by name."""
        if folder not in self._artifacts:
            self._artifacts[folder] = self.definition(folder).artifacts()
        return self._artifacts[folder]

    def definitions(self) -> Iterator[Definition]:
        """Every ``dvc.yaml``, by path."""
        paths = self._named(DEFINITION)
        self.load(paths)
        for path in paths:
            yield self.definition(path.rpartition("/")[0])

    def models(self) -> Mapping[str, str]:
        """Paths of the files of every declared model."""
        found = {}
        for definition in self.definitions():
            for name, annotation in self.artifacts(definition.folder).items():
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

    def outs_by_file(self) -> Mapping[str, Sequence[Out]]:
        """All outs, by the ``dvc.lock`` or ``.dvc`` file that has them."""
        found: dict[str, list[Out]] = {}
        for key, stage in self.stages.items():
            found.setdefault(split(key)[0], []).extend(stage.outs)
        kept = sorted(path for path in self.paths if path.endswith(DVC_SUFFIX))
        self.load(kept)
        return found | {path: self.tracked([path]) for path in kept}

    def tracked(self, paths: Iterable[str]) -> list[Out]:
        """Outs of some ``.dvc`` files, those that are there."""
        names = list(paths)
        self.load(names)
        texts = {name: self.data(name) for name in names}
        return [out for name, data in texts.items() if data for out in read_dvc_file(name, data)]

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


def absent_params(then: Place, now: Place, stage: str) -> Iterator[tuple[str, Keys]]:
    """Parameters at one place that were not there at another, of files that are read as a whole.

    Args:
        then: where the DVC stage is.
        now: where there may be more of them.
        stage: key of the DVC stage at ``then``.
    """
    locked = then.stages[stage]
    folder = split(stage)[0].removesuffix(LOCK).rstrip("/")
    for file in sorted(then.definition(folder).whole_params(locked)):
        known = {str(key).partition(".")[0] for key in locked.params[file]}
        if now.data(file) is not None and PurePosixPath(file).suffix != ".py":
            yield from ((file, (str(key),)) for key in now.values(file) if str(key) not in known)


def templated(body: Any) -> bool:
    """Whether a definition makes use of ``vars``."""
    return bool(list(_templates(body)))


def _templates(body: Any) -> Iterator[str]:
    if isinstance(body, str):
        yield from TEMPLATE.findall(body)
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
