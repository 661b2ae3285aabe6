"""The DVC stages behind a model, and which of their dependencies DVC keeps."""

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import PurePosixPath

from modelref.adapters.dvc.declared.filenames import DVC_SUFFIX
from modelref.adapters.dvc.declared.lockfile import LockedStage
from modelref.domain.lineage import DvcStage, Lineage
from modelref.domain.outs import Out, is_within, touches


def lineage_of(
    stages: Sequence[LockedStage],
    read_dvc_files: Callable[[Iterable[str]], Iterable[Out]],
    named: Collection[str] = (),
) -> Lineage:
    """Gather what is known of the DVC stages behind a model.

    Args:
        stages: these, as ``dvc.lock`` has recorded them.
        read_dvc_files: reads the outs of those ``.dvc`` files that are there.
        named: files that the model's entry in dvc.yaml names, whoever keeps them.
    """
    known = tuple(_stage(stage) for stage in stages)
    made = {out.path for stage in known for out in stage.outs}
    strange = {dep.path for stage in known for dep in stage.deps} - made
    kept = list(read_dvc_files(dvc_files_of(strange.union(named))))
    return Lineage(
        known,
        frozenset(path for path in strange if any(touches(path, out.path) for out in kept)),
        tuple(out for out in kept if any(is_within(path, out.path) for path in named)),
    )


def _stage(stage: LockedStage) -> DvcStage:
    return DvcStage(
        stage.name,
        stage.commands,
        stage.inputs,
        stage.outs,
        {path: tuple(keys) for path, keys in stage.params.items()},
    )


def dvc_files_of(paths: Iterable[str]) -> Sequence[str]:
    """The ``.dvc`` files that may track some paths, or a folder around one."""
    around = {str(one) for path in paths for one in (path, *PurePosixPath(path).parents)}
    return sorted(f"{one}{DVC_SUFFIX}" for one in around - {"."})
