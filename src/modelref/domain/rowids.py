"""Which row of a tensor is whose: ``meta.modelref.ids`` of a model."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from modelref.errors import BadInput

_ITEM_WORDS = frozenset({"item", "product", "sku", "article", "category", "brand", "department"})
_OTHER_SIDE = {"user": "item", "users": "items", "item": "user", "items": "users"}
_SIDES = re.compile(rf"(?<![a-z])({'|'.join(sorted(_OTHER_SIDE, key=len, reverse=True))})(?![a-z])")


@dataclass(frozen=True, slots=True)
class RowIds:
    """Where the id of each row stands.

    Attributes:
        file: repository path of a Parquet, CSV or JSON file.
        column: its column.
        square: whether the columns of the tensor have the same ids as its rows.
    """

    file: str
    column: str
    square: bool = False

    @property
    def listable(self) -> bool:
        """Whether single ids may be shown: those of people never are, so only items' are."""
        words = re.split(r"[^a-z]+", self.column.lower())
        return any(word in _ITEM_WORDS or word.removesuffix("s") in _ITEM_WORDS for word in words)


def parse_row_ids(meta: Mapping[str, object]) -> dict[str, RowIds]:
    """Read ``modelref.ids`` of an artifact's ``meta``: tensor → where the ids of its rows are.

    Raises:
        BadInput: an entry has no file or no column.
    """
    entries = _section(_section(meta, "modelref"), "ids")
    return {str(name): _row_ids(str(name), entry) for name, entry in entries.items()}


def items_file(meta: Mapping[str, object]) -> str:
    """Repository path of the file that names items, ``modelref.items`` of ``meta``; else ``""``."""
    path = _section(meta, "modelref").get("items")
    return path if isinstance(path, str) else ""


def factor_pairs(names: Mapping[str, RowIds]) -> list[tuple[str, str]]:
    """Tensors whose products are scores, told by their names: ``user_factors``, ``item_factors``.

    Args:
        names: tensors whose rows have ids.

    Returns:
        Pairs of users' tensor and items' tensor.
    """
    pairs = []
    for name in sorted(names):
        other = _SIDES.sub(lambda found: _OTHER_SIDE[found[1]], name)
        users_first = _SIDES.search(name)
        if other != name and other in names and users_first and users_first[1].startswith("user"):
            pairs.append((name, other))
    return pairs


def _section(mapping: Mapping[str, object], key: str) -> Mapping[str, object]:
    found = mapping.get(key) or {}
    if not isinstance(found, Mapping):
        raise BadInput(
            f"meta.{key} of the model is no mapping", kind="unreadable-file", hint="mend dvc.yaml"
        )
    return found


def _row_ids(tensor: str, entry: object) -> RowIds:
    if isinstance(entry, Mapping):
        file, column = entry.get("file"), entry.get("column")
        if isinstance(file, str) and isinstance(column, str) and file and column:
            return RowIds(file, column, entry.get("square") is True)
    raise BadInput(
        f"meta.modelref.ids says no file and column for the tensor {tensor!r}",
        kind="unreadable-file",
        hint=f"write in dvc.yaml: {tensor}: {{file: models/items.parquet, column: item}}",
    )
