"""Read params.yaml."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from recommender.errors import ParamsError
from recommender.params.section import Section

if TYPE_CHECKING:
    from pathlib import Path

_BOOL = "tag:yaml.org,2002:bool"


class _Loader(yaml.SafeLoader):
    """YAML 1.2 booleans, as DVC reads them: `on` and `no` are words, not true and false."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOL]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOL, re.compile("^(?:true|false)$", re.IGNORECASE), list("tTfF"))

_HINT = "see the comments in params.yaml, or `git checkout params.yaml` to start again"


def parse_yaml(text: str) -> Any:
    """Parse a YAML document as DVC would; no tag makes anything but plain values."""
    return yaml.load(text, _Loader)  # noqa: S506


def read_params(path: Path) -> Section:
    """Read a params file.

    Args:
        path: The YAML file, usually `params.yaml` in the current directory.

    Returns:
        The root section; nothing in it is checked yet.

    Raises:
        ParamsError: There is no such file, or it is not a YAML mapping.
    """
    try:
        document = parse_yaml(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        hint = "run the DVC stage in the folder that holds dvc.yaml"
        raise ParamsError(f"{path}: no such file", hint) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise ParamsError(f"{path}: not readable as YAML ({reason})", _HINT) from error
    if not isinstance(document, dict):
        raise ParamsError(f"{path}: must hold a mapping of sections", _HINT)
    return Section("", document)
