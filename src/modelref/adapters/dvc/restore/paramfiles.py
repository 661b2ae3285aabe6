"""Setting parameters in the files that hold them: YAML, JSON and TOML."""

import copy
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from modelref.adapters.dvc.parsing.textfiles import mapping
from modelref.adapters.dvc.parsing.trees import ABSENT, Keys, put
from modelref.adapters.dvc.restore.yamltext import edit
from modelref.errors import BadInput


def settable(path: str) -> bool:
    """Whether this code can set parameters of a file; DVC also reads them from Python modules."""
    return PurePosixPath(path).suffix.lower() != ".py"


def set_params(path: str, text: str, wants: Sequence[tuple[Keys, Any]], source: str) -> str:
    """Set parameters in a file, its comments and layout kept.

    Args:
        path: its name.
        text: what it holds.
        wants: paths of keys with values.
        source: the file as it was at the version, from which spellings are taken.

    Raises:
        BadInput: the file cannot be parsed, or not edited without changing more.
    """
    if PurePosixPath(path).suffix.lower() != ".toml":
        return edit(path, text, wants, source, fine=True)
    import tomlkit

    document = tomlkit.parse(text)
    meant = mapping(path, text.encode())
    for keys, value in wants:
        put(meant, keys, copy.deepcopy(value))
        _put_finely(document, keys, value)
    done = tomlkit.dumps(document)
    if mapping(path, done.encode()) != meant:
        raise BadInput(f"{path} cannot be edited without changing more", kind="unreadable-file")
    return done


def _put_finely(document: Any, keys: Keys, value: Any) -> None:
    """Set only what differs below a table, so that the comments beside the rest stay."""
    here: Any = document
    for key in keys:
        here = here.get(key, ABSENT) if hasattr(here, "get") else ABSENT
    if not isinstance(value, dict) or not hasattr(here, "keys"):
        put(document, keys, value)
        return
    for name in [name for name in here if name not in value]:
        del here[name]
    for name, child in value.items():
        _put_finely(document, (*keys, name), child)
