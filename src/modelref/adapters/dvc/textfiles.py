"""Reading YAML, JSON and TOML as DVC reads them, from files that nobody vouches for."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any

from modelref.errors import BadInput

_MAX_BYTES = 32 * 1024 * 1024
_MAX_NODES = 2_000_000
"""Values that a file may have once its aliases are written out; a bomb has billions."""


def parse(path: str, data: bytes) -> Any:
    """Parse a file by its suffix: ``.json``, ``.toml``, anything else as YAML.

    Args:
        path: its name, for the choice and the message.
        data: its bytes.

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

            return tomllib.loads(text)
        return _parse_yaml(path, text)
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


def _parse_yaml(path: str, text: str) -> Any:
    with composed(path, text) as (loader, node):
        return None if node is None else loader.construct_document(node)


@contextmanager
def composed(path: str, text: str) -> Iterator[tuple[Any, Any]]:
    """Parse YAML to PyYAML's loader and node, which knows where it stands; None without one.

    Raises:
        BadInput: it is not valid YAML, or a bomb.
    """
    import yaml

    loader = _loader_class()(text)
    try:
        node = loader.get_single_node()
        if node is not None and "*" in text and _written_out(node) > _MAX_NODES:
            raise _refused(path, "repeats its aliases without end")
        yield loader, node
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise _refused(path, f"is not valid YAML: {where}{error.problem}") from error
    except yaml.YAMLError as error:
        raise _refused(path, f"is not valid YAML: {error}") from error
    finally:
        loader.dispose()


def _written_out(node: Any) -> int:
    """Number of values below a node once every alias is written out, in linear time."""
    sizes: dict[int, int] = {}
    begun: set[int] = set()
    pending = [node]
    while pending:
        item = pending[-1]
        children = _children(item)
        if id(item) in begun:
            pending.pop()
            # A child without a size by now holds the item itself: it has no end.
            sizes[id(item)] = 1 + sum(sizes.get(id(child), _MAX_NODES) for child in children)
        else:
            begun.add(id(item))
            pending.extend(child for child in children if id(child) not in begun)
    return sizes[id(node)]


def _children(node: Any) -> list[Any]:
    if not isinstance(node.value, list):
        return []
    pairs = (child if isinstance(child, tuple) else (child,) for child in node.value)
    return [part for pair in pairs for part in pair]


def _loader_class() -> Any:
    """PyYAML's safe C loader with the scalars of YAML 1.2, which DVC reads: 1e-3 is a number."""
    import yaml

    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc,valid-type]  # the base is found at run time
        yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  # PyYAML's own interface

    resolvers = {
        "null": (r"~|null|Null|NULL|", "~nN\0"),
        "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
        "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
        "float": (
            (
                r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
                r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
            ),
            "-+0123456789.",
        ),
        "timestamp": (
            r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ][0-9:.]+(?:[Zz]|[-+][0-9:]+)?)?",
            "0123456789",
        ),
        "merge": (r"<<", "<"),
    }
    for name, (pattern, first) in resolvers.items():
        firsts = ["" if character == "\0" else character for character in first]
        tag = f"tag:yaml.org,2002:{name}"
        Loader.add_implicit_resolver(tag, re.compile(rf"(?:{pattern})\Z"), firsts)
    Loader.add_constructor("tag:yaml.org,2002:int", _construct_int)
    return Loader


def _construct_int(loader: Any, node: Any) -> int:
    text = loader.construct_scalar(node)
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    return int(text[2:] if base != 10 else text, base)


def _refused(path: str, why: str) -> BadInput:
    return BadInput(f"{path} {why}", kind="unreadable-file", hint=f"mend {path}")
