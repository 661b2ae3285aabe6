"""Get: the files of a version, verified, without a checkout; what is missing, from its remote."""

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol

from modelref.domain.outs import Out, OutFile, is_within
from modelref.domain.target import Revision
from modelref.errors import BadInput, OutOfReach
from modelref.usecases.links import through_links
from modelref.usecases.whereabouts import list_files

if TYPE_CHECKING:
    from modelref.ports import World


_LONGEST = 200
"""Bytes of a folder's name that leave room for that of the scratch folder beside it."""


class Filed(Protocol):
    """A model's files somewhere."""

    @property
    def target(self) -> Revision:
        """The version, or the commit."""

    @property
    def path(self) -> str:
        """Repository path of the model's files."""

    @property
    def outs(self) -> tuple[Out, ...]:
        """Its outs."""


@dataclass(frozen=True, slots=True)
class Got:
    """Files brought to a folder.

    Attributes:
        folder: where they lie.
        files: by repository path, where each lies.
        already: whether they lay there before, the very same, so that nothing was written.
    """

    folder: Path
    files: dict[str, Path]
    already: bool = False


def get(
    world: "World",
    resolved: Filed,
    folder: Path,
    paths: Sequence[str] = (),
    *,
    deep: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Got:
    """Bring the files of a version to a folder that does not exist yet, all or none.

    A folder that holds just these files is left as it is, so that a command can be repeated.

    Args:
        world: the ports.
        resolved: the version.
        folder: where to; files lie there relative to the model's path.
        paths: only these files and folders, as repository paths or relative to the model's path.
        deep: hash every file even if it was checked before.
        progress: called with what came from DVC remotes so far, then with the path of each file.

    Raises:
        BadInput: the folder holds anything else, or a path is not in the version.
        Refused: a file is a symbolic link to what is no file of the model.
        OutOfReach: bytes are damaged, or neither here nor on their DVC remote; the folder is not
            made.
    """
    known = list_files(world, resolved.outs, progress)
    wanted = _select(resolved, known, paths)
    sources = through_links(world, resolved.target.commit, resolved.path, known, wanted)
    files = {file.path: folder / _inside(resolved, file) for file in wanted}
    _check_name(folder)
    there = {files[one.path]: source for one, source in sources.items()}
    if not _occupied(folder):
        world.outputs.fetch([*sources.values()], progress)
        if _hand_over(world, resolved, sources, folder, deep=deep, progress=progress):
            return Got(folder, files)
    if _holds(world, folder, there, deep=deep):
        return Got(folder, files, already=True)
    raise BadInput(
        f"{folder} exists and is not an empty folder, nor has it just these files",
        kind="target-exists",
        hint="name another folder with -o, or remove it",
    )


def _hand_over(
    world: "World",
    resolved: Filed,
    sources: Mapping[OutFile, OutFile],
    folder: Path,
    *,
    deep: bool,
    progress: Callable[[str], None],
) -> bool:
    """Place files beside a folder, and name them as it once all are there.

    Returns:
        False where somebody else filled the folder meanwhile.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        made = scratch / "made"  # a folder as the person's umask has it, which mkdtemp ignores
        made.mkdir()
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        for file, source in sources.items():
            progress(file.path)
            target = made / _inside(resolved, file)
            target.parent.mkdir(parents=True, exist_ok=True)
            world.outputs.place(source, target, deep=deep)
        made.replace(folder)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            return False
        raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return True


def _check_name(folder: Path) -> None:
    if len(os.fsencode(folder.name)) > _LONGEST:
        raise BadInput(
            f"{str(folder)[:_LONGEST]}… is too long a name for a folder",
            kind="invalid-name",
            hint="name another folder with -o",
        )


def _occupied(folder: Path) -> bool:
    return folder.is_symlink() or (
        folder.exists()
        and (not folder.is_dir() or any(folder.iterdir()) or folder.samefile(Path.cwd()))
    )


def _holds(world: "World", folder: Path, wanted: Mapping[Path, OutFile], *, deep: bool) -> bool:
    """Whether a folder has just some files, with their very bytes."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    try:
        there = {path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()}
        return there == wanted.keys() and all(
            world.outputs.is_copy(file, path, deep=deep) for path, file in wanted.items()
        )
    except OSError:
        return False


def _select(resolved: Filed, files: list[OutFile], paths: Sequence[str]) -> list[OutFile]:
    if not paths:
        return files
    chosen: dict[OutFile, None] = {}
    for path in paths:
        clean = path.removeprefix("./").rstrip("/")
        hits = [
            file
            for file in files
            if is_within(file.path, clean) or is_within(file.path, f"{resolved.path}/{clean}")
        ]
        if not hits:
            known = ", ".join(str(_inside(resolved, file)) for file in files[:8])
            raise BadInput(
                f"{resolved.target} has no file {path!r}",
                kind="unknown-path",
                hint=f"it has {known}",
            )
        chosen.update(dict.fromkeys(hits))
    return list(chosen)


def _inside(resolved: Filed, file: OutFile) -> PurePosixPath:
    """A file's place in the folder: below the model's path, or its name if it is all."""
    path = PurePosixPath(file.path)
    return (
        PurePosixPath(path.name) if file.path == resolved.path else path.relative_to(resolved.path)
    )


def _unwritable(folder: Path, error: OSError) -> OutOfReach:
    return OutOfReach(
        f"cannot write {folder}: {error.strerror}",
        kind="unwritable",
        hint=f"see that {folder.parent} can be written and has room",
    )
