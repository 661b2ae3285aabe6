"""The DVC stages behind a model, and which of their dependencies DVC keeps."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePosixPath

from modelref.adapters.dvc.lockfile import LockedStage
from modelref.domain.lineage import DvcStage, Lineage
from modelref.domain.outs import Out, touches


def lineage_of(
    stages: Sequence[LockedStage], read_dvc_files: Callable[[Iterable[str]], Iterable[Out]]
) -> Lineage:
    """Gather what is known of the DVC stages behind a model.

    Args:
        stages: these, as ``dvc.lock`` has recorded them.
        read_dvc_files: reads the outs of those ``.dvc`` files that are there.
    """
    known = tuple(_stage(stage) for stage in stages)
    made = {out.path for stage in known for out in stage.outs}
    strange = {dep.path for stage in known for dep in stage.deps} - made
    kept = [out.path for out in read_dvc_files(sorted(_beside(strange)))]
    return Lineage(
        known,
        frozenset(path for path in strange if any(touches(path, other) for other in kept)),
    )


def _stage(stage: LockedStage) -> DvcStage:
    return DvcStage(
        stage.name,
        stage.commands,
        stage.inputs,
        stage.outs,
        {path: tuple(keys) for path, keys in stage.params.items()},
    )


def _beside(paths: Iterable[str]) -> set[str]:
    """The ``.dvc`` files that may track some paths, or a folder around one."""
    around = {str(one) for path in paths for one in (path, *PurePosixPath(path).parents)}
    return {f"{one}.dvc" for one in around - {"."}}
