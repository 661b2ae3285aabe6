"""Files of a model that changed in the workspace since ``dvc add``: a ``.dvc`` file knows them not.

DVC itself is not asked: to import it takes longer than to hash what changed.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from modelref.adapters.dvc.cache import DvcOutputs
from modelref.adapters.dvc.places import Place
from modelref.domain.outs import GIT, Out, OutFile, is_within
from modelref.errors import OutOfReach

_IGNORES = ".dvcignore"
_NEVER = frozenset({".git", ".hg", ".dvc"})
"""As in DVC's own list, dvc/ignore.py."""


def edited_outs(
    place: Place, made: Iterable[str], outs: Iterable[Out], outputs: DvcOutputs
) -> Iterator[str]:
    """Find outs that ``dvc add`` tracks and whose files are others now.

    A file that is not there is none that changed: perhaps nobody checked it out. Of files that
    DVC may ignore nothing is said.

    Args:
        place: the workspace.
        made: repository paths of what DVC stages make.
        outs: the model's.
        outputs: the bytes of outs.
    """
    stages = set(made)
    root = place.commits.repository.root
    for out in outs:
        if out.algorithm == GIT or out.path in stages:
            continue
        if place.dvc_file(out) is None:
            continue
        try:
            if _changed(root, out, outputs):
                yield out.path
        except (OSError, OutOfReach):
            continue  # who needs them is told that they cannot be read


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
