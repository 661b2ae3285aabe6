"""Bytes from S3, as moto's server plays it, by the modelref of an environment that has dvc-s3.

The environment is made by ``make test-system``, apart from the main one: what speaks S3 weighs as
much as all of DVC.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from support import remotes
from support.project import Project, Result

ENVIRONMENT = Path(__file__).parents[2] / "build" / "s3" / "bin"
KEY, SECRET = "ada-key-id", "correct-horse-battery"
SIZE = 24 << 20


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a server that speaks S3, on a free port."""
    log = tmp_path_factory.mktemp("moto") / "log"
    with log.open("w") as said:
        server = subprocess.Popen(
            [str(ENVIRONMENT / "moto_server"), "--host", "127.0.0.1", "--port", "0"],
            stdout=said,
            stderr=said,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
    try:
        yield _url(log, server)
    finally:
        server.kill()
        server.wait()


def put(moto: str, path: str, data: bytes = b"") -> None:
    """Make a bucket, or an object in one."""
    connection = HTTPConnection(moto.removeprefix("http://"))
    connection.request("PUT", f"/{path}", data, {"Authorization": "AWS ada:any"})
    assert connection.getresponse().status == 200
    connection.close()


def _url(log: Path, server: "subprocess.Popen[bytes]") -> str:
    while server.poll() is None:
        for word in log.read_text().split():
            if word.startswith("http://127.0.0.1:"):
                return word
        time.sleep(0.1)
    raise AssertionError(log.read_text())


class Shop(Project):
    """A repository whose programs are those of the environment with dvc-s3."""

    def tool(self, program: str, *args: str, check: bool = True, **env: str) -> Result:
        path = os.pathsep.join([str(ENVIRONMENT), os.environ["PATH"]])
        return self.run(str(ENVIRONMENT / program), *args, check=check, PATH=path, **env)


def bucket(shop: Shop) -> str:
    """Its bucket's name."""
    return shop.root.parent.name.replace("_", "-").lower()


@pytest.fixture
def shop(moto: str, tmp_path: Path) -> Shop:
    """A registered version of a large file and small ones, pushed to S3 and not in the cache."""
    root = tmp_path / "shop"
    shop = Shop(root, ())
    put(moto, bucket(shop))
    remotes.configure(root, f"s3://{bucket(shop)}/dvc", f"endpointurl = {moto}")
    (root / ".dvc" / "config.local").write_text(
        f"['remote \"store\"']\n    access_key_id = {KEY}\n    secret_access_key = {SECRET}\n"
    )
    (root / ".dvc" / ".gitignore").write_text("/config.local\n/tmp\n/cache\n")
    files = {"weights.bin": os.urandom(SIZE), "empty": b""}
    files |= {f"ids/{number}.json": str(number).encode() for number in range(40)}
    out = remotes.put_folder(root / ".dvc" / "cache", "big", files)
    shop.write("big.dvc", f"outs:\n- path: big\n  hash: md5\n  md5: {out.hash}\n")
    shop.write("dvc.yaml", "artifacts:\n  big: {path: big, type: model}\n")
    shop.git("init", "--quiet")
    shop.git("add", ".dvc", "big.dvc", "dvc.yaml")
    shop.git("commit", "--quiet", "--message", "big")
    shop.git("tag", "--annotate", "--message", "big", "big@v1.0.0")
    shop.tool("dvc", "push", "--quiet")
    shutil.copytree(root / ".dvc" / "cache", tmp_path / "kept")
    shutil.rmtree(root / ".dvc" / "cache")
    return shop


def test_get_brings_a_version_from_s3(shop: Shop, tmp_path: Path) -> None:
    said = shop.tool("modelref", "get", "big@v1.0.0")
    assert (said.out, said.err) == ("big@v1.0.0: 42 files in big-v1.0.0/\n", "")
    kept = tmp_path / "kept" / "files"
    now = shop.root / ".dvc" / "cache" / "files"
    for path in kept.rglob("*"):
        if path.is_file():
            assert (now / path.relative_to(kept)).read_bytes() == path.read_bytes()
    assert "are in sync" in shop.tool("dvc", "status", "--cloud").out


def test_verify_knows_what_is_on_s3(shop: Shop) -> None:
    assert "but on their DVC remote (big)" in shop.tool("modelref", "verify").out


def size(part: Path) -> int:
    """Bytes of a file, which may become a cached object at any moment."""
    try:
        return part.stat().st_size
    except FileNotFoundError:
        return 0


def test_killed_half_way_a_repeat_needs_only_the_rest(shop: Shop) -> None:
    path = os.pathsep.join([str(ENVIRONMENT), os.environ["PATH"]])
    parts = shop.root / ".dvc" / "cache" / "modelref"
    with subprocess.Popen(
        [str(ENVIRONMENT / "modelref"), "get", "big@v1.0.0"],
        cwd=shop.root,
        env={**os.environ, "PATH": path},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    ) as child:
        while child.poll() is None and not any(
            size(part) >= 5 << 20 for part in parts.glob("*.part")
        ):
            time.sleep(0.001)
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
    assert "42 files" in shop.tool("modelref", "get", "big@v1.0.0", "-o", "again").out
    assert (shop.root / "again" / "weights.bin").stat().st_size == SIZE


def test_other_bytes_on_s3_are_refused(shop: Shop, moto: str) -> None:
    digest, _ = remotes.put(shop.root / "elsewhere", b"7")
    put(moto, f"{bucket(shop)}/dvc/files/md5/{digest[:2]}/{digest[2:]}", b"8")
    said = shop.tool("modelref", "get", "big@v1.0.0", check=False)
    assert said.code == 5
    assert "the DVC remote 'store' has other bytes for big/ids/7.json" in said.err
    assert not (shop.root / "big-v1.0.0").exists()


@pytest.mark.parametrize("broken", ["bucket", "server"])
def test_credentials_are_not_shown_when_s3_refuses(shop: Shop, broken: str) -> None:
    option = (
        ("url", "s3://nobodys/x") if broken == "bucket" else ("endpointurl", "http://127.0.0.1:9")
    )
    shop.tool("dvc", "remote", "modify", "--quiet", "store", *option)
    for args in (["get", "big@v1.0.0"], ["get", "big@v1.0.0", "--json"], ["verify"]):
        said = shop.tool("modelref", *args, check=False)
        assert said.code in (0, 1, 5)
        assert "store" in said.out + said.err or "remote" in said.out + said.err
        assert "Traceback" not in said.err
        assert KEY not in said.out + said.err
        assert SECRET not in said.out + said.err


_WITHOUT_LOGIN = """
import sys
from pathlib import Path
from modelref.adapters.dvc.remotes.opening import open_store
from modelref.adapters.dvc.remotes.settings import Trust, read_remote
store = open_store(read_remote(Path(sys.argv[1]), "", Trust(own=False, local=False)))
store.files.fs.connect()
print(store.files.fs._s3._request_signer._credentials, store.files.fs.client_kwargs)
"""


def test_a_strangers_endpoint_is_asked_without_the_persons_keys(tmp_path: Path) -> None:
    remotes.configure(tmp_path, "s3://bucket/x", "endpointurl = https://s3.example.com")
    shop = Shop(tmp_path, ())
    ask = ("python", "-c", _WITHOUT_LOGIN, str(tmp_path))
    said = shop.tool(*ask, AWS_ACCESS_KEY_ID=KEY, AWS_SECRET_ACCESS_KEY=SECRET).out
    assert said.startswith("None ")
    assert "https://s3.example.com" in said


def test_a_strangers_bytes_come_from_the_persons_own_endpoint(
    shop: Shop, moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    read = ["--repo", str(shop.root), "get", "big@v1.0.0", "-o", str(tmp_path / "got")]
    assert "at an endpoint without TLS" in shop.tool("modelref", *read, check=False).err
    assert "42 files" in shop.tool("modelref", *read, AWS_ENDPOINT_URL=moto).out
