"""YAML as DVC reads it: the scalars of version 1.2, numbers with underscores included.

PyYAML's C parser is fast, but speaks version 1.1. Its scalars are replaced here; where it takes a
text for none (``[:8080]``), ruamel.yaml, which DVC reads with, is asked for the nodes.
"""

import re
from typing import Any

_SLOWLY_READ = 256 << 10
"""Characters of a text that the slow parser is asked for."""
_TOO_DEEP = "exceeded maximum nesting depth"
"""What the C parser says of it; the slow one would take seconds to find the same."""
_MOST_DIGITS = 300
"""Digits of a whole number: any that is longer is none of a measurement, and fits in no float."""
_TAG = "tag:yaml.org,2002:"
_SCALARS = {
    "null": (r"~|null|Null|NULL|", "~nN\0"),
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "float": (
        (
            r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)"
            r"|[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?"
            r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
        ),
        "-+0123456789.",
    ),
    "int": (r"[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9_]+)", "-+0123456789"),
    "timestamp": (
        (
            r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
            r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}"
            r"(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?"
        ),
        "0123456789",
    ),
    "merge": (r"<<", "<"),
}


def compose(text: str) -> tuple[Any, Any]:
    """Parse a text to PyYAML's loader, which makes values, and its node; None without one.

    Raises:
        yaml.YAMLError: neither parser reads it.
        RecursionError: it is nested too deeply.
    """
    import yaml

    loader = _loader_class()(text)
    try:
        return loader, loader.get_single_node()
    except yaml.YAMLError as error:
        if _TOO_DEEP in str(error):
            loader.dispose()
            raise RecursionError(_TOO_DEEP) from error
        node = _composed_slowly(text)
        if node is None:
            loader.dispose()
            raise
        return loader, node


def _composed_slowly(text: str) -> Any:
    """The nodes that ruamel.yaml finds, as PyYAML's; None where it finds none either."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    if len(text) > _SLOWLY_READ:
        return None
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except YAMLError:
        return None
    return None if node is None else _converted(node, {})


def _converted(node: Any, known: dict[int, Any]) -> Any:
    import yaml

    if id(node) in known:
        return known[id(node)]
    kind = {"scalar": yaml.ScalarNode, "sequence": yaml.SequenceNode, "mapping": yaml.MappingNode}
    made = kind[node.id](str(node.tag), node.value, node.start_mark, node.end_mark)
    known[id(node)] = made  # before its children: one may hold it
    if node.id == "sequence":
        made.value = [_converted(child, known) for child in node.value]
    elif node.id == "mapping":
        made.value = [
            (_converted(key, known), _converted(value, known)) for key, value in node.value
        ]
    return made


def _loader_class() -> Any:
    import yaml

    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc,valid-type]  # the base is found at run time
        yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  # PyYAML's own interface

    for name, (pattern, first) in _SCALARS.items():
        firsts = ["" if character == "\0" else character for character in first]
        Loader.add_implicit_resolver(f"{_TAG}{name}", re.compile(rf"(?:{pattern})\Z"), firsts)
    Loader.add_constructor(f"{_TAG}int", _construct_int)
    return Loader


def _construct_int(loader: Any, node: Any) -> int:
    text = loader.construct_scalar(node).replace("_", "")
    if len(text) > _MOST_DIGITS:
        raise ValueError(f"a number of {len(text):,} digits")
    sign = -1 if text.startswith("-") else 1
    digits = text.lstrip("+-")
    base = {"0b": 2, "0o": 8, "0x": 16}.get(digits[:2], 10)
    return sign * int(digits if base == 10 else digits[2:], base)
