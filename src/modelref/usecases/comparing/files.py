"""Files of one side by repository path, as its dvc.lock knows them."""

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from modelref.domain.outs import OutFile
from modelref.errors import OutOfReach
from modelref.usecases.comparing.sides import Side

if TYPE_CHECKING:
    from modelref.ports import World


def find_file(world: "World", side: Side, path: str) -> OutFile:
    """Find a file that a DVC stage of the model reads or writes, or one in such a folder.

    Also one that ``meta.modelref`` names and a ``.dvc`` file tracks.

    Raises:
        OutOfReach: DVC knows no such file, or the folder's manifest is not here.
    """
    out = side.snapshot.lineage.find(path)
    if out is None:
        raise OutOfReach(
            f"{side}: no DVC stage of the model has recorded {path} in dvc.lock",
            kind="unknown-path",
            hint=_meant(side, path)
            or f"make it an out or a dependency of a DVC stage and dvc repro, or dvc add {path}",
        )
    if out.path == path and not out.is_dir:
        return OutFile(path, out.algorithm, out.hash)
    file = next((file for file in world.outputs.files(out) if file.path == path), None)
    if file is None:
        raise OutOfReach(f"{side}: there is no file {path} in {out.path}", kind="unknown-path")
    return file


def _meant(side: Side, path: str) -> str:
    """The hint where a path starts at a folder around the model, as ``path:`` does; else ``""``."""
    for folder in PurePosixPath(side.snapshot.annotation.path).parents:
        meant = str(folder / path)
        if folder.name and side.snapshot.lineage.find(meant):
            return f"did you mean {meant}? paths in meta.modelref start at the repository's top"
    return ""
