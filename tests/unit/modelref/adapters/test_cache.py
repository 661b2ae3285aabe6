import os
import random
from hashlib import md5
from pathlib import Path

import pytest

from modelref.adapters.dvc.config import CacheConfig, Caches, read_cache_config
from modelref.adapters.dvc.store.cache import DvcOutputs
from modelref.adapters.dvc.store.checked import Checked
from modelref.adapters.git.program import Git
from modelref.domain.outs import MD5, Out, OutFile
from modelref.errors import BadInput, OutOfReach


def cached(folder: Path, data: bytes) -> tuple[str, Path]:
    digest = md5(data, usedforsecurity=False).hexdigest()
    path = folder / "files" / "md5" / digest[:2] / digest[2:]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(0o444)
    return digest, path


def outputs(folder: Path, *links: str) -> DvcOutputs:
    (folder / ".dvc").mkdir(exist_ok=True)
    text = f"[cache]\ndir = ../cache\ntype = {','.join(links or ('copy',))}\n"
    (folder / ".dvc" / "config").write_text(text)
    return DvcOutputs(Caches(folder), Checked(folder / "state" / "checked.db"), Git(folder))


@pytest.mark.parametrize("kind", ["copy", "hardlink", "symlink", "reflink"])
def test_a_file_is_handed_over_by_the_configured_link(tmp_path: Path, kind: str) -> None:
    digest, source = cached(tmp_path / "cache", b"weights")
    target = tmp_path / "w.bin"
    outputs(tmp_path, kind).place(OutFile("w.bin", MD5, digest), target)
    assert target.read_bytes() == b"weights"
    assert target.is_symlink() == (kind == "symlink")
    assert (target.stat().st_ino == source.stat().st_ino) == (kind in ("hardlink", "symlink"))
    if kind in ("hardlink", "symlink"):
        assert not target.stat().st_mode & 0o222, "an edit would change the cache"


def test_every_flipped_bit_is_refused_before_hand_over(tmp_path: Path) -> None:
    data = random.Random(7).randbytes(4096)
    digest, path = cached(tmp_path / "cache", data)
    port = outputs(tmp_path)
    path.chmod(0o644)
    for bit in random.Random(8).sample(range(len(data) * 8), 1000):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        with pytest.raises(OutOfReach, match="not what their hash says"):
            port.place(OutFile("w.bin", MD5, digest), tmp_path / "w.bin", deep=True)
        assert not (tmp_path / "w.bin").exists()


def test_a_file_checked_once_is_not_hashed_again_until_it_changes(tmp_path: Path) -> None:
    digest, path = cached(tmp_path / "cache", b"weights")
    port = outputs(tmp_path)
    file = OutFile("w.bin", MD5, digest)
    port.place(file, tmp_path / "a")
    seen = path.stat()
    path.chmod(0o644)
    path.write_bytes(b"WEIGHTS")
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    port.place(file, tmp_path / "b")  # the clock says that nothing changed
    with pytest.raises(OutOfReach):
        port.place(file, tmp_path / "c", deep=True)
    os.utime(path)
    with pytest.raises(OutOfReach):
        port.place(file, tmp_path / "d")


def test_missing_bytes_name_the_command_that_brings_them(tmp_path: Path) -> None:
    with pytest.raises(OutOfReach, match="not in the DVC cache") as caught:
        outputs(tmp_path).place(OutFile("models/w.bin", MD5, "0" * 32), tmp_path / "w.bin")
    assert caught.value.hint == "dvc fetch --all-tags models/w.bin"


def test_a_manifest_is_believed_only_with_the_right_hash(tmp_path: Path) -> None:
    digest, path = cached(tmp_path / "cache", b'[{"md5": "' + b"0" * 32 + b'", "relpath": "a"}]')
    path.rename(path.with_name(path.name + ".dir"))
    port = outputs(tmp_path)
    folder = Out("models", MD5, f"{digest}.dir")
    assert [file.path for file in port.files(folder)] == ["models/a"]
    assert not port.cached(folder), "the file that it lists is not there"
    damaged = path.with_name(path.name + ".dir")
    damaged.chmod(0o644)
    damaged.write_bytes(damaged.read_bytes().replace(b'"a"', b'"b"'))
    with pytest.raises(OutOfReach, match="not what their hash says"):
        port.files(folder)


def test_a_file_of_the_wrong_size_is_not_cached(tmp_path: Path) -> None:
    digest, _ = cached(tmp_path / "cache", b"weights")
    port = outputs(tmp_path)
    assert port.cached(Out("w", MD5, digest, 7))
    assert not port.cached(Out("w", MD5, digest, 8))
    assert port.measure(Out("w", MD5, digest)).size == 7


def test_cache_settings_are_read_as_dvc_layers_them(tmp_path: Path) -> None:
    assert read_cache_config(tmp_path) == CacheConfig(
        tmp_path / ".dvc" / "cache", ("reflink", "copy")
    )
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc" / "config").write_text(
        "[core]\n    remote = s3\n['remote \"s3\"']\n    url = s3://b/x%20y\n[cache]\n"
        "    dir = ../shared\n    type = hardlink\n"
    )
    assert read_cache_config(tmp_path) == CacheConfig(tmp_path / "shared", ("hardlink",))
    (tmp_path / ".dvc" / "config.local").write_text('[cache]\n    type = "symlink,copy"\n')
    assert read_cache_config(tmp_path).links == ("symlink", "copy")


@pytest.mark.parametrize("text", ["[cache\n", "[cache]\ntype = teleport\n", "x = 1\n"])
def test_bad_cache_settings_are_named(tmp_path: Path, text: str) -> None:
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc" / "config").write_text(text)
    with pytest.raises(BadInput, match="config"):
        read_cache_config(tmp_path)
