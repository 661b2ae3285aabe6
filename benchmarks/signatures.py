"""What checking a signature takes, an SSH and an OpenPGP one, beside plain ``git verify-tag``.

    python benchmarks/signatures.py [--tags N] [--rounds N]

Each figure is wall time of all tags of a registry, divided by their number; git is started once for
each tag, as nothing tells its answers apart otherwise.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from measuring import MODELREF, Case, apart_from_home, compare, report
from modelref.api.compose import RepositoryWorld
from synthetic import git

if TYPE_CHECKING:
    from collections.abc import Callable

_LIMIT = 50.0
"""Milliseconds that one tag may take."""


def main() -> None:
    """Measure, and exit with 1 if a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tags", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="sig-", dir="/tmp"))  # gpg-agent's socket
    try:
        apart_from_home(scratch)
        os.environ["GNUPGHOME"] = str(scratch / "gnupg")
        held = [_measure(scratch, kind, args.tags, args.rounds) for kind in ("ssh", "openpgp")]
        held.append(_resolving(scratch, args.rounds))
    finally:
        subprocess.run(["gpgconf", "--kill", "all"], check=False)
        shutil.rmtree(scratch)
    if not all(held):
        sys.exit("\na target was missed")


def _measure(scratch: Path, kind: str, tags: int, rounds: int) -> bool:
    root = _signed(scratch, kind, tags)
    oids = [git(root, "rev-parse", f"m#prod#{number}").strip() for number in range(1, tags + 1)]
    signatures = RepositoryWorld(root).signatures

    def ours() -> None:
        assert all(found.good for found in signatures.check(oids).values())

    def one_by_one() -> None:
        assert all(signatures.check([oid])[oid].good for oid in oids)

    def plain() -> None:
        for oid in oids:
            argv = ["git", "verify-tag", oid]
            subprocess.run(argv, cwd=root, check=True, capture_output=True)

    cases: dict[str, Callable[[], None]] = {
        "git verify-tag": plain,
        "check, all at once": ours,
        "check, one by one": one_by_one,
    }
    times = {name: _each(case, tags, rounds) for name, case in cases.items()}
    print(f"\n{kind}, {tags} tags\n\n| | ms a tag | x git verify-tag |\n|---|---|---|")
    for name, taken in times.items():
        print(f"| {name} | {taken:.1f} | {taken / times['git verify-tag']:.2f} |")
    most = max(times["check, all at once"], times["check, one by one"])
    print(f"{'held' if most <= _LIMIT else 'MISSED'}: {most:.1f} ms a tag, at most {_LIMIT:.0f}")
    return most <= _LIMIT


def _resolving(scratch: Path, rounds: int) -> bool:
    """What a reader of one stage pays, with and without a signature to check."""
    runs = compare(
        {
            "resolve, nothing required": Case([MODELREF, "resolve", "m#dev"], scratch / "ssh"),
            "resolve, signature required": Case([MODELREF, "resolve", "m#prod"], scratch / "ssh"),
        },
        rounds=rounds,
    )
    return report("Resolving a stage", runs, {}, "resolve, nothing required")


def _each(case: Callable[[], None], tags: int, rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        case()
        taken.append((time.perf_counter() - started) * 1000 / tags)
    return median(taken)


def _signed(scratch: Path, kind: str, tags: int) -> Path:
    """A registry of one model, whose stage prod has as many signed events."""
    root = scratch / kind
    git(scratch, "init", "--quiet", "--initial-branch", "main", str(root))
    key = _ssh_key(scratch) if kind == "ssh" else _openpgp_key(scratch)
    for name, value in (("gpg.format", kind), ("user.signingKey", key)):
        git(root, "config", name, value)
    git(root, "config", "--global", "gpg.ssh.allowedSignersFile", str(scratch / "allowed"))
    (root / "dvc.yaml").write_text("artifacts:\n  m: {path: m.txt, type: model}\n")
    (root / "m.txt").write_text("m\n")
    (root / "modelref.yaml").write_text("signing: {stages: {prod: any}}\n")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "one")
    git(root, "tag", "--annotate", "--message", "v", "m@v0.1.0")
    git(root, "tag", "--annotate", "--message", "v", "m#dev#1")
    for number in range(1, tags + 1):
        git(root, "tag", "--sign", "--message", f"Assign {number}", f"m#prod#{number}")
    return root


def _ssh_key(scratch: Path) -> str:
    key = scratch / "key"
    argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
    subprocess.run(argv, check=True)
    public = " ".join(key.with_suffix(".pub").read_text().split()[:2])
    (scratch / "allowed").write_text(f"bench@example.com {public}\n")
    return str(key)


def _openpgp_key(scratch: Path) -> str:
    (scratch / "gnupg").mkdir(mode=0o700)
    user = "Bench <bench@example.com>"
    argv = ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-gen-key", user, "ed25519"]
    subprocess.run([*argv, "sign", "never"], check=True, capture_output=True)
    return "bench@example.com"


if __name__ == "__main__":
    main()
