"""Reading YAML, JSON and TOML as DVC reads them, from files that nobody vouches for."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any

from modelref.adapters.dvc.parsing.yamlloader import compose
from modelref.errors import BadInput

_MAX_BYTES = 32 * 1024 * 1024
_MOST_ADDED_VALUES = 100_000
"""Values that a file's aliases may add once they are written out; a bomb has billions."""
_MOST_ADDED_BYTES = 4 << 20
"""Characters that they may add."""
_DEEPEST_KEY = 100
# The standard library's parser takes time and memory that grow with the square of a key's parts.
_LONG_KEY = re.compile(
    rf"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{_DEEPEST_KEY}}}"""
)
_ENDLESS = (_MOST_ADDED_VALUES * 2, 0)


def parse(path: str, data: bytes, *, unique: bool = False) -> Any:
    """Parse a file by its suffix: ``.json``, ``.toml``, anything else as YAML.

    Args:
        path: its name, for the choice and the message.
        data: its bytes.
        unique: whether YAML that has a key twice is refused, as by DVC.

    Returns:
        Plain dicts, lists and scalars.

    Raises:
        BadInput: it is not what its name says, too large, or built to be.
    """
    if len(data) > _MAX_BYTES:
        raise _refused(path, f"has {len(data):,} bytes, more than {_MAX_BYTES:,}")
    suffix = PurePosixPath(path).suffix.lower()
    try:
        text = data.decode("utf-8")
        if suffix == ".json":
            return json.loads(text)
        if suffix == ".toml":
            import tomllib

            if _LONG_KEY.search(text):
                raise _refused(path, f"has a key of more than {_DEEPEST_KEY} parts")
            return tomllib.loads(text)
        return _parse_yaml(path, text, unique=unique)
    except UnicodeDecodeError as error:
        raise _refused(path, f"is not UTF-8 (byte {error.start})") from error
    except RecursionError as error:
        raise _refused(path, "is nested too deeply") from error
    except ValueError as error:
        raise _refused(path, f"is not valid {suffix.removeprefix('.').upper()}: {error}") from error


def mapping(path: str, data: bytes) -> dict[str, Any]:
    """Parse a file that must hold a mapping (an empty one counts).

    Raises:
        BadInput: as :func:`parse`, or it holds something else.
    """
    value = parse(path, data)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _refused(path, f"holds a {type(value).__name__} where a mapping belongs")
    return value


def _parse_yaml(path: str, text: str, *, unique: bool) -> Any:
    with composed(path, text) as (loader, node):
        if unique and node is not None:
            _refuse_repeated(path, node)
        return None if node is None else loader.construct_document(node)


@contextmanager
def composed(path: str, text: str) -> Iterator[tuple[Any, Any]]:
    """Parse YAML to PyYAML's loader and node, which knows where it stands; None without one.

    Raises:
        BadInput: it is not valid YAML, or a bomb.
    """
    import yaml

    loader = None
    try:
        loader, node = compose(text)
        if node is not None and "*" in text:
            _refuse_bomb(path, node)
        yield loader, node
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise _refused(path, f"is not valid YAML: {where}{error.problem}") from error
    except yaml.YAMLError as error:
        raise _refused(path, f"is not valid YAML: {error}") from error
    finally:
        if loader is not None:
            loader.dispose()


def _refuse_bomb(path: str, node: Any) -> None:
    """Refuse what grows too much once every alias is written out; found in linear time."""
    whole: dict[int, tuple[int, int]] = {}
    begun: set[int] = set()
    pending = [node]
    alone_values = alone_bytes = 0
    while pending:
        item = pending[-1]
        children = _children(item)
        own = len(item.value) if isinstance(item.value, str) else 0
        if id(item) in begun:
            pending.pop()
            # A child without a size by now holds the item itself: it has no end.
            sizes = [whole.get(id(child), _ENDLESS) for child in children]
            whole[id(item)] = (1 + sum(n for n, _ in sizes), own + sum(size for _, size in sizes))
        else:
            begun.add(id(item))
            alone_values += 1
            alone_bytes += own
            pending.extend(child for child in children if id(child) not in begun)
    values, size = whole[id(node)]
    if values - alone_values > _MOST_ADDED_VALUES or size - alone_bytes > _MOST_ADDED_BYTES:
        raise _refused(path, "repeats its aliases without end")


def _refuse_repeated(path: str, node: Any) -> None:
    """Refuse a mapping that has a key twice: which of its values counts is anybody's guess."""
    pending, seen = [node], {id(node)}
    while pending:
        item = pending.pop()
        keys: set[tuple[str, str]] = set()
        for key, *_ in item.value if item.id == "mapping" else ():
            if isinstance(key.value, str):
                name = (key.tag, key.value)
                if name in keys:
                    line = key.start_mark.line + 1
                    raise _refused(path, f"has the key {key.value!r:.80} twice: line {line}")
                keys.add(name)
        fresh = [child for child in _children(item) if id(child) not in seen]
        seen.update(map(id, fresh))
        pending += fresh


def _children(node: Any) -> list[Any]:
    if not isinstance(node.value, list):
        return []
    pairs = (child if isinstance(child, tuple) else (child,) for child in node.value)
    return [part for pair in pairs for part in pair]


def _refused(path: str, why: str) -> BadInput:
    return BadInput(f"{path} {why}", kind="unreadable-file", hint=f"mend {path}")
