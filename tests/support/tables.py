"""Tables of results per user and of inputs, as small files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd


def write(path: Path, columns: Mapping[str, Sequence[Any]]) -> Path:
    """Write a table in the format that the file's name says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = pd.DataFrame(columns)
    if path.suffix == ".parquet":
        frame.to_parquet(path, index=False)
    else:
        frame.to_csv(path, index=False, sep="\t" if path.suffix == ".tsv" else ",")
    return path
