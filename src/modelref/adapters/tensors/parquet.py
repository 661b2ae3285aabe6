"""A column of a Parquet file that nobody vouches for: refused by sizes before it is unpacked."""

from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from modelref.adapters.tensors.badids import bad_ids, check_length, no_column
from modelref.adapters.tensors.packed import check_packing
from modelref.adapters.tensors.tensor import length, unsound

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

_BUFFER = 1 << 20
_AT_ONCE = 32 << 20
"""Bytes of texts that are unpacked at a time, about."""
_FEW = 64
"""Rows that are read together however long they are."""
_OVERHEAD = 128
"""Bytes of a column that are no values, even where it has one row."""
_SHARED, _SHARED_ROWS = "DELTA_BYTE_ARRAY", 1024
"""An encoding by which a text of a few bytes may go on from a long one."""


def parquet_batches(
    path: str, file: BinaryIO, column: str, most: int
) -> "Iterator[list[str | None] | NDArray[np.int64]]":
    """A column in batches: int64 arrays of whole numbers, else texts, None for none.

    Args:
        path: the file, for messages.
        file: the file.
        column: which column.
        most: rows of a batch.

    Raises:
        BadInput: it has no such column, none of ids, one of more than 1,024 bytes, or would unpack
            to far more than it is.
    """
    try:
        table = pq.ParquetFile(file, pre_buffer=False, buffer_size=_BUFFER)
        schema = table.schema_arrow
        if column not in schema.names:
            raise no_column(path, column, schema.names)
        kind = schema.field(column).type
        if pa.types.is_nested(kind):
            raise _no_ids(path, column, kind)
        if pa.types.is_fixed_size_binary(kind):
            check_length(path, column, kind.byte_width)
        elif _are_texts(kind):
            most = min(most, _checked(path, file, column, table.metadata))
        batches = table.iter_batches(most, columns=[column], use_threads=False)
        for batch in batches:
            yield _values(path, column, batch.column(0))
    except (pa.ArrowException, OSError) as error:
        raise unsound(path, "cannot be read as Parquet") from error


def _values(path: str, column: str, values: Any) -> "list[str | None] | NDArray[np.int64]":
    """Of one batch; numbers of 64 bits without a sign are texts, as int64 does not hold them."""
    kind = values.type
    if pa.types.is_integer(kind) and kind != pa.uint64() and not values.null_count:
        # to_numpy() would import pandas
        return cast("NDArray[np.int64]", np.from_dlpack(values.cast(pa.int64())))
    if _are_texts(kind):
        _check_lengths(path, column, values)
    try:
        texts = values.cast(pa.string())
    except pa.ArrowException as error:
        raise _no_ids(path, column, kind) from error
    return cast("list[str | None]", texts.to_pylist())


def _checked(path: str, file: BinaryIO, column: str, metadata: Any) -> int:
    """How many rows of texts are unpacked at a time.

    Raises:
        BadInput: they are longer than ids, or unpack to far more than the file is.
    """
    most, total = _AT_ONCE, 0
    coded = []
    for group in range(metadata.num_row_groups):
        chunk = _chunk(metadata.row_group(group), column)
        size, rows = max(1, chunk.total_uncompressed_size), max(1, chunk.num_values)
        total += size
        if any(encoding.endswith("_DICTIONARY") for encoding in chunk.encodings):
            coded.append(group)
        else:
            check_length(path, column, size // rows - _OVERHEAD)
        few = _SHARED_ROWS if _SHARED in chunk.encodings else max(_FEW, _AT_ONCE * rows // size)
        most = min(most, few)
    check_packing(path, length(file), total)
    _check_dictionaries(path, file, column, coded)
    return most


def _check_dictionaries(path: str, file: BinaryIO, column: str, groups: "Sequence[int]") -> None:
    """Refuse long texts that stand once and are meant many times: one row asks for them all."""
    table = pq.ParquetFile(file, pre_buffer=False, buffer_size=_BUFFER, read_dictionary=[column])
    for group in groups:
        rows = table.iter_batches(1, row_groups=[group], columns=[column], use_threads=False)
        for batch in rows:
            _check_lengths(path, column, batch.column(0))
            break


def _check_lengths(path: str, column: str, values: Any) -> None:
    words = values.dictionary if pa.types.is_dictionary(values.type) else values
    check_length(path, column, pc.max(pc.binary_length(words)).as_py() or 0)


def _are_texts(kind: Any) -> bool:
    """Whether values are as long as they like."""
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    return any(
        test(plain)
        for test in (
            *(pa.types.is_string, pa.types.is_large_string),
            *(pa.types.is_binary, pa.types.is_large_binary),
        )
    )


def _chunk(group: Any, column: str) -> Any:
    chunks = (group.column(at) for at in range(group.num_columns))
    return next(chunk for chunk in chunks if chunk.path_in_schema == column)


def _no_ids(path: str, column: str, kind: Any) -> Exception:
    return bad_ids(path, f"has values of type {kind} in {column!r} that are no ids")
