"""Ids of users and items: 7, 7.0 and "7" are one, "07" is another."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

WHOLE = r"^-?[0-9]+\.0$"
"""A whole number in a column of floats, as text."""

_MOST_PARTS, _MOST_ROWS = 16, 1 << 18


def missing(column: Any) -> bool:
    """Whether a column lacks a value."""
    if pa.types.is_floating(column.type) and pc.any(pc.is_nan(column)).as_py():
        return True
    return bool(column.null_count)


def compact(parts: list[Any]) -> list[Any]:
    """The same with the last parts as one, once they are many: small ones leave holes in memory."""
    last = parts[-_MOST_PARTS:]
    if len(last) < _MOST_PARTS or sum(map(len, last)) > _MOST_ROWS:
        return parts
    if pa.types.is_dictionary(last[0].type):
        return parts
    return [*parts[:-_MOST_PARTS], pa.concat_arrays(last)]


def as_ids(parts: Sequence[Any], kind: pa.DataType) -> Any:
    """Ids as they are compared.

    Args:
        parts: Arrow arrays of one type, none of whose values is missing.
        kind: their type.

    Returns:
        One Arrow array: of int64 where all are whole numbers of that size, else of bytes of text.
    """
    column = pa.chunked_array(parts, type=kind)
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        try:
            return column.cast(pa.int64()).combine_chunks()
        except pa.ArrowInvalid:  # parts of a number, or hashes that fit in no int64
            return as_text(column.cast(pa.string()).combine_chunks())
    if _is_bytes(kind):
        return column.cast(pa.binary()).combine_chunks()
    return as_text(column.cast(pa.string()).combine_chunks())


def as_text(ids: Any) -> Any:
    """The same as bytes of text: whole numbers as such, where a column of floats was written."""
    if pa.types.is_integer(ids.type):
        return ids.cast(pa.string()).cast(pa.binary())
    if not pa.types.is_string(ids.type):
        return ids
    return whole_numbers(ids).cast(pa.binary())


def whole_numbers(texts: Any) -> Any:
    """Texts without their ``.0``, where all are numbers that end so."""
    if not len(texts) or not pc.all(pc.match_substring_regex(texts, WHOLE)).as_py():
        return texts
    return pc.utf8_slice_codeunits(texts, 0, -2)


def matched(before: Any, after: Any) -> tuple[Any, Any]:
    """Ids of two tables in one type."""
    if before.type == after.type:
        return before, after
    return as_text(before), as_text(after)


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
    )
