"""DVC's settings, with those of another commit in place of the checkout's."""

from pathlib import Path

import pytest

from modelref.adapters.dvc.config import names_remote

STORE = b"[core]\n    remote = store\n['remote \"store\"']\n    url = s3://models\n"


@pytest.mark.parametrize(
    ("kept", "local", "name", "known"),
    [
        (STORE, "", "", True),
        (STORE, "", "Store", True),
        (STORE, "", "other", False),
        (b"", "", "", False),
        (b"", "", "store", False),
        (b"", "[core]\n    remote = store\n", "", True),
        (b"[cache]\n    type = copy\n", "[core]\n    autostage = true\n", "", False),
    ],
)
def test_a_remote_is_known_by_the_commits_settings_or_the_persons(
    tmp_path: Path, kept: bytes, local: str, name: str, known: bool
) -> None:
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc" / "config").write_bytes(STORE)
    (tmp_path / ".dvc" / "config.local").write_text(local)
    assert names_remote(tmp_path, kept, name) is known
