"""A stranger's DVC settings decide nothing about where bytes lie here."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from modelref.adapters.dvc.config import CacheConfig
from modelref.adapters.dvc.strangers import StrangersCaches

CONFIGS = {
    ".dvc/config": b"[cache]\n    dir = /etc\n    type = symlink\n[core]\n    remote = top\n",
    "search/.dvc/config": b"[core]\n    remote = search\n",
}


def read(paths: Sequence[str]) -> Mapping[str, bytes]:
    return {path: CONFIGS[path] for path in paths if path in CONFIGS}


@pytest.mark.parametrize("path", ["models/rec", "search/rec", "../../etc/rec"])
def test_bytes_lie_in_our_folder_and_are_copied(tmp_path: Path, path: str) -> None:
    caches = StrangersCaches(tmp_path, read)
    assert caches.of(path) == CacheConfig(tmp_path / "cache", ("reflink", "copy"))


@pytest.mark.parametrize(
    ("path", "remote"),
    [("models/rec", "top"), ("search/models/rec", "search"), ("searching/rec", "top")],
)
def test_the_nearest_settings_are_put_beside_them(tmp_path: Path, path: str, remote: str) -> None:
    root = StrangersCaches(tmp_path, read).root_of(path)
    assert f"remote = {remote}" in (root / ".dvc" / "config").read_text()
    assert root.is_relative_to(tmp_path)


def test_a_path_that_climbs_out_stays_in(tmp_path: Path) -> None:
    def everywhere(paths: Sequence[str]) -> Mapping[str, bytes]:
        return dict.fromkeys(paths, b"[core]\n")

    root = StrangersCaches(tmp_path / "ours", everywhere).root_of("a/../../../b/rec")
    assert root.resolve().is_relative_to(tmp_path / "ours")
    assert [path.name for path in tmp_path.iterdir()] == ["ours"]
