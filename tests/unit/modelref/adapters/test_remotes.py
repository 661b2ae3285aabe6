"""Bytes from DVC remotes: only what is right, only what is missing, never without end."""

import json
import os
import random
import socket
import ssl
import stat
import threading
from collections.abc import Callable
from contextlib import nullcontext
from hashlib import md5
from pathlib import Path

import pytest

from modelref.adapters.dvc.config import CacheConfig
from modelref.adapters.dvc.declared.lockfile import LEGACY_MD5
from modelref.adapters.dvc.remotes.arrival import Arrivals
from modelref.adapters.dvc.remotes.crew import Pulse, Silent, Stopped, work
from modelref.adapters.dvc.remotes.remotes import DvcRemotes
from modelref.adapters.dvc.remotes.stores import Folder, Key
from modelref.domain.outs import MD5, Out, OutFile
from modelref.errors import BadInput, OutOfReach
from support import remotes
from support.https import encryption

IMPATIENT = DvcRemotes(patience=0.5)


def kept(root: Path) -> list[str]:
    """Names of all files in the cache of a repository."""
    return sorted(path.name for path in (root / ".dvc" / "cache").rglob("*") if path.is_file())


def test_every_flipped_bit_on_a_remote_is_refused(tmp_path: Path) -> None:
    data = random.Random(7).randbytes(512)
    digest, path = remotes.put(tmp_path / "remote", data)
    remotes.configure(tmp_path, tmp_path / "remote")
    store = Folder("store", tmp_path / "remote")
    cache = CacheConfig(tmp_path / ".dvc" / "cache", ("copy",))
    file = OutFile("w.bin", MD5, digest)
    for bit in random.Random(8).sample(range(len(data) * 8), 1000):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        with pytest.raises(OutOfReach, match=r"other bytes for w\.bin than its hash says"):
            Arrivals(store, cache, Pulse()).bring(file)
        assert not kept(tmp_path)
    path.write_bytes(data)
    assert Arrivals(store, cache, Pulse()).bring(file).read_bytes() == data


def test_objects_arrive_read_only_as_dvc_keeps_them(tmp_path: Path) -> None:
    remotes.configure(tmp_path, tmp_path / "remote")
    out = remotes.put_folder(tmp_path / "remote", "models", {"a": b"1", "b/c": b"", "d": b"1"})
    port = remotes.outputs(tmp_path)
    port.fetch([out.object])
    port.fetch(port.files(out))
    assert port.cached(out)
    files = [path for path in (tmp_path / ".dvc" / "cache").rglob("*") if path.is_file()]
    assert [stat.S_IMODE(path.stat().st_mode) for path in files] == [0o444] * 3


def test_a_cache_of_a_group_gets_folders_that_the_group_may_write(tmp_path: Path) -> None:
    digest, _ = remotes.put(tmp_path / "remote", b"weights")
    cache = CacheConfig(tmp_path / "cache", ("copy",), shared=True)
    store = Folder("store", tmp_path / "remote")
    path = Arrivals(store, cache, Pulse()).bring(OutFile("w", MD5, digest))
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o2775


class Counting(Folder):
    """A folder that tells which bytes it was asked for."""

    def download(self, key: Key, target: Path, offset: int, beat: Callable[[int], None]) -> None:
        came.append(offset)
        super().download(key, target, offset, beat)


came: list[int] = []


@pytest.mark.parametrize(
    ("left", "asked"),
    [(5 << 20, [5 << 20]), (1 << 20, [0]), (8 << 20, [])],
    ids=["half", "little", "all"],
)
def test_a_part_that_a_killed_run_left_is_gone_on_with(
    tmp_path: Path, left: int, asked: list[int]
) -> None:
    came.clear()
    data = random.Random(1).randbytes(8 << 20)
    digest, _ = remotes.put(tmp_path / "remote", data)
    part = tmp_path / "cache" / "modelref" / f"md5-{digest}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(data[:left])
    arrivals = Arrivals(
        Counting("store", tmp_path / "remote"), CacheConfig(tmp_path / "cache", ()), Pulse()
    )
    assert arrivals.bring(OutFile("w", MD5, digest)).read_bytes() == data
    assert came == asked
    assert not part.exists()


def test_a_part_of_other_bytes_is_begun_anew(tmp_path: Path) -> None:
    came.clear()
    data = random.Random(1).randbytes(6 << 20)
    digest, _ = remotes.put(tmp_path / "remote", data)
    part = tmp_path / "cache" / "modelref" / f"md5-{digest}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(5 << 20))
    store = Counting("store", tmp_path / "remote")
    arrivals = Arrivals(store, CacheConfig(tmp_path / "cache", ()), Pulse())
    assert arrivals.bring(OutFile("w", MD5, digest)).read_bytes() == data
    assert came == [5 << 20, 0]


def test_what_dvc_2_pushed_is_found_and_hashed_its_way(tmp_path: Path) -> None:
    digest = md5(b"a\nb\n", usedforsecurity=False).hexdigest()
    path = tmp_path / "remote" / digest[:2] / digest[2:]
    path.parent.mkdir(parents=True)
    path.write_bytes(b"a\r\nb\r\n")
    remotes.configure(tmp_path, tmp_path / "remote")
    port = remotes.outputs(tmp_path)
    out = Out("w.txt", LEGACY_MD5, digest)
    assert port.on_remote([out]) == {out: True}
    port.fetch([out.object])
    port.place(out.object, tmp_path / "w.txt")
    assert (tmp_path / "w.txt").read_bytes() == b"a\r\nb\r\n"


def test_two_who_bring_one_object_share_it(tmp_path: Path) -> None:
    came.clear()
    digest, _ = remotes.put(tmp_path / "remote", b"weights" * 1_000_000)
    store = Counting("store", tmp_path / "remote")
    brought = [
        Arrivals(store, CacheConfig(tmp_path / "cache", ()), Pulse()).bring for _ in range(4)
    ]
    threads = [
        threading.Thread(target=bring, args=(OutFile("w", MD5, digest),)) for bring in brought
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert came == [0]
    assert [path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()] == [digest[2:]]


# Whoever hangs is given up soon; an HTTP client tries others again, for longer than a test waits.
_PATIENCE: dict[int | str, float] = {"hang": 0.5, 500: 3.0, "truncate": 3.0}


@pytest.mark.parametrize("fault", [403, 500, "truncate", "hang", "lie"])
def test_a_web_server_that_fails_leaves_nothing(tmp_path: Path, fault: int | str) -> None:
    digest, _ = remotes.put(tmp_path / "remote", b"weights" * 1000)
    with remotes.serving(tmp_path / "remote") as server:
        server.fault = fault
        remotes.configure(tmp_path, server.url)
        port = remotes.outputs(tmp_path, DvcRemotes(patience=_PATIENCE.get(fault, 30.0)))
        with pytest.raises(OutOfReach) as caught:
            port.fetch([Out("w.bin", MD5, digest, 7000).object])
        assert (
            caught.value.kind
            in {
                403: ("remote-unreachable",),
                500: ("remote-unreachable", "remote-timeout"),
                "truncate": ("remote-unreachable", "remote-timeout"),
                "hang": ("remote-timeout",),
                "lie": ("damaged-bytes",),
            }[fault]
        )
        assert not port.cached(Out("w.bin", MD5, digest))
        server.fault = None
        server.over.set()  # who still waits is let go
        remotes.outputs(tmp_path).fetch([Out("w.bin", MD5, digest, 7000).object])
        assert port.cached(Out("w.bin", MD5, digest))


@pytest.mark.parametrize("known", [True, False])
def test_a_web_server_that_never_ends_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    monkeypatch.setattr("modelref.adapters.dvc.remotes.bounds._UNKNOWN", 32 << 20)
    digest, _ = remotes.put(tmp_path / "remote", b"weights" * 1000)
    with remotes.serving(tmp_path / "remote") as server:
        server.fault = "endless"
        remotes.configure(tmp_path, server.url)
        port = remotes.outputs(tmp_path)
        file = Out("w.bin", MD5, digest, 7000 if known else None).object
        with pytest.raises(OutOfReach, match="other bytes"):
            port.fetch([file])
        assert server.sent < 64 << 20
    assert not kept(tmp_path)


@pytest.mark.parametrize("size", [0, 7, None])
def test_a_device_in_a_folder_is_no_object(tmp_path: Path, size: int | None) -> None:
    digest, path = remotes.put(tmp_path / "remote", b"weights")
    path.unlink()
    path.symlink_to("/dev/zero")
    remotes.configure(tmp_path, tmp_path / "remote")
    with pytest.raises(OutOfReach, match="is no regular file"):
        remotes.outputs(tmp_path).fetch([Out("w.bin", MD5, digest, size).object])
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(OutOfReach, match="is no regular file"):
        remotes.outputs(tmp_path).fetch([Out("w.bin", MD5, digest, size).object])


@pytest.mark.parametrize("folder", [True, False])
def test_no_more_is_taken_than_a_version_says(tmp_path: Path, folder: bool) -> None:
    digest, path = remotes.put(tmp_path / "remote", b"weights")
    path.write_bytes(bytes(50 << 20))
    remotes.configure(tmp_path, tmp_path / "remote")
    port = remotes.outputs(tmp_path)
    file = Out("w.bin", MD5, digest, 7).object
    if folder:
        out = remotes.put_folder(tmp_path / "remote", "models", {"w": b"weights"})
        path.write_bytes(bytes(50 << 20))
        port.fetch([out.object])
        (file,) = port.files(out)
    pulse = Pulse()
    cache = CacheConfig(tmp_path / ".dvc" / "cache", ("copy",))
    with pytest.raises(OutOfReach, match="other bytes"):
        Arrivals(Folder("store", tmp_path / "remote"), cache, pulse).bring(file)
    assert pulse.bytes == 0
    assert not (cache.folder / "modelref").exists() or not [*cache.folder.glob("modelref/*")]


def test_a_text_of_dvc_2_may_have_longer_line_ends_on_the_remote(tmp_path: Path) -> None:
    digest = md5(b"\n\n", usedforsecurity=False).hexdigest()
    path = tmp_path / "remote" / digest[:2] / digest[2:]
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\r\n\r\n")
    remotes.configure(tmp_path, tmp_path / "remote")
    remotes.outputs(tmp_path).fetch([Out("w.txt", LEGACY_MD5, digest, 2).object])
    assert kept(tmp_path) == [digest[2:]]


def test_a_remote_that_is_down_is_named(tmp_path: Path) -> None:
    out = Out("w.bin", MD5, "0" * 32)
    with socket.socket() as nobody:  # bound, so that no other test gets the port
        nobody.bind(("127.0.0.1", 0))
        remotes.configure(tmp_path, f"http://127.0.0.1:{nobody.getsockname()[1]}")
        with pytest.raises(OutOfReach, match=r"'store' cannot be read: .*onnect") as caught:
            remotes.outputs(tmp_path).fetch([out.object])
        assert caught.value.hint.startswith("see that it is up")
        with pytest.raises(OutOfReach, match=r"'store' cannot be read: .*onnect"):
            remotes.outputs(tmp_path).on_remote([out])  # it is not merely without the file


def test_a_folder_that_went_away_is_named(tmp_path: Path) -> None:
    remotes.configure(tmp_path, tmp_path / "unmounted")
    with pytest.raises(OutOfReach, match=r"there is no folder .*unmounted"):
        remotes.outputs(tmp_path).fetch([OutFile("w.bin", MD5, "0" * 32)])


def test_only_what_is_missing_is_asked_for(tmp_path: Path) -> None:
    here, there = b"here", b"there"
    remotes.put(tmp_path / ".dvc" / "cache", here)
    with remotes.serving(tmp_path / "remote") as server:
        remotes.put(tmp_path / "remote", here)
        remotes.configure(tmp_path, server.url)
        out = remotes.put_folder(tmp_path / "remote", "m", {"a": here, "b": there, "c": there})
        port = remotes.outputs(tmp_path)
        port.fetch([out.object])
        port.fetch(port.files(out))
        port.fetch(port.files(out))
    digest = md5(there, usedforsecurity=False).hexdigest()
    assert server.asked == [
        f"/files/md5/{out.hash[:2]}/{out.hash[2:]}",
        f"/files/md5/{digest[:2]}/{digest[2:]}",
    ]


@pytest.mark.parametrize("web", [False, True], ids=["folder", "web"])
def test_objects_come_at_the_same_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, web: bool
) -> None:
    kind, name = (remotes.Handler, "do_GET") if web else (Folder, "download")
    begin, both = getattr(kind, name), threading.Barrier(2)

    def begin_together(*args: object) -> None:
        both.wait(5)
        begin(*args)

    monkeypatch.setattr(kind, name, begin_together)
    files = [
        OutFile(f"{n}.bin", MD5, remotes.put(tmp_path / "remote", b"%d" % n)[0]) for n in (1, 2)
    ]
    with remotes.serving(tmp_path / "remote") as server:
        remotes.configure(tmp_path, server.url if web else tmp_path / "remote", "jobs = 2")
        remotes.outputs(tmp_path, DvcRemotes(patience=10)).fetch(files)
    assert kept(tmp_path) == sorted(file.hash[2:] for file in files)


@pytest.mark.parametrize("relpath", ["../../x", "/etc/x", ".git/hooks/x", "a/../../x"])
def test_a_manifest_from_a_remote_that_leaves_its_folder_is_refused(
    tmp_path: Path, relpath: str
) -> None:
    entries = [{"md5": "0" * 32, "relpath": relpath}]
    digest, _ = remotes.put(tmp_path / "remote", json.dumps(entries).encode(), ".dir")
    remotes.configure(tmp_path, tmp_path / "remote")
    port = remotes.outputs(tmp_path)
    out = Out("models", MD5, digest)
    port.fetch([out.object])
    with pytest.raises(BadInput, match="names the path"):
        port.files(out)
    with pytest.raises(BadInput, match="names the path"):
        port.on_remote([out])


def test_a_folder_of_which_the_remote_lacks_a_file_is_not_whole(tmp_path: Path) -> None:
    remotes.configure(tmp_path, tmp_path / "remote")
    out = remotes.put_folder(tmp_path / "remote", "m", {"a": b"1", "b": b"22"})
    other = remotes.put_folder(tmp_path / "remote", "n", {"a": b"1"})
    port = remotes.outputs(tmp_path)
    assert port.on_remote([out, other]) == {out: True, other: True}
    digest = md5(b"22", usedforsecurity=False).hexdigest()
    path = tmp_path / "remote" / "files" / "md5" / digest[:2] / digest[2:]
    path.write_bytes(b"2")
    assert port.on_remote([out, other]) == {out: False, other: True}, "it has another size"
    path.unlink()
    assert port.on_remote([out, other]) == {out: False, other: True}


def test_an_out_is_asked_of_the_remote_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "remote").mkdir()
    remotes.configure(tmp_path, tmp_path / "remote")
    digest, _ = remotes.put(tmp_path / "other", b"weights")
    with (tmp_path / ".dvc" / "config.local").open("w") as file:
        file.write(f"['remote \"Other\"']\n    url = {tmp_path / 'other'}\n")
    port = remotes.outputs(tmp_path)
    default, named = Out("w", MD5, digest), Out("v", MD5, digest, remote="other")
    assert port.on_remote([default]) == {default: False}
    with pytest.raises(BadInput, match="other2"):
        port.on_remote([Out("w", MD5, digest, remote="other2")])
    assert port.on_remote([named]) == {named: True}
    port.fetch([named.object])
    assert port.cached(default)


@pytest.mark.parametrize("option", ["version_aware = true", "worktree = true"])
def test_a_remote_without_hashes_is_said_to_be_unsupported(tmp_path: Path, option: str) -> None:
    remotes.configure(tmp_path, "https://bytes.example.com", option)
    with pytest.raises(OutOfReach, match="not supported") as caught:
        remotes.outputs(tmp_path).fetch([OutFile("w.bin", MD5, "0" * 32)])
    assert caught.value.hint.startswith("dvc pull")


def test_what_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remotes.configure(tmp_path, "gs://bucket/x")
    with pytest.raises(OutOfReach, match=r"is gs://, and what reads .* is not installed") as caught:
        remotes.outputs(tmp_path).fetch([OutFile("w.bin", MD5, "0" * 32)])
    assert caught.value.hint == "pip install 'dvc[gs]'"


@pytest.mark.parametrize(
    ("url", "lines", "why"),
    [
        ("{here}/remote", (), "a folder of this machine"),
        ("file://{here}/remote", (), "a folder of this machine"),
        ("http://127.0.0.1:1", (), "http://"),
        ("webdav://127.0.0.1:1", (), "webdav://"),
        ("hdfs://127.0.0.1:1/x", (), "hdfs://"),
        ("ssh://127.0.0.1:1/x", (), "ssh://"),
        ("webdavs://127.0.0.1:1", (), "webdavs://"),
        ("oss://b/x", ("oss_endpoint = https://127.0.0.1:1",), "oss://"),
        ("s3://b/x", ("endpointurl = http://127.0.0.1:1",), "an endpoint without TLS"),
        ("s3://b/x", ("region = x.example.com/",), "has the region 'x.example.com/'"),
        ("gs://b/x", ("endpointurl = https://127.0.0.1:1",), "names an endpoint"),
        ("azure://c/x", ("account_name = x.example.com/",), "has the account_name 'x.example"),
        ("remote://base/x", (), "a folder of this machine"),
    ],
)
def test_a_stranger_chooses_no_folder_and_no_bare_protocol(
    tmp_path: Path, url: str, lines: tuple[str, ...], why: str
) -> None:
    digest, _ = remotes.put(tmp_path / "remote", b"weights")
    remotes.configure(tmp_path, url.format(here=tmp_path), *lines)
    with (tmp_path / ".dvc" / "config").open("a") as file:
        file.write(f"['remote \"base\"']\n    url = {tmp_path / 'remote'}\n")
    port = remotes.outputs(tmp_path, DvcRemotes(trusted=False))
    with pytest.raises(OutOfReach, match=why) as caught:
        port.fetch([OutFile("w.bin", MD5, digest)])
    assert caught.value.kind == "untrusted-remote"
    assert not kept(tmp_path)


def test_a_stranger_on_this_machine_may_have_its_remote_here(tmp_path: Path) -> None:
    digest, _ = remotes.put(tmp_path / "remote", b"weights")
    remotes.configure(tmp_path, tmp_path / "remote")
    remotes.outputs(tmp_path, DvcRemotes(trusted=False, local=True)).fetch(
        [OutFile("w.bin", MD5, digest)]
    )
    assert kept(tmp_path) == [digest[2:]]


def test_a_stranger_reads_no_file_of_ours_and_chooses_no_account(tmp_path: Path) -> None:
    remotes.configure(
        tmp_path,
        "s3://bucket/x",
        "credentialpath = /etc/passwd",
        "profile = work",
        "ssl_verify = false",
        "jobs = 100000",
    )
    from modelref.adapters.dvc.remotes.settings import Trust, read_remote

    settings = read_remote(tmp_path, "", Trust(own=False, local=False))
    assert settings is not None
    assert set(settings.options) == {"url"}
    own = read_remote(tmp_path, "", Trust(own=True, local=True))
    assert own is not None
    assert "profile" in own.options, "one's own settings are honoured"


@pytest.mark.parametrize("variable", ["", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
def test_at_an_endpoint_of_a_stranger_nobody_logs_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    from modelref.adapters.dvc.remotes.settings import Trust, read_remote

    endpoint = "https://s3.example.com"
    lines = f"endpointurl = {endpoint}", "allow_anonymous_login = false"
    remotes.configure(tmp_path, "s3://bucket/x", *lines)
    if variable:
        monkeypatch.setenv(variable, endpoint)
    settings = read_remote(tmp_path, "", Trust(own=False, local=False))
    assert settings is not None
    assert settings.options["endpointurl"] == endpoint
    assert settings.options["allow_anonymous_login"] is not bool(variable), "our own endpoint"


@pytest.mark.parametrize("header", ["Location", "URI"])
@pytest.mark.parametrize("trusted", [False, True])
def test_a_strangers_server_gets_no_login_and_leads_nowhere_without_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool, header: str
) -> None:
    digest, _ = remotes.put(tmp_path / "remote", b"weights")
    tls, certificate = encryption(tmp_path)
    trusting = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", trusting)
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ada password open-sesame\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    bare = remotes.serving(tmp_path / "remote")
    with bare as bare_server, remotes.serving(tmp_path / "remote", tls) as server:
        remotes.configure(tmp_path, server.url)
        port = remotes.outputs(tmp_path, DvcRemotes(trusted=trusted))
        server.leads_to, server.leads_by = bare_server.url, header
        with nullcontext() if trusted else pytest.raises(OutOfReach, match=r"leads to http://127"):
            port.fetch([OutFile("w.bin", MD5, digest)])
        with remotes.serving(tmp_path / "remote", tls) as other:
            server.leads_to = other.url
            port.fetch([OutFile("w.bin", MD5, digest)])
    assert any(server.logins) is trusted
    assert bool(bare_server.asked) is trusted
    assert kept(tmp_path) == [digest[2:]]


def test_a_stranger_gets_none_of_our_own_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from modelref.adapters.dvc.remotes.settings import Trust, read_remote

    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config").write_text("['remote \"store\"']\n    password = open-sesame\n")
    monkeypatch.setenv("DVC_GLOBAL_CONFIG_DIR", str(tmp_path / "mine"))
    remotes.configure(tmp_path / "shop", "https://evil.example.com/x")
    strange = read_remote(tmp_path / "shop", "", Trust(own=False, local=False))
    own = read_remote(tmp_path / "shop", "", Trust(own=True, local=True))
    assert strange is not None
    assert "password" not in strange.options
    assert own is not None
    assert "password" in own.options
    assert "open-sesame" not in repr(own)


def test_credentials_stand_in_no_message(tmp_path: Path) -> None:
    with remotes.serving(tmp_path / "remote") as server:
        server.fault = 403
        url = server.url.replace("http://", "http://ada:open-sesame@")
        auth = "auth = custom", "custom_auth_header = X-Key", "password = correct-horse"
        remotes.configure(tmp_path, url, *auth)
        with pytest.raises(OutOfReach) as caught:
            remotes.outputs(tmp_path, IMPATIENT).fetch([OutFile("w.bin", MD5, "0" * 32)])
    said = f"{caught.value} {caught.value.__cause__}"
    assert "403" in said
    assert not any(secret in said for secret in ("open-sesame", "correct-horse", "ada:"))


@pytest.mark.parametrize(
    "text", ["[core\n", "[core]\nremote = gone\n", "['remote \"r\"']\nx = 1\n"]
)
def test_settings_that_dvc_refuses_are_named(tmp_path: Path, text: str) -> None:
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc" / "config").write_text(text)
    with pytest.raises(BadInput):
        remotes.outputs(tmp_path).on_remote([Out("w.bin", MD5, "0" * 32)])


def test_a_remote_that_hangs_holds_nobody_up() -> None:
    over = threading.Event()

    def hang(_: int) -> None:
        over.wait()

    with pytest.raises(Silent):
        list(work(hang, range(3), Pulse(), jobs=2, patience=0.1))
    over.set()


def test_the_first_failure_stops_the_others() -> None:
    pulse, begun = Pulse(), threading.Barrier(2)

    def task(number: int) -> int:
        begun.wait()
        if number:
            raise ValueError(number)
        while True:
            pulse.beat()

    with pytest.raises(ValueError, match="1"):
        list(work(task, [0, 1], pulse, jobs=2, patience=60))
    with pytest.raises(Stopped):
        pulse.beat()


def test_an_object_that_cannot_be_kept_says_why(tmp_path: Path) -> None:
    digest, _ = remotes.put(tmp_path / "remote", b"weights")
    (tmp_path / "cache").write_text("a file where the cache should be")
    arrivals = Arrivals(
        Folder("store", tmp_path / "remote"), CacheConfig(tmp_path / "cache", ()), Pulse()
    )
    with pytest.raises(OutOfReach, match="into the cache") as caught:
        arrivals.bring(OutFile("w.bin", MD5, digest))
    assert caught.value.kind == "unwritable"


def test_a_note_outlives_neither_a_fork_nor_the_end_of_its_program(tmp_path: Path) -> None:
    digest, path = remotes.put(tmp_path / ".dvc" / "cache", b"weights")
    remotes.configure(tmp_path, None)
    port = remotes.outputs(tmp_path)
    port.check(OutFile("w", MD5, digest))
    child = os.fork()
    if not child:
        known = port.checked.knows(path, path.stat(), digest)
        os._exit(0 if known else 1)
    assert os.waitpid(child, 0)[1] == 0
    port.checked.flush()
    assert remotes.outputs(tmp_path).checked.knows(path, path.stat(), digest)
