"""DVC's settings, with those of another commit in place of the checkout's."""

from pathlib import Path

import pytest

from modelref.adapters.dvc.config import leads_to_same_remote

STORE = b"[core]\n    remote = store\n['remote \"store\"']\n    url = s3://models\n"


MOVED = STORE.replace(b"models", b"older")
ENDPOINT = STORE + b"    endpointurl = https://older.example.com\n"
BASE = b"['remote \"base\"']\n    url = s3://models\n"
ABOVE = STORE.replace(b"s3://models", b"remote://base/shop") + BASE


@pytest.mark.parametrize(
    ("kept", "local", "name", "known"),
    [
        (STORE, "", "", True),
        (STORE, "", "Store", True),
        (STORE, "", "other", False),
        (b"", "", "", False),
        (b"", "", "store", False),
        (b"", "[core]\n    remote = store\n", "", False),
        (b"[cache]\n    type = copy\n", "[core]\n    autostage = true\n", "", False),
        (MOVED, "", "", False),
        (MOVED, "", "store", False),
        (MOVED, STORE.decode(), "", True),
        (ENDPOINT, "", "", False),
        (ABOVE, "", "", False),
        (ABOVE, ABOVE.decode(), "", True),
        (ABOVE.replace(b"models", b"older"), ABOVE.decode().replace("models", "x"), "", True),
        (STORE.replace(b"s3://models", b"remote://store/x"), "", "", False),
    ],
)
def test_a_remote_is_known_by_the_commits_settings_or_the_persons(
    tmp_path: Path, kept: bytes, local: str, name: str, known: bool
) -> None:
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc" / "config").write_bytes(STORE)
    (tmp_path / ".dvc" / "config.local").write_text(local)
    assert leads_to_same_remote(tmp_path, kept, name) is known
