"""DVC stage `collect`: raw data from the source that params.yaml names."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from recommender.files import replacing, write_table
from recommender.interactions import Origin, check_interactions
from recommender.params import collect_params
from recommender.sources.completejourney import read_completejourney
from recommender.sources.files import read_files
from recommender.stages.run import RAW, run

if TYPE_CHECKING:
    from recommender.params import Section


def collect(root: Section) -> str:
    """Write data/raw."""
    params = collect_params(root)
    until = params.until or dt.datetime.now(dt.UTC).replace(tzinfo=None)
    raw = read_completejourney() if params.files is None else read_files(params.files, until)
    check_interactions(raw.interactions, Origin(params.source), until)
    with replacing(RAW) as draft:
        write_table(draft / "interactions.parquet", raw.interactions)
        write_table(draft / "users.parquet", raw.users)
        write_table(draft / "items.parquet", raw.items)
    return raw.note


if __name__ == "__main__":
    run("collect", collect)
