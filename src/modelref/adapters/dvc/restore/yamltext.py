"""Changing values in a YAML or JSON text and nothing else: comments and layout stay as they are.

A parser says where a value stands and only those characters are replaced. The result is parsed
again and compared with what was meant; where it differs (flow style, anchors, odd indentation) the
file is written anew by a round-trip library, which keeps comments too but may move spaces.
"""

import copy
import io
import json
from collections.abc import Sequence
from typing import Any

from modelref.adapters.dvc.textfiles import mapping
from modelref.errors import BadInput

ABSENT = object()
"""The value of an entry that is not there, or is to go."""

Keys = tuple[str, ...]
_Edit = tuple[int, int, str]


class _UnsureError(Exception):
    """The text is not of the plain kind that can be edited in place."""


def lookup(tree: Any, keys: Keys) -> Any:
    """The value at a path of keys, or :data:`ABSENT`."""
    for key in keys:
        if isinstance(tree, dict):
            tree = next((value for name, value in tree.items() if str(name) == key), ABSENT)
        elif isinstance(tree, list) and key.isdigit() and int(key) < len(tree):
            tree = tree[int(key)]
        else:
            return ABSENT
    return tree


def put(tree: Any, keys: Keys, value: Any) -> None:
    """Set or remove the value at a path of keys, making mappings on the way."""
    for key in keys[:-1]:
        tree = _descend(tree, key)
    last = _own_key(tree, keys[-1])
    if value is not ABSENT:
        tree[last] = value
    elif isinstance(tree, dict):
        tree.pop(last, None)


def edit(
    path: str, text: str, wants: Sequence[tuple[Keys, Any]], source: str, *, fine: bool
) -> str:
    """Set entries of a YAML or JSON file.

    Args:
        path: its name, for messages and the choice of format.
        text: what it holds.
        wants: paths of keys with their values, :data:`ABSENT` to remove one.
        source: a text that holds the same values, from which their spelling is taken.
        fine: change only the differing values inside an entry, rather than the whole of it.

    Raises:
        BadInput: one of the texts is no such file.
    """
    meant = mapping(path, text.encode())
    for keys, value in wants:
        put(meant, keys, copy.deepcopy(value))
    try:
        done = _in_place(path, text, wants, source, fine=fine)
        if mapping(path, done.encode()) == meant:
            return done
    except (_UnsureError, BadInput):
        pass
    done = _anew_json(text, meant) if path.endswith(".json") else _anew_yaml(text, wants)
    if mapping(path, done.encode()) != meant:
        raise BadInput(f"{path} cannot be edited without changing more", kind="unreadable-file")
    return done


def _descend(tree: Any, key: str) -> Any:
    own = _own_key(tree, key)
    if isinstance(tree, dict) and not isinstance(tree.get(own), dict | list):
        tree[own] = {}
    return tree[own]


def _own_key(tree: Any, key: str) -> Any:
    if isinstance(tree, list):
        return int(key)
    return next((name for name in tree if str(name) == key), key)


def _in_place(
    path: str, text: str, wants: Sequence[tuple[Keys, Any]], source: str, *, fine: bool
) -> str:
    root, model = _compose(text), _compose(source)
    tree = mapping(path, text.encode())
    edits: list[_Edit] = []
    is_json = path.endswith(".json")
    for keys, value in wants:
        parent = _node(root, keys[:-1])
        other = None if is_json else _node(model, keys[:-1])
        now = lookup(tree, keys)
        edits += _entry_edits(text, parent, keys[-1], (now, value), (source, other), fine=fine)
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _entry_edits(
    text: str,
    parent: Any,
    key: str,
    values: tuple[Any, Any],
    model: tuple[str, Any],
    *,
    fine: bool,
) -> list[_Edit]:
    (source, other), (now, value) = model, values
    if now is not ABSENT and now == value:
        return []
    here, there = _pair(parent, key), _pair(other, key)
    if value is ABSENT:
        return [] if here is None else [(*_span(text, parent, here), "")]
    if here is not None and fine:
        if isinstance(value, dict) and _kind(here[1]) == "mapping":
            theirs = there[1] if there is not None else None
            names = [*value, *(str(k.value) for k, _ in here[1].value if k.value not in value)]
            return [
                one
                for name in names
                for one in _entry_edits(
                    text,
                    here[1],
                    str(name),
                    (lookup(now, (str(name),)), value.get(name, ABSENT)),
                    (source, theirs),
                    fine=True,
                )
            ]
        if _kind(here[1]) != "mapping" and not _block(here[1]) and not isinstance(value, dict):
            start, end = here[1].start_mark.index, here[1].end_mark.index
            return [(start, end, _spelling(value, source, there))]
    if there is None:
        raise _UnsureError
    block = _block_text(source, other, there)
    if here is not None:
        return [(*_span(text, parent, here), _shift(block, here[0].start_mark.column))]
    return [_insertion(text, parent, block)]


def _spelling(value: Any, source: str, there: Any) -> str:
    """How a value is written: as in the source, where that is one line and means the same."""
    if there is not None and not _block(there[1]):
        text = source[there[1].start_mark.index : there[1].end_mark.index]
        if text and "\n" not in text and mapping("", f"x: {text}".encode()).get("x") == value:
            return text
    return json.dumps(value, ensure_ascii=False)


def _insertion(text: str, parent: Any, block: str) -> _Edit:
    if _kind(parent) != "mapping" or not parent.value:
        raise _UnsureError
    _, end = _span(text, parent, parent.value[-1])
    block = _shift(block, parent.value[0][0].start_mark.column)
    return end, end, block if text[:end].endswith("\n") else f"\n{block}"


def _compose(text: str) -> Any:
    import yaml

    try:
        return yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise _UnsureError from error


def _node(node: Any, keys: Keys) -> Any:
    for key in keys:
        pair = _pair(node, key)
        node = pair[1] if pair is not None else None
    return node


def _pair(node: Any, key: str) -> Any:
    if _kind(node) != "mapping":
        return None
    return next((pair for pair in node.value if pair[0].value == key), None)


def _kind(node: Any) -> str:
    return getattr(node, "id", "none")


def _block(node: Any) -> bool:
    """Whether a value stands on lines of its own, so that its end is not its last character."""
    style = getattr(node, "style", None)
    return style in ("|", ">") or getattr(node, "flow_style", None) is False


def _span(text: str, parent: Any, pair: Any) -> tuple[int, int]:
    """Where the lines of an entry of a block mapping begin and end, comments after it left out."""
    if parent.flow_style is not False:
        raise _UnsureError
    start = text.rfind("\n", 0, pair[0].start_mark.index) + 1
    if text[start : pair[0].start_mark.index].strip():
        raise _UnsureError
    lines = text[start : pair[1].end_mark.index].split("\n")
    while len(lines) > 1 and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()
    end = text.find("\n", start + len("\n".join(lines)))
    return start, len(text) if end < 0 else end + 1


def _block_text(text: str, parent: Any, pair: Any) -> str:
    start, end = _span(text, parent, pair)
    block = _shift(text[start:end], 0)
    return block if block.endswith("\n") else f"{block}\n"


def _shift(block: str, column: int) -> str:
    lines = block.splitlines(keepends=True)
    indent = len(lines[0]) - len(lines[0].lstrip(" "))
    return "".join(" " * column + line[indent:] if line.strip() else line for line in lines)


def _anew_yaml(text: str, wants: Sequence[tuple[Keys, Any]]) -> str:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    tree = yaml.load(text)
    tree = {} if tree is None else tree
    for keys, value in wants:
        put(tree, keys, copy.deepcopy(value))
    out = io.StringIO()
    yaml.dump(tree, out)
    return out.getvalue()


def _anew_json(text: str, meant: Any) -> str:
    tree = json.loads(text)
    for indent in (2, 4, 1, None, "\t"):
        if json.dumps(tree, indent=indent, ensure_ascii=False).strip() == text.strip():
            break
    else:
        indent = 2
    end = "\n" if text.endswith("\n") else ""
    return json.dumps(meant, indent=indent, ensure_ascii=False) + end
