"""Tables that nobody vouches for: read, or refused with a word, never more."""

import contextlib
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from modelref.adapters.tables.guard import GuardedTables, _unread
from modelref.domain.diff.data import Counted
from modelref.domain.diff.results import Gap, Why
from modelref.domain.diff.values import Status
from modelref.domain.tables import columns_of_ids
from modelref.errors import BadInput, ModelRefError, OutOfReach
from modelref.ports import Located
from support.tables import write

IDS = columns_of_ids({})


def located(path: Path, name: str = "rows.parquet") -> Located:
    return Located(path, name)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    columns = {"user": range(1000), "item": [f"i{n % 7}" for n in range(1000)]}
    return write(tmp_path / "sound.parquet", columns)


def test_a_change_comes_back_typed(tmp_path: Path) -> None:
    old = write(tmp_path / "a.csv", {"user": [1, 2], "n": [1, 2], "old": [1, 1], "same": [1, 1]})
    new = write(tmp_path / "b.csv", {"user": [2, 3], "n": [5, 6], "new": [1, 1], "same": [1, 1]})
    found = GuardedTables().compare(located(old, "rows.csv"), located(new, "rows.csv"), IDS)
    assert found.path == "rows.csv"
    assert found.rows == Counted(2, 2, 2, 2)
    assert found.ids == {"user": Counted(2, 2, 1, 1)}
    assert [(one.column, one.status) for one in found.columns] == [
        ("n", Status.CHANGED), ("user", Status.CHANGED), ("new", Status.ADDED),
        ("old", Status.REMOVED),
    ]  # fmt: skip


def test_results_come_back_typed(tmp_path: Path) -> None:
    columns = {"user": range(40), "ndcg": [0.5] * 40, "age": ["young", "old"] * 20}
    old = write(tmp_path / "a.parquet", columns)
    new = write(tmp_path / "b.parquet", columns | {"ndcg": [0.75] * 40, "hit": ["x"] * 40})
    told = GuardedTables().results(located(old), located(new), 1, ["all.ndcg", "hit"])
    (found,) = told.measured
    assert told.gaps == (Gap("", "hit", Why.NO_COLUMN, 0),)
    assert found.key == "ndcg"
    assert (found.paired.users, found.paired.change) == (40, 0.25)
    assert found.paired.interval == (0.25, 0.25)
    assert [(one.segment, one.paired.users) for one in found.segments] == [
        ("old", 20),
        ("young", 20),
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "rows.parquet is not readable"),
        (b"PAR1", "rows.parquet is not readable"),
        (b"not a table at all, but long enough", "rows.parquet is not readable"),
        (b"PAR1" + b"\xff" * 64 + (1 << 30).to_bytes(4, "little") + b"PAR1", "is not readable"),
    ],
)
def test_what_is_no_parquet_is_said(tmp_path: Path, sound: Path, data: bytes, said: str) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(data)
    with pytest.raises(BadInput, match=said):
        GuardedTables().compare(located(sound), located(bad), IDS)


def test_a_footer_that_names_bytes_beyond_the_end_is_said(tmp_path: Path, sound: Path) -> None:
    data = sound.read_bytes()
    length = int.from_bytes(data[-8:-4], "little")
    bad = tmp_path / "bad"
    bad.write_bytes(b"PAR1" + data[-8 - length :])  # the footer alone, its pages gone
    with pytest.raises(BadInput, match=r"rows.parquet has a footer that names bytes beyond"):
        GuardedTables().compare(located(sound), located(bad), IDS)


def test_flipped_bytes_are_read_or_refused(tmp_path: Path, sound: Path) -> None:
    chance = random.Random(5)
    bad = tmp_path / "bad"
    for _ in range(12):
        data = bytearray(sound.read_bytes())
        for _ in range(4):
            data[chance.randrange(len(data) - 600, len(data))] = chance.randrange(256)
        bad.write_bytes(data)
        with contextlib.suppress(ModelRefError):
            assert GuardedTables().compare(located(sound), located(bad), IDS).rows.before == 1000


def test_a_small_file_that_unpacks_to_more_than_the_limit_is_refused(
    tmp_path: Path, sound: Path
) -> None:
    bad = tmp_path / "bad"
    text = pa.array(["x" * (160 << 20)])
    pq.write_table(
        pa.table({"user": [1], "text": text}), bad, compression="zstd", use_dictionary=False
    )
    assert bad.stat().st_size < 1 << 20
    with pytest.raises(OutOfReach, match=r"rows.parquet would take more than 320 MiB of memory"):
        GuardedTables(most_bytes=320 << 20).compare(located(sound), located(bad), IDS)


def test_a_row_that_cannot_be_read_is_not_told(tmp_path: Path, sound: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("user\n" + "1\n" * (2 << 20) + "1,secret-id\n")
    with pytest.raises(BadInput) as refused:
        GuardedTables().compare(located(sound, "a.parquet"), located(bad, "rows.csv"), IDS)
    assert "secret" not in str(refused.value)


def test_it_ends_in_time(sound: Path) -> None:
    with pytest.raises(OutOfReach, match="could not be read within 0 seconds"):
        GuardedTables(seconds=0.01).compare(located(sound), located(sound), IDS)


def test_a_module_of_the_repository_stands_in_for_none_of_ours(
    tmp_path: Path, sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "repository"
    folder.mkdir()
    for name in ("json", "pyarrow", "numpy"):
        (folder / f"{name}.py").write_text(f"open({str(tmp_path / 'owned')!r}, 'w')\n")
    monkeypatch.chdir(folder)
    assert GuardedTables().compare(located(sound), located(sound), IDS).rows.added == 0
    assert not (tmp_path / "owned").exists()


def test_what_is_not_installed_is_named() -> None:
    error = _unread("rows.parquet", "ModuleNotFoundError: No module named 'pyarrow'\n", 1)
    assert error.message == "reading rows.parquet needs pyarrow, which is not installed"
    assert error.hint.startswith("pip install numpy ")
