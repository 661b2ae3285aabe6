"""Reading a repository of 200 MB that nobody cloned: bytes and time, beside a clone and `dvc get`.

    python benchmarks/elsewhere.py [--megabytes 200] [--commits 400] [--rounds 3] [--only TEXT]

The repository holds a pipeline, 1,000 small files, and random data in git; every tenth commit is a
registered version of one of two models. It is reached by a stand-in for ssh, which waits before it
connects, as a host does, and counts the bytes that come. It exits with 1 where a target is missed.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from measuring import MODELREF, Run, apart_from_home, median, run

_DVC_YAML = """\
artifacts:
  rec: {path: models/rec.bin, type: model}
  sim: {path: models/sim.bin, type: model}
metrics: [metrics.json]
"""
_CLONE = "git clone"
_DVC_GET = "dvc get DIR (a clone of it)"
_FEW_BYTES = 0.01
"""Most of a clone's bytes that a look at a repository may take."""
_SHARES = {
    "modelref show, cold": (_CLONE, 0.5),
    "modelref show, warm": (_CLONE, 0.5),
    "modelref get rec#prod, cold": (_DVC_GET, 1.0),
    "modelref get rec#prod, warm": (_DVC_GET, 1.0),
    "modelref --repo DIR get rec#prod": (_DVC_GET, 1.0),
}
"""Most of another command's wall time that one may take, for the sizes that are the default."""
_SSH = """\
#!/bin/sh
for last; do :; done
sleep DELAY
sh -c "$last" | tee -a "LOG"
"""


def main() -> None:
    """Build, measure, and tell as a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--commits", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", metavar="TEXT")
    parser.add_argument("--delay", type=float, default=0.05)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        apart_from_home(folder)
        bare = build(folder, asked.megabytes, asked.commits)
        log = folder / "received"
        ssh = folder / "ssh"
        ssh.write_text(_SSH.replace("DELAY", str(asked.delay)).replace("LOG", str(log)))
        ssh.chmod(0o755)
        os.environ["GIT_SSH_COMMAND"] = str(ssh)
        size = sum(file.stat().st_size for file in (bare / "objects").rglob("*") if file.is_file())
        print(f"repository: {size / 1e6:.0f} MB in git, {asked.commits} commits\n")
        print("| command | bytes received | wall s | CPU s |\n|---|---|---|---|", flush=True)
        if not judge(measure(folder, bare, log, asked.rounds, asked.only)):
            sys.exit("\na target was missed")


def measure(
    folder: Path, bare: Path, log: Path, rounds: int, only: str
) -> dict[str, tuple[Run, int]]:
    """Run each command whose name holds a text some times, and print a line for each.

    Returns:
        The medians and the bytes that came, by name.
    """
    url = f"ssh://git@example.test{bare}"
    cache, out, clone = folder / "cache", folder / "out", folder / "clone"

    def cold() -> None:
        shutil.rmtree(cache, ignore_errors=True)
        warm()

    def warm() -> None:
        for place in (out, clone):
            shutil.rmtree(place, ignore_errors=True)
        out.with_suffix(".bin").unlink(missing_ok=True)

    read = [MODELREF, "--repo", url]
    get = ["get", "rec#prod", "-o", str(out)]
    rows: list[tuple[str, list[str], Callable[[], None]]] = [
        ("modelref show, cold", [*read, "show"], cold),
        ("modelref show, warm", [*read, "show"], warm),
        ("modelref show rec, cold", [*read, "show", "rec"], cold),
        ("modelref show rec, warm", [*read, "show", "rec"], warm),
        ("modelref resolve rec#prod, cold", [*read, "resolve", "rec#prod"], cold),
        ("modelref resolve rec#prod, warm", [*read, "resolve", "rec#prod"], warm),
        ("modelref get rec#prod, cold", [*read, *get], cold),
        ("modelref get rec#prod, warm", [*read, *get], warm),
        ("modelref --repo DIR get rec#prod", [MODELREF, "--repo", str(bare), *get], warm),
        (_CLONE, ["git", "clone", "--quiet", url, str(clone)], warm),
        ("git clone --depth=1", ["git", "clone", "--quiet", "--depth=1", url, str(clone)], warm),
        (
            _DVC_GET,
            [
                *("dvc", "get", f"file://{bare}", "models/rec.bin"),
                *("--rev", "rec@v0.1.0", "-o", str(out.with_suffix(".bin"))),
            ],
            warm,
        ),
    ]
    done: dict[str, tuple[Run, int]] = {}
    for name, argv, before in rows:
        if only in name:
            done[name] = measured(argv, folder, before, log, rounds)
            show(name, *done[name])
    return done


def judge(done: Mapping[str, tuple[Run, int]]) -> bool:
    """Tell of each target whose commands both ran whether it holds, and whether all do."""
    good = True

    def hold(what: str, share: float, most: float) -> None:
        nonlocal good
        good = good and share <= most
        print(f"{'held' if share <= most else 'MISSED'}: {what} {share:.2%}, at most {most:.0%}")

    print()
    for name, (other, most) in _SHARES.items():
        if name in done and other in done:
            (ours, came), (theirs, all_of_it) = done[name], done[other]
            hold(f"time of {name}: of {other}", ours.wall / theirs.wall, most)
            if other == _CLONE:
                hold(f"bytes of {name}: of {other}", came / all_of_it, _FEW_BYTES)
    return good


def measured(
    argv: list[str], folder: Path, before: Callable[[], None], log: Path, rounds: int
) -> tuple[Run, int]:
    """The medians of a command's runs, and the bytes that came in the last."""
    done = []
    for _ in range(rounds):
        before()
        log.unlink(missing_ok=True)
        done.append(run(argv, folder))
        if done[-1].code:
            sys.exit(f"{argv}: {done[-1].out}")
    return median(done), log.stat().st_size if log.exists() else 0


def show(name: str, done: Run, received: int) -> None:
    """Print a line of the table."""
    came = f"{received:,}" if received else "-"
    print(f"| {name} | {came} | {done.wall:.2f} | {done.cpu:.2f} |", flush=True)


def build(folder: Path, megabytes: int, commits: int) -> Path:
    """Make the repository, and return its bare copy, which can leave files out."""
    root, bare = folder / "shop", folder / "shop.git"
    dice = random.Random(1)  # noqa: S311  # data, no secrets
    (root / "models").mkdir(parents=True)
    git(root, "init", "--quiet", "--initial-branch=main")
    (root / "dvc.yaml").write_text(_DVC_YAML)
    for number in range(1_000):
        place = root / "src" / f"part{number % 40}" / f"file{number}.py"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"# {dice.random()}\n" * 20)
    for number in range(commits):
        (root / "data.bin").write_bytes(dice.randbytes(megabytes * 1_000_000 // commits))
        (root / "metrics.json").write_text(f'{{"ndcg": {dice.random()}}}')
        (root / "src" / f"part{number % 40}" / "file0.py").write_text(f"# {dice.random()}\n")
        tagged = not number % 10
        model = "rec" if number % 20 else "sim"
        if tagged:
            (root / "models" / f"{model}.bin").write_bytes(dice.randbytes(100_000))
        git(root, "add", "--all")
        git(root, "commit", "--quiet", "--message", f"commit {number}")
        if tagged:
            git(root, "tag", "-a", "-m", f"Register {model}", f"{model}@v0.{number // 20 + 1}.0")
    git(root, "tag", "-a", "-m", "Assign prod", "rec#prod#1", "rec@v0.1.0^{}")
    git(root, "clone", "--quiet", "--bare", str(root), str(bare))
    git(bare, "repack", "-adq")
    git(bare, "config", "uploadpack.allowFilter", "true")
    return bare


def git(root: Path, *args: str) -> None:
    """Run git."""
    subprocess.run(["git", *args], cwd=root, check=True)


if __name__ == "__main__":
    main()
