"""Bringing a version from its DVC remote: modelref get beside dvc fetch and dvc get.

    python benchmarks/bytes.py [--size BYTES] [--files N] [--rounds N] [--s3]

Every run begins with an empty cache, and all of one table are of one machine in one go. modelref
hashes what comes and has it on disk before it hands it over; DVC does neither unless asked.
It exits with 1 where modelref takes more than twice DVC's time for the same files.
``--s3`` wants the environment that ``make test-system`` makes, and runs moto's server in it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import tempfile
import time
from hashlib import md5
from http.client import HTTPConnection
from pathlib import Path

from measuring import SCRIPTS, Case, apart_from_home, compare, report

S3 = Path(__file__).parents[1] / "build" / "s3" / "bin"
_MOST = 2.0
"""Times what dvc get takes that modelref may, for hashing and having on disk what came."""
KEYS = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}


def build(root: Path, url: str, size: int, files: int, *lines: str) -> None:
    """Make a repository with one version of some size and number of files, in its cache."""
    (root / ".dvc").mkdir(parents=True)
    more = "".join(f"    {line}\n" for line in lines)
    (root / ".dvc" / "config").write_text(
        f"[core]\n    remote = r\n['remote \"r\"']\n    url = {url}\n{more}"
        "[cache]\n    type = hardlink\n"
    )
    (root / ".dvc" / ".gitignore").write_text("/cache\n")
    entries = []
    for number in range(files):
        data = os.urandom(size // files)
        entries.append({"md5": keep(root, data), "relpath": f"{number:06}.bin"})
    digest = keep(root, json.dumps(entries).encode(), ".dir")
    (root / "big.dvc").write_text(f"outs:\n- path: big\n  hash: md5\n  md5: {digest}.dir\n")
    (root / "dvc.yaml").write_text("artifacts:\n  big: {path: big, type: model}\n")
    (root / ".gitignore").write_text("/big\n/out\n")
    for args in (
        ["init", "--quiet"],
        ["add", ".dvc", "big.dvc", "dvc.yaml", ".gitignore"],
        ["commit", "--quiet", "--message", "big"],
        ["tag", "--annotate", "--message", "big", "big@v1.0.0"],
    ):
        subprocess.run(["git", *args], cwd=root, check=True)


def keep(root: Path, data: bytes, suffix: str = "") -> str:
    """Keep an object in the cache, and return its hash."""
    digest = md5(data, usedforsecurity=False).hexdigest()
    path = root / ".dvc" / "cache" / "files" / "md5" / digest[:2] / f"{digest[2:]}{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(0o444)
    return digest


def measure(root: Path, scripts: Path, title: str, rounds: int) -> bool:
    """Measure each way in turn, and tell whether the target holds."""

    def forget() -> None:
        for name in (".dvc/cache", ".dvc/tmp", "out"):
            shutil.rmtree(root / name, ignore_errors=True)

    ways = {
        "modelref get": ["modelref", "get", "big@v1.0.0", "-o", "out"],
        "dvc fetch": ["dvc", "fetch", "--quiet"],
        "dvc get": ["dvc", "get", "--quiet", "--rev", "big@v1.0.0", ".", "big", "-o", "out"],
    }
    cases = {
        name: Case([str(scripts / argv[0]), *argv[1:]], root, forget) for name, argv in ways.items()
    }
    runs = compare(cases, rounds=rounds)
    ours, theirs = runs["modelref get"], runs["dvc get"]
    held = report(title, runs, {"modelref get": round(_MOST * theirs.cpu, 2)}, "modelref get")
    longer = ours.wall / theirs.wall
    mark = "held" if longer <= _MOST else "MISSED"
    print(f"{mark}: {longer:.1f} x the wall time of dvc get, at most {_MOST:.0f}")
    return held and longer <= _MOST


def start_moto(log: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start moto's server on a free port; return it and its URL."""
    with log.open("w") as said:
        argv = [str(S3 / "moto_server"), "--host", "127.0.0.1", "--port", "0"]
        server = subprocess.Popen(argv, stdout=said, stderr=said)
    while server.poll() is None:
        found = [word for word in log.read_text().split() if word.startswith("http://127.0.0.1:")]
        if found:
            return server, found[0]
        time.sleep(0.1)
    raise SystemExit(log.read_text())


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=10**9)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--s3", action="store_true")
    args = parser.parse_args()
    what = f"{args.size / 1e9:.2f} GB in {args.files:,} files"
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as temporary:
        top = Path(temporary)
        apart_from_home(top)
        root = top / "folder"
        build(root, str(top / "store"), args.size, args.files)
        shutil.move(root / ".dvc" / "cache", top / "store")
        held = measure(root, SCRIPTS, f"{what}, from a folder", args.rounds)
        if args.s3:
            held &= from_s3(top, what, args)
    if not held:
        raise SystemExit("\na target was missed")


def from_s3(top: Path, what: str, args: argparse.Namespace) -> bool:
    """Measure the same from S3, and tell whether the target holds."""
    os.environ.update(KEYS, PATH=os.pathsep.join([str(S3), os.environ["PATH"]]))
    server, url = start_moto(top / "log")
    try:
        connection = HTTPConnection(url.removeprefix("http://"))
        connection.request("PUT", "/bench")
        connection.getresponse().read()
        root = top / "s3"
        build(root, "s3://bench/dvc", args.size, args.files, f"endpointurl = {url}")
        subprocess.run([str(S3 / "dvc"), "push", "--quiet"], cwd=root, check=True)
        return measure(root, S3, f"{what}, from S3 (moto on this machine)", args.rounds)
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    main()
