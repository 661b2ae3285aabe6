"""Files written whole or not at all, and byte for byte the same for the same content."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import scipy.sparse as sp

from recommender.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recommender.arrays import Csr

_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary sibling of `path` that takes its place when the block ends well.

    A file or a directory may be made at the sibling. When the block fails, `path` is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    room = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        draft = room / path.name
        yield draft
        if path.is_dir():
            path.rename(room / "replaced")
        draft.rename(path)
    finally:
        shutil.rmtree(room, ignore_errors=True)


def write_json(path: Path, document: Any) -> None:
    """Write `document` as JSON with sorted keys, whole or not at all."""
    with replacing(path) as draft:
        draft.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def write_table(path: Path, frame: pd.DataFrame) -> None:
    """Write `frame` as Parquet without its index.

    Schema metadata are dropped, as they name the version of pandas, and chunks are joined, as they
    tell how the frame came about: neither may change the bytes of unchanged content.
    """
    table = pa.Table.from_pandas(frame, preserve_index=False)
    table = table.replace_schema_metadata(None).combine_chunks()
    with replacing(path) as draft:
        pq.write_table(table, draft, compression="zstd")


def read_table(path: Path, columns: list[str] | None = None) -> pd.DataFrame:
    """Read a Parquet file that an earlier DVC stage wrote.

    Raises:
        SourceError: There is no such file, or it is not Parquet.
    """
    hint = "run `dvc repro`, or `dvc checkout` when the file is already in the cache"
    if not path.is_file():
        raise SourceError(f"{path}: no such file", hint)
    try:
        return pd.read_parquet(path, columns=columns)
    except pa.ArrowInvalid as error:
        raise SourceError(f"{path}: not readable as Parquet ({error})", hint) from error


def write_csr(path: Path, matrix: Csr) -> None:
    """Write a CSR matrix in the layout of `scipy.sparse.save_npz`, with fixed zip timestamps."""
    arrays = {
        "indices": matrix.indices.astype(np.int32),
        "indptr": matrix.indptr.astype(np.int64),
        "format": np.array(b"csr"),
        "shape": np.array(matrix.shape, dtype=np.int64),
        "data": matrix.data,
        "_is_array": np.array(True),
    }
    with replacing(path) as draft, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            member = zipfile.ZipInfo(f"{name}.npy", _ZIP_EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(member, "w", force_zip64=True) as file:
                np.lib.format.write_array(file, np.asanyarray(array), allow_pickle=False)


def read_csr(path: Path) -> Csr:
    """Read what `write_csr` wrote."""
    if not path.is_file():
        raise SourceError(f"{path}: no such file", "run `dvc repro featurize`")
    return sp.csr_array(sp.load_npz(path))


def sha256(path: Path) -> str:
    """Hash of a file's bytes as `sha256:<hex>`."""
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
