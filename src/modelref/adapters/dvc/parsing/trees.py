"""Values inside parsed files, addressed by a path of keys."""

from enum import Enum
from typing import Any


class Absent(Enum):
    """What is no value; an enum stays itself when it is copied."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT
"""The value of an entry that is not there, or is to go."""

Keys = tuple[str, ...]


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


def _descend(tree: Any, key: str) -> Any:
    own = _own_key(tree, key)
    if isinstance(tree, dict) and not isinstance(tree.get(own), dict | list):
        tree[own] = {}
    return tree[own]


def _own_key(tree: Any, key: str) -> Any:
    if isinstance(tree, list):
        return int(key)
    return next((name for name in tree if str(name) == key), key)
