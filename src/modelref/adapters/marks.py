"""YAML values with the lines that they stand on."""

from collections.abc import Mapping
from typing import Any

from modelref.adapters.dvc.parsing.textfiles import composed
from modelref.domain.marked import Marked
from modelref.errors import BadInput

_DEEPEST = 12
_MERGE = "<<"
_MOST_VALUES = 10_000
"""Values that may stand below the key once its aliases are written out."""


def marked_at(file: str, data: bytes, key: str) -> Marked:
    """Read what stands under a top-level key of a YAML file that is known to be a mapping.

    A key that stands twice in one mapping is refused: YAML readers take the last one, and the
    rules under the first would be lost without a word.

    Raises:
        BadInput: a key stands twice or is merged in, or there is too much or too deep.
    """
    with composed(file, data.decode("utf-8")) as (loader, node):
        tree = _Tree(file, loader)
        entries = [(name, value) for name, value in node.value if name.value == key]
        if len(entries) > 1:
            raise tree.twice(entries[1][0])
        if not entries:
            merged = next(name for name, _ in node.value if name.value == _MERGE)
            raise tree.merged(merged, key)
        (name, value) = entries[0]
        return tree.marked(value, name.start_mark.line + 1, 0)


class _Tree:
    """Builds marked values from the nodes of one file."""

    def __init__(self, file: str, loader: Any) -> None:
        self._file = file
        self._loader = loader
        self._left = _MOST_VALUES

    def marked(self, node: Any, line: int, depth: int) -> Marked:
        self._left -= 1
        if depth > _DEEPEST or self._left < 0:
            raise self._wrong(line, "holds more than any rule needs")
        if node.id == "scalar":
            return Marked(_plain(self._loader.construct_object(node)), line, self._file)
        if node.id == "sequence":
            items = (self.marked(item, _line(item), depth + 1) for item in node.value)
            return Marked(tuple(items), line, self._file)
        return Marked(self._entries(node, depth), line, self._file)

    def _entries(self, node: Any, depth: int) -> Mapping[str, Marked]:
        entries: dict[str, Marked] = {}
        for key, value in node.value:
            name = str(key.value) if key.id == "scalar" else ""
            if not name:
                raise self._wrong(_line(key), "a key is not a text")
            if name in entries:
                raise self.twice(key)
            entries[name] = self.marked(value, _line(key), depth + 1)
        return entries

    def twice(self, key: Any) -> BadInput:
        """The error for a key that stands twice."""
        return self._wrong(_line(key), f"{key.value}: stands here a second time")

    def merged(self, name: Any, key: str) -> BadInput:
        """The error for a key that is not written, but merged in."""
        return self._wrong(_line(name), f"{_MERGE} brings {key}:; write {key}: itself")

    def _wrong(self, line: int, why: str) -> BadInput:
        return Marked(None, line, self._file).wrong(why)


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1


def _plain(value: object) -> "str | int | float | bool | None":
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
