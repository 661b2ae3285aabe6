"""Opening tables: Parquet, CSV and TSV, by blocks of rows or whole."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv

from modelref.errors import BadInput

PARQUET = (".parquet", ".pq")
TEXT = {".csv": ",", ".tsv": "\t"}
_BLOCK = 2 << 20
"""Bytes of text parsed at once; the types of columns are told from the first block."""
_WRONG_TYPE = re.compile(r"In CSV column #(\d+): ")
_VALUE = re.compile(r":? invalid value.*|(?<=\d): [^:]*$")
"""What Arrow quotes of a table: it may be somebody's id."""
_ROWS = 1 << 16
"""Rows held at once."""
_MOST_COLUMNS = 5_000
_THRIFT = 64 << 20
"""Bytes that a string in a Parquet footer may claim, and things that a list there may."""


class Table:
    """A table that is read by blocks of rows.

    Attributes:
        name: of its file, for messages.
        types: by column.
    """

    def __init__(self, path: Path, name: str, *, ids: Sequence[str] = ()) -> None:
        """Open a table.

        Args:
            path: where it lies; a cache names files by their hashes.
            name: what the file is called.
            ids: columns that hold ids, where it matters which is which: of a text file they are
                text, and so is NA in any text.

        Raises:
            BadInput: it is not what its name says.
        """
        self.name = name
        self._path = path
        self._ids = dict.fromkeys(ids, pa.string())
        self._suffix = PurePosixPath(name).suffix.lower()
        with _readable(name):
            self._file = _open_parquet(path, name) if self._suffix in PARQUET else None
            schema = self._file.schema_arrow if self._file else self._text_schema()
            names = schema.names
        if len(names) > _MOST_COLUMNS or len(set(names)) < len(names):
            raise BadInput(
                f"{name} has more than {_MOST_COLUMNS:,} columns, or two of one name",
                kind="unreadable-table",
            )
        self.types: dict[str, pa.DataType] = {field.name: field.type for field in schema}

    def together(self, columns: Iterable[str]) -> Iterator[Sequence[str]]:
        """Some columns in groups: those of a group are best read together.

        Reading a column of Parquet takes a few MiB; a text has to be read for each group.
        """
        wanted = list(columns)
        yield from ([one] for one in wanted) if self._file else [wanted] if wanted else []

    def blocks(self, columns: Sequence[str] | None = None) -> Iterator[Any]:
        """Record batches of Arrow, of a limited number of rows.

        Args:
            columns: their names; None for all.

        Raises:
            BadInput: it is not what its name or its footer says.
        """
        with _readable(self.name):
            if self._file is not None:
                yield from self._file.iter_batches(
                    batch_size=_ROWS, columns=columns, use_threads=False
                )
                return
            for batch in self._open_text(self.types, columns):
                known = _without_blanks(batch) if self._ids else batch
                for start in range(0, batch.num_rows, _ROWS):
                    yield known.slice(start, _ROWS)

    def _text_schema(self) -> Any:
        """Columns and types of a text file: a number may turn out to be none far below.

        What is larger than the first block is read whole for that, once more for each column whose
        type was wrong.
        """
        types: dict[str, pa.DataType] = dict(self._ids)
        while True:
            table = self._open_text(types)
            if self._path.stat().st_size <= _BLOCK:
                return table.schema
            try:
                for _ in table:
                    pass
            except pa.ArrowInvalid as error:
                wrong = _WRONG_TYPE.search(str(error))
                field = table.schema.field(int(wrong[1])) if wrong else None
                if field is None or pa.types.is_string(field.type):
                    raise
                whole = pa.types.is_integer(field.type)
                types[field.name] = pa.float64() if whole else pa.string()
            else:
                return table.schema

    def _open_text(
        self, types: Mapping[str, pa.DataType], columns: Sequence[str] | None = None
    ) -> Any:
        return csv.open_csv(
            self._path,
            read_options=csv.ReadOptions(use_threads=False, block_size=_BLOCK),
            parse_options=csv.ParseOptions(delimiter=TEXT[self._suffix]),
            # An empty text is a missing one, as an empty number is.
            convert_options=csv.ConvertOptions(
                strings_can_be_null=not self._ids, column_types=types, include_columns=columns
            ),
        )


def _without_blanks(batch: Any) -> Any:
    """The same with nulls where a text is empty."""
    columns = [
        pc.if_else(pc.equal(column, ""), None, column)
        if pa.types.is_string(column.type)
        else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _open_parquet(path: Path, name: str) -> Any:
    """Open a Parquet file whose footer claims no more than the file can hold."""
    size = path.stat().st_size
    file = pq.ParquetFile(
        path,
        pre_buffer=False,
        buffer_size=1 << 20,
        thrift_string_size_limit=_THRIFT,
        thrift_container_size_limit=_THRIFT,
    )
    footer = file.metadata
    for number in range(footer.num_row_groups):
        group = footer.row_group(number)
        for index in range(group.num_columns):
            chunk = group.column(index)
            start = chunk.dictionary_page_offset or chunk.data_page_offset
            if start < 0 or not 0 <= chunk.total_compressed_size <= size - start:
                raise BadInput(
                    f"{name} has a footer that names bytes beyond its end",
                    kind="unreadable-table",
                )
    return file


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """Turn what Arrow raises into an error of ours."""
    try:
        yield
    except (pa.ArrowException, OSError, OverflowError, UnicodeDecodeError) as error:
        if isinstance(error, MemoryError):
            raise
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        said = _VALUE.sub("", said)[:200]
        raise BadInput(f"{name} is not readable: {said}", kind="unreadable-table") from error
