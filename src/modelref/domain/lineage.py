"""Lineage: the DVC stages behind a model, as they were last run."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from modelref.domain.outs import Out, outs_under, touches


@dataclass(frozen=True, slots=True)
class DvcStage:
    """A DVC stage as it was last run.

    Attributes:
        name: as in dvc.lock, ``train`` or ``train@item``.
        commands: what it ran, in order.
        deps: what it read.
        outs: what it wrote.
        params: names of the parameters that it read, by file.
    """

    name: str
    commands: tuple[str, ...]
    deps: tuple[Out, ...]
    outs: tuple[Out, ...]
    params: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Lineage:
    """The DVC stages that a model depends on and those that use it, evaluation for one.

    Attributes:
        stages: in the order of dvc.lock.
        tracked: paths of dependencies that DVC keeps by a ``.dvc`` file of their own.
        named: outs of ``.dvc`` files that hold what the model's entry in dvc.yaml names, a hold-out
            for one; no DVC stage need read them.
    """

    stages: tuple[DvcStage, ...] = ()
    tracked: frozenset[str] = frozenset()
    named: tuple[Out, ...] = ()

    def inputs(self, model: str) -> Mapping[str, Out]:
        """What the DVC stages read and DVC keeps, the model itself left out, by path.

        Args:
            model: repository path of the model's files.
        """
        return {
            dep.path: dep
            for dep in self._deps()
            if self._is_kept(dep.path) and not touches(dep.path, model)
        }

    def code(self) -> Mapping[str, tuple[str, ...]]:
        """What the DVC stages read and git keeps, by path, with the stages that read it."""
        readers: dict[str, tuple[str, ...]] = {}
        for stage in self.stages:
            for dep in stage.deps:
                if not self._is_kept(dep.path):
                    readers[dep.path] = (*readers.get(dep.path, ()), stage.name)
        return readers

    def find(self, path: str) -> Out | None:
        """What DVC recorded for a path: the out or dependency itself, or the folder around it."""
        known = [out for stage in self.stages for out in (*stage.outs, *stage.deps)]
        known += self.named
        exact = [out for out in known if out.path == path]
        around = [out for out in outs_under(known, path) if out.within]
        return next(iter(exact or around), None)

    def _deps(self) -> Iterator[Out]:
        return (dep for stage in self.stages for dep in stage.deps)

    def _is_kept(self, path: str) -> bool:
        return path in self.tracked or any(
            touches(path, out.path) for stage in self.stages for out in stage.outs
        )


def stages_by_name(stages: Collection[DvcStage]) -> Mapping[str, DvcStage]:
    """DVC stages by name."""
    return {stage.name: stage for stage in stages}
