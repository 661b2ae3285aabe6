"""A team's own folder: CSV, Parquet or JSONL logs, and tables of users and items."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api import types
from pyarrow import json

from recommender.errors import SourceError
from recommender.interactions import (
    EVENT,
    ITEM,
    PAID,
    PRICE,
    QUANTITY,
    TIME,
    USER,
    WEIGHT,
    Origin,
    check_interactions,
    first_row,
    require_columns,
    unify_ids,
)
from recommender.sources import RawData

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from recommender.params import FilesParams, TableParams

_ENDINGS = {
    ".csv": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}

# Unix times above this are milliseconds: as seconds they would lie beyond the year 5138.
_FIRST_DATE, _LAST_DATE = 19000101, 21001231
_LARGEST_SECONDS = 1e11


def read_files(params: FilesParams, until: dt.datetime) -> RawData:
    """Read the log's files and the tables.

    Args:
        params: Folder, columns, event kinds.
        until: The latest time that a row may have, naive UTC.

    Raises:
        SourceError: A file is missing, unreadable or empty, or a column or row cannot be used. The
            message names file, column and row.
    """
    folder = Path(params.path)
    paths = sorted(folder.glob(params.interactions)) if folder.is_dir() else []
    if not paths:
        raise SourceError(
            f"{folder / params.interactions}: no such file",
            "set collect.files.path and collect.files.interactions in params.yaml",
        )
    logs = [_log(path, params, until) for path in paths]
    tables = [
        table if spec is None else _table(folder / spec.file, spec, params.format, column)
        for spec, table, column in (
            (params.users, _distinct(logs, USER), USER),
            (params.items, _distinct(logs, ITEM), ITEM),
        )
    ]
    users, items = tables
    unify_ids([*logs, users], USER)
    unify_ids([*logs, items], ITEM)
    rows = pd.concat(logs, ignore_index=True)
    kept = _weighted(rows, params.events, params.interactions)
    note = f"{len(paths)} files in {folder}: {len(kept):,} rows"
    if len(kept) < len(rows):
        note += f", {len(rows) - len(kept):,} of other event kinds left out"
    return RawData(kept, users, items, note)


def _log(path: Path, params: FilesParams, until: dt.datetime) -> pd.DataFrame:
    names = params.columns.named()
    origin = Origin(str(path), names)
    raw = _read(path, params.format)
    require_columns(raw, origin)
    frame = raw[list(names.values())].set_axis(list(names), axis=1)
    for column in (USER, ITEM):
        _refuse(frame[column].isna(), origin, column, "is empty")
    frame[TIME] = _times(frame[TIME], origin)
    for column in (QUANTITY, PRICE):
        if column in names:
            frame[column] = _numbers(frame[column], origin, column)
    frame = frame.assign(
        **{
            EVENT: frame[EVENT].astype(str) if EVENT in names else "interaction",
            WEIGHT: np.float32(1),
            QUANTITY: frame[QUANTITY] if QUANTITY in names else 1.0,
            PRICE: frame[PRICE] if PRICE in names else np.nan,
        }
    )
    frame[PAID] = frame[PRICE] * frame[QUANTITY]
    check_interactions(frame, origin, until)
    return frame[[USER, ITEM, TIME, EVENT, WEIGHT, QUANTITY, PRICE, PAID]]


def _table(path: Path, spec: TableParams, kind: str | None, id_column: str) -> pd.DataFrame:
    origin = Origin(str(path), spec.columns)
    if not path.is_file():
        raise SourceError(
            f"{path}: no such file", f"set collect.files.{id_column}s.file in params.yaml"
        )
    raw = _read(path, kind)
    require_columns(raw, origin)
    frame = raw[list(spec.columns.values())].set_axis(list(spec.columns), axis=1)
    _refuse(frame[id_column].isna(), origin, id_column, "is empty")
    _refuse(frame[id_column].duplicated(), origin, id_column, "repeats an id")
    return frame


def _distinct(logs: list[pd.DataFrame], column: str) -> pd.DataFrame:
    ids = pd.concat([log[column].astype(str) for log in logs]).drop_duplicates().sort_values()
    return pd.DataFrame({column: ids}).reset_index(drop=True)


def _weighted(rows: pd.DataFrame, events: Mapping[str, float], files: str) -> pd.DataFrame:
    if not events:
        return rows
    kept = rows[rows[EVENT].isin(list(events))].reset_index(drop=True)
    if kept.empty:
        raise SourceError(
            f"{files}: no row is of the kinds {', '.join(events)}; the log has "
            + ", ".join(sorted(rows[EVENT].unique())),
            "correct collect.files.events in params.yaml",
        )
    return kept.assign(**{WEIGHT: kept[EVENT].map(dict(events)).astype(np.float32)})


def _read(path: Path, kind: str | None) -> pd.DataFrame:
    kind = kind or _ENDINGS.get(path.suffix.lower())
    try:
        if kind == "csv":
            # As text: a number would lose the zeros in front of an id. Times and amounts are
            # parsed by column below.
            return pd.read_csv(path, dtype=str)
        if kind == "parquet":
            return pd.read_parquet(path)
        if kind == "jsonl":
            return _read_jsonl(path)
    except pd.errors.EmptyDataError as error:
        raise SourceError(
            f"{path}: holds no rows", "export it again, or take it out of the folder"
        ) from error
    except (ValueError, pa.ArrowInvalid) as error:
        reason = " ".join(str(error).split())
        raise SourceError(
            f"{path}: not readable as {kind} ({reason})",
            "export it again, or set collect.files.format in params.yaml",
        ) from error
    raise SourceError(
        f"{path}: its ending is none of {', '.join(sorted(_ENDINGS))}",
        "set collect.files.format in params.yaml",
    )


def _read_jsonl(path: Path) -> pd.DataFrame:
    if path.stat().st_size == 0:
        return pd.DataFrame()
    # pandas' own reader guesses dates and numbers from the names of the columns.
    frame: pd.DataFrame = json.read_json(path).to_pandas()
    return frame


def _times(values: pd.Series, origin: Origin) -> pd.Series:
    if types.is_datetime64_any_dtype(values):
        times = pd.to_datetime(values, utc=True)
    else:
        numbers = pd.to_numeric(values, errors="coerce")
        dates = numbers.between(_FIRST_DATE, _LAST_DATE)
        _refuse(dates, origin, TIME, "is a date without separators; write it as 2024-01-31")
        if numbers.notna().all():
            scale = 1 if numbers.abs().max() > _LARGEST_SECONDS else 1000
            milliseconds = (numbers * scale).round().astype("int64").to_numpy()
            times = pd.Series(pd.to_datetime(milliseconds, unit="ms", utc=True))
        else:
            times = pd.to_datetime(values, utc=True, format="ISO8601", errors="coerce")
    _refuse(times.isna(), origin, TIME, "is not a time (ISO 8601, or Unix seconds or milliseconds)")
    return times.dt.tz_localize(None).astype("datetime64[us]")


def _numbers(values: pd.Series, origin: Origin, column: str) -> pd.Series:
    numbers = pd.to_numeric(values, errors="coerce").astype(np.float64)
    _refuse(numbers.isna() & values.notna(), origin, column, "is not a number")
    _refuse(numbers.abs() == np.inf, origin, column, "is not finite")
    return numbers


def _refuse(mask: pd.Series[bool], origin: Origin, column: str, what: str) -> None:
    if mask.any():
        raise SourceError(
            f"{origin.column(column)}, row {first_row(mask)} {what}",
            "correct the row, or the columns under collect.files in params.yaml",
        )
