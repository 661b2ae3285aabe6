from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from recommender import files
from recommender.errors import SourceError


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    files.write_json(path, {"a": 1})

    def fail_half_way() -> None:
        with files.replacing(path) as draft:
            draft.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert path.read_text() == '{\n  "a": 1\n}\n'
    assert list(tmp_path.iterdir()) == [path]


def test_a_directory_is_replaced_as_a_whole(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    for name in ("first", "second"):
        with files.replacing(folder) as draft:
            draft.mkdir()
            (draft / name).touch()
    assert [path.name for path in folder.iterdir()] == ["second"]
    assert list(tmp_path.iterdir()) == [folder]


def test_the_same_table_is_the_same_bytes_and_names_no_library(tmp_path: Path) -> None:
    frame = pd.DataFrame({"user": [3, 1], "name": ["a", None]})
    files.write_table(tmp_path / "a.parquet", frame)
    files.write_table(tmp_path / "b.parquet", frame.set_index(pd.Index([7, 8])))
    first, second = (tmp_path / "a.parquet").read_bytes(), (tmp_path / "b.parquet").read_bytes()
    assert first == second
    assert b"pandas" not in first
    assert files.read_table(tmp_path / "a.parquet")["user"].tolist() == [3, 1]


def test_a_matrix_comes_back_and_scipy_reads_it(tmp_path: Path) -> None:
    matrix = sp.csr_array(np.array([[0, 2.5], [1, 0]], dtype=np.float32))
    for name in ("a.npz", "b.npz"):
        files.write_csr(tmp_path / name, matrix)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert files.read_csr(tmp_path / "a.npz").toarray().tolist() == [[0, 2.5], [1, 0]]


def test_a_missing_or_damaged_table_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file") as error:
        files.read_table(tmp_path / "gone.parquet")
    assert "dvc repro" in error.value.hint
    (tmp_path / "bad.parquet").write_bytes(b"not parquet")
    with pytest.raises(SourceError, match="not readable as Parquet"):
        files.read_table(tmp_path / "bad.parquet")
