"""DVC stage `prepare`: clean rows, id tables, the split, and the hold-outs' truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from recommender.cleaning import clean
from recommender.files import read_table, replacing, write_json, write_table
from recommender.interactions import ITEM, USER
from recommender.params import Part, prepare_params
from recommender.split import before, id_table, split, truth, with_weeks
from recommender.stages.run import PREPARED, RAW, REPORT, run

if TYPE_CHECKING:
    from recommender.params import Section


def prepare(root: Section) -> str:
    """Write data/prepared and data/report.json."""
    params = prepare_params(root)
    items = read_table(RAW / "items.parquet")
    raw = read_table(RAW / "interactions.parquet")
    cleaned = clean(raw, items, params.cleaning)
    parts = split(with_weeks(cleaned.rows, params.first_week), params.split)
    kept = sum(len(rows) for rows in parts.values())
    outside = len(cleaned.rows) - kept
    holdouts = {
        part: truth(pd.concat([parts[earlier] for earlier in before(part)]), parts[part])
        for part in (Part.VALIDATION, Part.TEST)
    }
    tables = {
        column: id_table(parts, column).merge(attributes, how="left", on=column)
        for column, attributes in ((USER, read_table(RAW / "users.parquet")), (ITEM, items))
    }
    with replacing(PREPARED) as draft:
        for part, rows in parts.items():
            write_table(draft / f"{part}.parquet", rows)
        for part, pairs in holdouts.items():
            write_table(draft / "holdout" / f"{part}.parquet", pairs)
        for column, table in tables.items():
            write_table(draft / f"{column}s.parquet", table)
    write_json(
        REPORT,
        {
            "rows": {
                "raw": len(raw),
                "dropped": cleaned.total,
                "outside_split": outside,
                "kept": kept,
            },
            "dropped": cleaned.dropped,
            "parts": {
                part: {
                    "rows": len(rows),
                    "users": rows[USER].nunique(),
                    "items": rows[ITEM].nunique(),
                }
                for part, rows in parts.items()
            },
            "holdout": {
                part: {
                    "pairs": len(pairs),
                    "users": pairs[USER].nunique(),
                    "novel_pairs": int(pairs["novel"].sum()),
                }
                for part, pairs in holdouts.items()
            },
        },
    )
    sizes = ", ".join(f"{part} {len(rows):,}" for part, rows in parts.items())
    elsewhere = f" ({outside:,} in no week of the split)" if outside else ""
    return f"{kept:,} of {len(raw):,} rows kept{elsewhere}: {sizes}"


if __name__ == "__main__":
    run("prepare", prepare)
