"""Files of a model that changed in the workspace since DVC recorded them: its files know it not.

DVC itself is asked as little as can be: to import it takes longer than to hash what changed.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from modelref.adapters.dvc.cache import DvcOutputs
from modelref.adapters.dvc.places import Place
from modelref.domain.edited import Edited, Recorded
from modelref.domain.outs import GIT, Out, OutFile, is_within
from modelref.errors import OutOfReach

_IGNORES = ".dvcignore"
_NEVER = frozenset({".git", ".hg", ".dvc"})
"""As in DVC's own list, dvc/ignore.py."""


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


def _rewritten(place: Place, outs: Iterable[Out], outputs: DvcOutputs) -> Sequence[str]:
    """Outs of DVC stages that changed: DVC has noted their hashes, however large they are."""
    root = place.commits.repository.root
    unknown = [out.path for out in outs if not _untouched(root, out, outputs)]
    if not unknown:
        return ()
    from modelref.adapters.dvc.handmade import changed_outs

    return changed_outs(place, root, unknown)


def _untouched(root: Path, out: Out, outputs: DvcOutputs) -> bool:
    """Whether our own notes are enough to know that nobody touched an out."""
    path = root / out.path
    try:
        return not os.path.lexists(path) or (
            not out.is_dir and path.is_file() and outputs.checked.knows(path, path.stat(), out.hash)
        )
    except OSError:
        return False


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
