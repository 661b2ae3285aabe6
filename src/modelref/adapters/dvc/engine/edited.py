"""Files of a model that changed in the workspace since DVC recorded them: its files know it not.

DVC itself is asked as little as can be: to import it takes longer than to hash what changed.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from modelref.adapters.dvc.declared.places import Place
from modelref.adapters.dvc.store.cache import DvcOutputs
from modelref.domain.edited import Edited, Recorded
from modelref.domain.outs import GIT, Out, OutFile, is_within
from modelref.errors import OutOfReach

_IGNORES = ".dvcignore"
_NEVER = frozenset({".git", ".hg", ".dvc"})
"""As in DVC's own list, dvc/ignore.py."""
_LARGE = 64 << 20
"""Bytes that are hashed in less time than it takes to import DVC and to have it read a pipeline."""

Seen = list[tuple[OutFile, os.stat_result]]


def edited_outs(place: Place, outs: Iterable[Out], outputs: DvcOutputs) -> list[Edited]:
    """Find outs whose files are others now than those that ``dvc add`` or a DVC stage recorded.

    A file that is not there is none that changed: perhaps nobody checked it out. Of files that
    DVC may ignore nothing is said.

    Args:
        place: the workspace.
        outs: the model's.
        outputs: the bytes of outs.

    Raises:
        BadInput: DVC cannot read the pipeline.
    """
    made = {out.path for stage in place.stages.values() for out in stage.outs}
    kept = [out for out in outs if out.algorithm != GIT]
    added = [out for out in kept if out.path not in made and place.dvc_file(out) is not None]
    edited = [Edited(path, Recorded.ADD) for path in _edited(place, added, outputs)]
    run = [out for out in kept if out.path in made]
    return [*edited, *(Edited(path, Recorded.REPRO) for path in _rewritten(place, run, outputs))]


def _edited(place: Place, outs: Iterable[Out], outputs: DvcOutputs) -> Iterator[str]:
    root = place.commits.repository.root
    for out in outs:
        try:
            if _changed(root, out, outputs):
                yield out.path
        except (OSError, OutOfReach):
            continue  # who needs them is told that they cannot be read


def _rewritten(place: Place, outs: Iterable[Out], outputs: DvcOutputs) -> Iterator[str]:
    """Outs of DVC stages that changed; of large ones DVC has noted the hashes."""
    root = place.commits.repository.root
    large: dict[str, Seen] = {}
    for out in outs:
        try:
            seen = _unnoted(root, out, outputs)
            if sum(now.st_size for _, now in seen) > _LARGE:
                large[out.path] = seen
            elif _changed(root, out, outputs):
                yield out.path
        except (OSError, OutOfReach):
            large[out.path] = []
    if large:
        from modelref.adapters.dvc.engine.handmade import changed_outs

        changed = changed_outs(place, root, large)
        yield from changed
        for file, now in (one for path in large.keys() - set(changed) for one in large[path]):
            outputs.checked.remember(root / file.path, now, file.hash)


def _unnoted(root: Path, out: Out, outputs: DvcOutputs) -> Seen:
    """Files of an out that are there, and of which our own notes do not say that they are right."""
    there = [file for file in outputs.files(out) if (root / file.path).is_file()]
    seen = [(file, (root / file.path).stat()) for file in there]
    return [
        (file, now)
        for file, now in seen
        if not outputs.checked.knows(root / file.path, now, file.hash)
    ]


def _changed(root: Path, out: Out, outputs: DvcOutputs) -> bool:
    top = root / out.path
    if not os.path.lexists(top):
        return False
    if top.is_dir() != out.is_dir:
        return True
    asked = f"{out.path}/{out.within}" if out.within else out.path
    known = {file.path: file for file in outputs.files(out) if is_within(file.path, asked)}
    if any(_differs(root / path, file, outputs) for path, file in known.items()):
        return True
    if not out.is_dir or _ignoring(root, top):
        return False
    there = (str(path.relative_to(root)) for path in _plain(top))
    return any(path not in known for path in there if is_within(path, asked))


def _differs(path: Path, file: OutFile, outputs: DvcOutputs) -> bool:
    return os.path.lexists(path) and not outputs.is_copy(file, path)


def _ignoring(root: Path, top: Path) -> bool:
    """Whether DVC may leave out files below a folder: ``dvc init`` writes a list of nothing."""
    above = [folder for folder in (top, *top.parents) if folder.is_relative_to(root)]
    lists = [*(folder / _IGNORES for folder in above), *top.rglob(_IGNORES)]
    lines = (line for path in lists if path.is_file() for line in path.read_bytes().splitlines())
    return any(line.strip() and not line.startswith(b"#") for line in lines)


def _plain(top: Path) -> Iterator[Path]:
    """Files of a folder, but for those of version control, which DVC never takes."""
    for folder, folders, files in os.walk(top):
        folders[:] = [name for name in folders if name not in _NEVER]
        yield from (Path(folder, name) for name in files)
