"""The registry in one clone: CPU time and memory of every read and write, as ratios in one run.

    python benchmarks/registry.py [--rounds N] [--only PART ...] [--scratch DIR]

Parts: startup, reads, sizes, growth, writes, bytes, gto. It takes minutes, and 3 GB of room.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from hashlib import md5
from pathlib import Path
from typing import TYPE_CHECKING

from measuring import MODELREF, SCRIPTS, Case, apart_from_home, compare, report, run
from modelref.adapters.git.tags import patterns_of
from modelref.domain.names import Artifact
from synthetic import build, cache_path, git

if TYPE_CHECKING:
    from collections.abc import Callable

_FIELDS = (
    "%(refname:strip=2)%00%(objectname)%00%(objecttype)%00%(tag)%00%(*objectname)%00"
    "%(*objecttype)%00%(taggerdate:raw)%00%(taggername)%00%(taggeremail:trim)%00"
    "%(contents:subject)%00%(contents:trailers:only,unfold)%00"
)
_FLOOR = "git for-each-ref"
_FLOOR_OF_ONE = "git for-each-ref MODEL"
_OF_ONE = ("show MODEL", "history MODEL", "resolve MODEL#prod")
_MIB = 150
_MODEL = "models/m000:m000"
_ARTIFACT = Artifact.parse(_MODEL)
_GTO_LIMIT = 900.0
_LINKS = {"hardlink": 0.12, "symlink": 0.12, "reflink": 0.12, "copy": 0.42}
"""CPU seconds that a get of 1 GB may take, by kind of link."""
_FLOORS = {
    "hardlink": ["ln"],
    "symlink": ["ln", "-s"],
    "reflink": ["cp", "--reflink=always"],
    "copy": ["cp"],
}


class Bench:
    """The parts, and the registries that they share."""

    def __init__(self, scratch: Path, rounds: int) -> None:
        self.scratch = scratch
        self.rounds = rounds
        self.missed: list[str] = []

    def registry(self, models: int, versions: int, *, loose: bool = False) -> Path:
        """A registry of that size, made when first asked for."""
        root = self.scratch / f"{models}x{versions}{'-loose' if loose else ''}"
        if not root.exists():
            build(root, models=models, versions=versions, loose=loose)
        return root

    def hold(self, what: str, held: bool) -> None:
        """Note whether a target holds."""
        print(f"{'held' if held else 'MISSED'}: {what}", flush=True)
        if not held:
            self.missed.append(what)

    def startup(self) -> None:
        """Start-up: nothing but Python, the help, and a small registry."""
        root = self.registry(5, 10)
        runs = compare(
            {
                "python -c pass": Case([sys.executable, "-c", "pass"], root),
                "import subprocess, click": Case(
                    [sys.executable, "-c", "import subprocess, click"], root
                ),
                "modelref --help": Case([MODELREF, "--help"], root),
                "modelref show": Case([MODELREF, "show"], root),
                "gto --help": Case([str(SCRIPTS / "gto"), "--help"], root),
            },
            rounds=self.rounds,
        )
        limits = {"modelref --help": 0.08, "modelref show": 0.10}
        self.hold("start-up", report("Start-up, 100 tags", runs, limits, "python -c pass"))

    def reads(self) -> None:
        """Reads of 20,000 tags, packed and loose."""
        for loose in (False, True):
            root = self.registry(100, 100, loose=loose)
            listing = ["git", "for-each-ref", f"--format={_FIELDS}", "refs/tags"]
            runs = compare(
                {
                    _FLOOR: Case(listing, root),
                    _FLOOR_OF_ONE: Case([*listing[:-1], *patterns_of(_ARTIFACT)], root),
                    "show": Case([MODELREF, "show"], root),
                    "show MODEL": Case([MODELREF, "show", _MODEL], root),
                    "history MODEL": Case([MODELREF, "history", _MODEL], root),
                    "resolve MODEL#prod": Case([MODELREF, "resolve", f"{_MODEL}#prod"], root),
                    "history": Case([MODELREF, "history"], root),
                    "show --json": Case([MODELREF, "show", "--json"], root),
                },
                rounds=self.rounds,
            )
            kind = "loose" if loose else "packed"
            # Loose refs are slow for git too: a ratio, that reading all models would miss.
            limit = 4 * runs[_FLOOR_OF_ONE].cpu if loose else 0.12
            limits = dict.fromkeys(_OF_ONE, round(limit, 2))
            held = report(f"Reads, 20,000 tags, {kind}", runs, limits, _FLOOR)
            self.hold(f"reads, {kind}", held)
            ratio = runs["show"].cpu / runs[_FLOOR].cpu
            self.hold(f"show is {ratio:.1f} x {_FLOOR}, at most 5 ({kind})", ratio <= 5)
            self.hold(
                f"show takes {runs['show'].peak:.0f} MiB, at most {_MIB} ({kind})",
                runs["show"].peak <= _MIB,
            )

    def sizes(self) -> None:
        """Listings of 1,300 and of 13,000 tags, packed, against absolute targets."""
        for models, versions, limits in (
            (10, 65, {"show": 0.12}),
            (100, 65, {"show": 0.30, "show MODEL": 0.12}),
        ):
            root = self.registry(models, versions)
            listing = ["git", "for-each-ref", f"--format={_FIELDS}", "refs/tags"]
            runs = compare(
                {
                    _FLOOR: Case(listing, root),
                    "show": Case([MODELREF, "show"], root),
                    "show MODEL": Case([MODELREF, "show", _MODEL], root),
                },
                rounds=self.rounds,
            )
            title = f"Listings, {2 * models * versions:,} tags"
            self.hold(title, report(title, runs, limits, _FLOOR))

    def growth(self) -> None:
        """Time against the number of tags."""
        print("\nGrowth\n\n| tags | show CPU s | µs a tag | x git for-each-ref | peak MiB |")
        print("|---|---|---|---|---|")
        start = compare(
            {"show": Case([MODELREF, "show"], self.registry(5, 10))}, rounds=self.rounds
        )["show"].cpu
        slopes = []
        for models, versions in ((100, 50), (100, 100), (100, 500)):
            root = self.registry(models, versions)
            tags = 2 * models * versions
            listing = ["git", "for-each-ref", f"--format={_FIELDS}", "refs/tags"]
            runs = compare(
                {_FLOOR: Case(listing, root), "show": Case([MODELREF, "show"], root)},
                rounds=min(self.rounds, 3),
            )
            slopes.append((runs["show"].cpu - start) / tags * 1e6)
            print(
                f"| {tags:,} | {runs['show'].cpu:.3f} | {slopes[-1]:.1f} "
                f"| {runs['show'].cpu / runs[_FLOOR].cpu:.1f} | {runs['show'].peak:.0f} |",
                flush=True,
            )
        self.hold(
            f"linear: {slopes[-1] / slopes[0]:.2f} x the time a tag at ten times the tags, "
            "at most 1.25",
            slopes[-1] / slopes[0] <= 1.25,
        )

    def writes(self) -> None:
        """Writes to a registry of 20,000 tags."""
        root = self.registry(100, 100)
        turn = iter(range(10**6))

        def forget() -> None:
            for tag in git(root, "tag", "--points-at", "HEAD").splitlines():
                git(root, "tag", "-d", tag)

        versions = [f"{_MODEL}@v0.{number}.0" for number in (98, 99)]
        promote = [MODELREF, "promote", versions[0], "prod"]

        def alternate() -> None:
            promote[2] = versions[next(turn) % 2]

        runs = compare(
            {
                "show MODEL": Case([MODELREF, "show", _MODEL], root),
                "register (pipeline checked)": Case([MODELREF, "register", _MODEL], root, forget),
                "promote": Case(promote, root, alternate),
                "rollback": Case([MODELREF, "rollback", f"{_MODEL}#prod"], root),
            },
            rounds=min(self.rounds, 7),
        )
        forget()
        limits = {"register (pipeline checked)": 1.0, "promote": 0.15, "rollback": 0.3}
        self.hold("writes", report("Writes, 20,000 tags packed", runs, limits, "show MODEL"))

    def bytes(self) -> None:
        """A model of 1 GB: handing it over, and rolling back to it."""
        root = self.scratch / "big"
        if not root.exists():
            _build_big(root)
        out = self.scratch / "out"
        kept = next(path for path in (root / ".dvc").rglob("*") if path.stat().st_size >= 10**9)
        for kind, limit in _LINKS.items():
            if kind == "reflink" and not _can_reflink(self.scratch):
                print("\n(this file system has no reflinks: none measured)")
                continue
            (root / ".dvc" / "config.local").write_text(f"[cache]\n    type = {kind}\n")
            floor = [*_FLOORS[kind], str(kept), str(out)]
            get = [MODELREF, "get", "big@v0.1.0", "-o", str(out)]
            rev = git(root, "rev-list", "-n1", "big@v0.1.0")
            theirs = [str(SCRIPTS / "dvc"), "get", ".", "model.bin", "--rev", rev, "-o", str(out)]
            runs = compare(
                {
                    floor[0]: Case(floor, root, lambda: _remove(out)),
                    "modelref get": Case(get, root, lambda: _remove(out)),
                    "dvc get --rev": Case(theirs, root, lambda: _remove(out)),
                },
                rounds=3,
            )
            _remove(out)
            run(get, root)
            before = shutil.disk_usage(self.scratch).free
            same = (out / "model.bin").stat().st_ino == kept.stat().st_ino
            _remove(out)
            os.sync()
            copied = kind != "reflink" and not same
            if kind == "reflink":  # a copy would have given its room back
                copied = shutil.disk_usage(self.scratch).free - before > kept.stat().st_size // 2
            held = report(f"1 GB by {kind}, hash known", runs, {"modelref get": limit}, floor[0])
            self.hold(f"get by {kind}", held)
            self.hold(
                f"get by {kind} copies {'all' if copied else 'nothing'}", copied == (kind == "copy")
            )

        def forward() -> None:
            run([MODELREF, "promote", "big@v0.1.0", "prod"], root)
            run([MODELREF, "promote", "big@v0.2.0", "prod"], root)

        back = [MODELREF, "rollback", "big#prod"]
        runs = compare(
            {"ln": Case(["true"], root), "rollback to 1 GB": Case(back, root, forward)}, rounds=5
        )
        held = report("Rollback to 1 GB", runs, {"rollback to 1 GB": 0.3}, "ln")
        self.hold("rollback of 1 GB", held)
        if "--deep" in run([MODELREF, "rollback", "--help"], root).out:
            self._deep_rollback(root, kept, forward)

    def _deep_rollback(self, root: Path, kept: Path, forward: Callable[[], None]) -> None:
        """A rollback that hashes the bytes first: one hashing, and nothing else that counts."""
        back = [MODELREF, "rollback", "big#prod"]
        runs = compare(
            {
                "md5sum": Case(["md5sum", str(kept)], root),
                "rollback": Case(back, root, forward),
                "rollback --deep": Case([*back, "--deep"], root, forward),
            },
            rounds=3,
        )
        report("Rollback to 1 GB, hashed first", runs, {}, "md5sum")
        beside = runs["rollback --deep"].cpu - runs["rollback"].cpu
        once = 1.25 * runs["md5sum"].cpu
        self.hold(f"--deep takes {beside:.2f} CPU s more, one hashing {once:.2f}", beside <= once)

    def gto(self) -> None:
        """GTO on 10,000 tags, once."""
        root = self.registry(100, 50)
        ours = compare({"show": Case([MODELREF, "show"], root)}, rounds=3)["show"]
        theirs = run([str(SCRIPTS / "gto"), "show"], root, limit=_GTO_LIMIT)
        if theirs.code not in (0, None):
            raise SystemExit(f"gto exited with {theirs.code}: {theirs.out}")
        how = "" if theirs.code == 0 else " (stopped: not done yet)"
        ratio = theirs.cpu / ours.cpu
        print(f"\nBeside GTO, 10,000 tags: gto show {theirs.cpu:.1f} CPU s{how}, {ours.cpu:.3f}")
        self.hold(f"show is {ratio:.0f} x faster than gto show, at least 100", ratio >= 100)


def _build_big(root: Path) -> None:
    git(root.parent, "init", "--quiet", "--initial-branch", "main", str(root))
    (root / ".dvc").mkdir()
    (root / ".dvc" / "config").touch()
    (root / ".gitignore").write_text("/.dvc/cache\n/.dvc/tmp\n/.dvc/config.local\n/model.bin\n")
    (root / "dvc.yaml").write_text("artifacts:\n  big: {path: model.bin, type: model}\n")
    for number, mebibytes in ((1, 1000), (2, 1)):
        block = os.urandom(1 << 20)
        hashed = md5(usedforsecurity=False)
        for _ in range(mebibytes):
            hashed.update(block)
        digest = hashed.hexdigest()
        kept = cache_path(root, digest)
        kept.parent.mkdir(parents=True, exist_ok=True)
        with kept.open("wb") as file:
            for _ in range(mebibytes):
                file.write(block)
        size = mebibytes << 20
        (root / "model.bin.dvc").write_text(
            f"outs:\n- md5: {digest}\n  size: {size}\n  hash: md5\n  path: model.bin\n"
        )
        git(root, "add", "--all")
        git(root, "commit", "--quiet", "--message", f"version {number}")
        done = run([MODELREF, "register", "big", "--version", f"v0.{number}.0"], root)
        assert done.code == 0, done.out


def _can_reflink(folder: Path) -> bool:
    """Whether two files of a folder's file system can share their bytes."""
    (folder / "one").write_bytes(b"1")
    done = run(["cp", "--reflink=always", str(folder / "one"), str(folder / "two")], folder)
    return done.code == 0


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def main() -> None:
    """Run the parts and exit with 1 if a target was missed."""
    parts = ("startup", "reads", "sizes", "growth", "writes", "bytes", "gto")
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", nargs="+", choices=parts, default=parts)
    parser.add_argument("--scratch", type=Path, help="keep the registries here")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        scratch = (args.scratch or Path(temporary)).resolve()
        scratch.mkdir(parents=True, exist_ok=True)
        apart_from_home(scratch)
        bench = Bench(scratch, args.rounds)
        for part in args.only:
            getattr(bench, part)()
    if bench.missed:
        raise SystemExit("\nmissed:\n" + "\n".join(f"- {what}" for what in bench.missed))


if __name__ == "__main__":
    main()
