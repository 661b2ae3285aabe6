"""Is a model what its pipeline would make? Asked of DVC itself, at a commit, without a checkout."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from modelref.adapters.dvc.declared.places import Place
from modelref.adapters.dvc.engine.opened import all_files, check_opened
from modelref.adapters.dvc.engine.running import opened, place_of


def staleness(place: Place, root: Path, path: str) -> Sequence[str]:
    """Say in what ``dvc.lock`` disagrees with ``dvc.yaml`` and the committed inputs.

    Only the DVC stages that make a path, and those they need, are looked at: another model's
    stale state says nothing of this one.

    Args:
        place: DVC's files at a commit, or in the workspace.
        root: top folder of the checkout, which may hold several DVC repositories.
        path: repository path of the model's files.

    Returns:
        One line a reason, empty when all agrees.

    Raises:
        BadInput: DVC cannot read the pipeline at that commit, or a file of it is built to fill the
            memory; or DVC's default remote is none that it knows.
    """
    # A few files are enough to find a model up to date; a large repository has many others.
    # Whatever they say against it is said of all files.
    files = place.files_behind(path)
    check_opened(place, files)
    with opened(place, root, path) as repo:
        if files and _fresh(repo, path, files):
            return ()
        check_opened(place, all_files(place))
        if not _producers(repo, repo.index, path):
            return _unmade(place, path)
        return tuple(dict.fromkeys(_reasons(repo, repo.index, path)))


def _unmade(place: Place, path: str) -> tuple[str, ...]:
    """Why nothing that DVC reads makes a path, where a ``dvc.lock`` says that something does."""
    if not place.graph.makers(path):
        return ()
    return (f"dvc.lock has a DVC stage that makes {path}, and DVC knows none in dvc.yaml",)


def _fresh(repo: Any, path: str, files: Sequence[str]) -> bool:
    """Whether a few of DVC's files are enough to find a model up to date."""
    from dvc.exceptions import DvcException
    from dvc.repo.index import Index

    try:
        parts = [Index.from_file(repo, place_of(repo, name)) for name in files]
        index = Index.from_indexes(repo, parts)
        return bool(_producers(repo, index, path)) and not _reasons(repo, index, path)
    except DvcException:
        return False  # the whole repository tells why


def _producers(repo: Any, index: Any, path: str) -> list[Any]:
    target = place_of(repo, path)
    return [
        stage
        for stage in index.stages
        if any(_overlap(repo.fs, out.fs_path, target) for out in stage.outs)
    ]


def _reasons(repo: Any, index: Any, path: str) -> list[str]:
    return [
        reason
        for stage in _with_upstream(index, _producers(repo, index, path))
        for reason in _stage_reasons(repo, index, stage)
    ]


def _stage_reasons(repo: Any, index: Any, stage: Any) -> Iterator[str]:
    if getattr(stage, "cmd_changed", False):
        yield f"the command of DVC stage {stage.addressing.rpartition(':')[2]} changed"
    if not stage.frozen:
        for dep in stage.deps:
            yield from _dep_reasons(repo, index, stage, dep)
    for out in stage.outs:
        yield from _out_reasons(repo, stage, out)


def _with_upstream(index: Any, producers: Sequence[Any]) -> list[Any]:
    """Stages and all that they need, these first."""
    wanted: set[Any] = set()
    pending = list(producers)
    while pending:
        stage = pending.pop()
        if stage not in wanted:
            wanted.add(stage)
            # A frozen DVC stage stands for itself: DVC does not look at what it was made from.
            pending += [] if stage.frozen else list(index.graph.successors(stage))
    return sorted(wanted, key=lambda stage: str(stage.addressing))


def _dep_reasons(repo: Any, index: Any, stage: Any, dep: Any) -> Iterator[str]:
    name = stage.addressing.rpartition(":")[2]
    if dep.fs is not repo.fs:
        return  # a URL or a path outside the repository: no commit says what it was
    if dep.exists:
        for path, change in dep.status().items():
            if isinstance(change, dict):
                for key, what in change.items():
                    yield f"parameter {key} of {path} is {what} since DVC stage {name} ran"
            else:
                yield f"{path} is {change} since DVC stage {name} ran"
        return
    shown = dep.def_path
    made = _made_hash(index, dep)
    if made is None:
        yield f"{shown}, which DVC stage {name} reads, is neither in git nor made by DVC there"
    elif dep.hash_info.value != made:
        yield f"{shown} was made anew after DVC stage {name} ran"


def _out_reasons(repo: Any, stage: Any, out: Any) -> Iterator[str]:
    name = stage.addressing.rpartition(":")[2]
    if not out.hash_info:
        yield f"DVC stage {name} has not been run: dvc.lock does not know its output {out.def_path}"
    elif not out.use_cache and out.fs is repo.fs and out.exists:
        for path in out.status():
            yield f"{path} is not what DVC stage {name} wrote"


def _made_hash(index: Any, dep: Any) -> str | None:
    """The hash that DVC has for a path there: an out's own, or that of a file in a folder."""
    for stage in index.stages:
        for out in stage.outs:
            if out.fs_path == dep.fs_path and out.hash_info:
                return str(out.hash_info.value)
            if dep.fs_path.startswith(f"{out.fs_path}/") and out.hash_info:
                # Inside a folder that is tracked as a whole: what the lock says is the best
                # that can be known without the folder's manifest.
                return _inside(out, dep) or str(dep.hash_info.value)
    return None


def _inside(out: Any, dep: Any) -> str | None:
    tree = out.get_obj()
    if tree is None:
        return None
    key = tuple(dep.fs_path.removeprefix(f"{out.fs_path}/").split("/"))
    known = {parts: info for parts, _, info in tree}
    return str(known[key].value) if known.get(key) else None


def _overlap(fs: Any, a: str, b: str) -> bool:
    return bool(a == b or fs.isin(a, b) or fs.isin(b, a))
