"""The YAML files that DVC opens, parsed by us first: DVC writes out any number of aliases."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from modelref.adapters.dvc.declared.definition import Definition
from modelref.adapters.dvc.declared.filenames import DEFAULT_PARAMS, DEFINITION, DVC_SUFFIX, LOCK
from modelref.adapters.dvc.declared.lockfile import join_folder
from modelref.adapters.dvc.declared.places import Place
from modelref.adapters.dvc.declared.templates import file_pattern
from modelref.adapters.dvc.parsing.textfiles import parse
from modelref.errors import BadInput

_NAMING = ("vars", "params")
"""Keys of a ``dvc.yaml`` below which files are named that DVC reads with it."""


def check_opened(place: Place, files: Iterable[str]) -> None:
    """Parse what DVC opens when it loads some of its files.

    Args:
        place: where.
        files: repository paths of ``dvc.yaml`` and ``.dvc`` files.

    Raises:
        BadInput: one is not what its name says, too large, or built to be.
    """
    opened = dict.fromkeys(path for file in files for path in _with_named(place, file))
    place.load(opened)
    for path in opened:
        data = place.data(path)
        if data is not None and PurePosixPath(path).suffix != ".py":
            parse(path, data)


def all_files(place: Place) -> list[str]:
    """Every ``dvc.yaml`` and ``.dvc`` file of a place."""
    return sorted(
        path
        for path in place.paths
        if path.rpartition("/")[2] == DEFINITION or path.endswith(DVC_SUFFIX)
    )


def _with_named(place: Place, file: str) -> Iterator[str]:
    yield file
    folder, _, name = file.rpartition("/")
    if name != DEFINITION:
        return
    yield f"{file.removesuffix(DEFINITION)}{LOCK}"
    for stage in place.locked(folder):
        yield from stage.params
    definition = place.definition(folder)
    for base in _folders(definition):
        for entry in (DEFAULT_PARAMS, *_named(definition.raw)):
            yield from _meant(place, base, entry)


def _folders(definition: Definition) -> set[str]:
    """Folders that names in a ``dvc.yaml`` may be relative to."""
    found = {definition.folder}
    for wdir in definition.wdirs().values():
        found.add(join_folder(definition.folder, wdir))
    return found


def _named(tree: Any) -> Iterator[str]:
    """What stands below the keys that name files, however deep they are."""
    if isinstance(tree, list):
        for item in tree:
            yield from _named(item)
    elif isinstance(tree, Mapping):
        for key, value in tree.items():
            if key in _NAMING:
                yield from _words(value)
            yield from _named(value)


def _words(listed: Any) -> Iterator[str]:
    for entry in listed if isinstance(listed, list) else [listed]:
        words = entry if isinstance(entry, Mapping) else [entry]
        yield from (str(word).partition(":")[0] for word in words)


def _meant(place: Place, base: str, entry: str) -> Iterator[str]:
    if "${" in base or "${" in entry:
        pattern = file_pattern(base, entry)
        yield from (path for path in place.paths if pattern.fullmatch(path))
        return
    try:
        path = join_folder(base, entry)
    except BadInput:
        return  # outside of the repository: a commit has no such file
    if path:
        yield path
