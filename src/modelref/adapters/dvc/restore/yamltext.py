"""Changing values in a YAML or JSON text and nothing else: comments and layout stay as they are.

A parser says where a value stands and only those characters are replaced. The result is parsed
again and compared with what was meant; where it differs (flow style, anchors, odd indentation) the
file is written anew by a round-trip library, which keeps comments too but may move spaces.
"""

import copy
import io
import json
import re
from collections.abc import Sequence
from typing import Any

from modelref.adapters.dvc.parsing.textfiles import mapping
from modelref.adapters.dvc.parsing.trees import ABSENT, Keys, lookup, put
from modelref.adapters.dvc.restore.yamlnodes import (
    UnsureError,
    block_text,
    compose,
    is_block,
    kind,
    node_at,
    pair_of,
    shift,
    span,
)
from modelref.errors import BadInput

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")
_Edit = tuple[int, int, str]


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
    except (UnsureError, BadInput):
        pass
    done = _anew_json(text, meant) if path.endswith(".json") else _anew_yaml(path, text, wants)
    if mapping(path, done.encode()) != meant:
        raise BadInput(f"{path} cannot be edited without changing more", kind="unreadable-file")
    return done


def _in_place(
    path: str, text: str, wants: Sequence[tuple[Keys, Any]], source: str, *, fine: bool
) -> str:
    root, model = compose(text), compose(source)
    tree = mapping(path, text.encode())
    edits: list[_Edit] = []
    is_json = path.endswith(".json")
    for keys, value in wants:
        parent = node_at(root, keys[:-1])
        other = None if is_json else node_at(model, keys[:-1])
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
    here, there = pair_of(parent, key), pair_of(other, key)
    if value is ABSENT:
        return [] if here is None else [(*span(text, parent, here), "")]
    if here is not None and fine:
        if isinstance(value, dict) and kind(here[1]) == "mapping":
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
        if kind(here[1]) != "mapping" and not is_block(here[1]) and not isinstance(value, dict):
            start, end = here[1].start_mark.index, here[1].end_mark.index
            return [(start, end, _spelling(value, source, there))]
    if there is None:
        raise UnsureError
    block = block_text(source, other, there)
    if here is not None:
        return [(*span(text, parent, here), shift(block, here[0].start_mark.column))]
    return [_insertion(text, parent, block)]


def _spelling(value: Any, source: str, there: Any) -> str:
    """How a value is written: as in the source, where that is one line and means the same."""
    if there is not None and not is_block(there[1]):
        text = source[there[1].start_mark.index : there[1].end_mark.index]
        if text and "\n" not in text and mapping("", f"x: {text}".encode()).get("x") == value:
            return text
    return json.dumps(value, ensure_ascii=False)


def _insertion(text: str, parent: Any, block: str) -> _Edit:
    if kind(parent) != "mapping" or not parent.value:
        raise UnsureError
    _, end = span(text, parent, parent.value[-1])
    block = shift(block, parent.value[0][0].start_mark.column)
    return end, end, block if text[:end].endswith("\n") else f"\n{block}"


def _anew_yaml(path: str, text: str, wants: Sequence[tuple[Keys, Any]]) -> str:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    try:
        tree = yaml.load(text)
    except YAMLError as error:
        raise BadInput(
            f"{path} cannot be edited: {str(error).splitlines()[0]}",
            kind="unreadable-file",
            hint=f"mend {path}",
        ) from error
    tree = {} if tree is None else tree
    for keys, value in wants:
        put(tree, keys, _quoted(value))
    out = io.StringIO()
    yaml.dump(tree, out)
    return out.getvalue()


def _quoted(value: Any) -> Any:
    """A copy of a value, its texts in quotes unless every YAML parser reads them without."""
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    if isinstance(value, dict):
        return {_quoted(key): _quoted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_quoted(item) for item in value]
    if isinstance(value, str) and not _PLAIN.fullmatch(value):
        return DoubleQuotedScalarString(value)
    return value


def _anew_json(text: str, meant: Any) -> str:
    tree = json.loads(text)
    for indent in (2, 4, 1, None, "\t"):
        if json.dumps(tree, indent=indent, ensure_ascii=False).strip() == text.strip():
            break
    else:
        indent = 2
    end = "\n" if text.endswith("\n") else ""
    return json.dumps(meant, indent=indent, ensure_ascii=False) + end
