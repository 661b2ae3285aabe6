"""What in the workspace is not what DVC stages wrote and read: edited by hand, as a rule.

DVC itself is asked: it has noted hashes of what it wrote, and hashes only what was touched since.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from modelref.adapters.dvc.config import Caches
from modelref.adapters.dvc.declared.filenames import DEFINITION, LOCK
from modelref.adapters.dvc.declared.places import Place, split
from modelref.adapters.dvc.engine.opened import check_opened
from modelref.adapters.dvc.engine.running import opened, place_of


def changed_outs(place: Place, root: Path, paths: Collection[str]) -> list[str]:
    """Those of some outs of DVC stages that are others now; what is not there is none.

    Args:
        place: the workspace.
        root: top folder of the checkout.
        paths: repository paths of outs.

    Raises:
        BadInput: DVC cannot read the pipeline.
    """
    makers = {name for path in paths for name in place.graph.makers(path)}
    return _changed(place, root, makers, paths, lambda stage: stage.outs)


def changed_deps(
    place: Place, root: Path, stages: Collection[str], paths: Collection[str]
) -> list[str]:
    """Those of some paths that are not what DVC stages read there; what is not there is none.

    A frozen DVC stage stands for itself: DVC does not look at what it was made from.

    Args:
        place: the workspace.
        root: top folder of the checkout.
        stages: keys of the DVC stages.
        paths: repository paths of what they read.

    Raises:
        BadInput: DVC cannot read the pipeline.
    """
    return _changed(place, root, stages, paths, lambda stage: () if stage.frozen else stage.deps)


def _changed(
    place: Place,
    root: Path,
    stages: Collection[str],
    paths: Collection[str],
    entries: Callable[[Any], Iterable[Any]],
) -> list[str]:
    here = [path for path in paths if (root / path).exists()]
    roots: dict[Path, set[str]] = {}
    for stage in stages if here else ():
        file = split(stage)[0].removesuffix(LOCK) + DEFINITION
        roots.setdefault(Caches(root).root_of(file), set()).add(file)
    changed: set[str] = set()
    for files in roots.values():
        check_opened(place, sorted(files))
        with opened(place, root, min(files)) as repo:
            wanted = {place_of(repo, path): path for path in here}
            for stage in _stages(repo, files):
                known = [entry for entry in entries(stage) if entry.fs_path in wanted]
                changed.update(wanted[one.fs_path] for one in known if _is_changed(one))
    return sorted(changed)


def _stages(repo: Any, files: Iterable[str]) -> Iterator[Any]:
    from dvc.repo.index import Index

    for file in sorted(files):
        yield from Index.from_file(repo, place_of(repo, file)).stages


def _is_changed(entry: Any) -> bool:
    from dvc.dependency import ParamsDependency

    if isinstance(entry, ParamsDependency):
        return False  # of its file only some values were read
    return bool(entry.hash_info and entry.changed_checksum())
