"""Synthetic registries of any size, made in seconds with ``git fast-import``.

Each model is a folder ``models/NAME`` with a pipeline of one DVC stage. Its versions are commits
that change its parameters, metrics and lock file; every version has one event of ``staging``
or, each second time, ``prod``. The last commit is a version of the first model that nobody has
registered. Every event has the trailers that modelref writes, each promotion the evidence of three
rules on metrics.
"""

from __future__ import annotations

import json
import subprocess
from hashlib import md5
from typing import IO, TYPE_CHECKING

from modelref.domain.branch import Branch
from modelref.domain.gates.parse import parse_rule
from modelref.domain.gates.verdict import Outcome, Verdict
from modelref.domain.marked import marked
from modelref.domain.message import EVENT, ID, OUTS, PREVIOUS, compose
from modelref.domain.names import Artifact, parse_stage
from modelref.usecases.gating.evidence import verdict_trailers, write_evidence

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_DVC_YAML = """\
stages:
  train:
    cmd: python train.py
    deps: [train.py]
    params: [factors]
    outs: [model.bin]
    metrics:
      - metrics.json: {{cache: false}}
artifacts:
  {name}: {{path: model.bin, type: model}}
"""
_TRAIN = "print('trained')\n"
_LOCK = """\
schema: '2.0'
stages:
  train:
    cmd: python train.py
    deps:
    - path: train.py
      hash: md5
      md5: {train}
      size: {train_size}
    params:
      params.yaml:
        factors: {factors}
    outs:
    - path: metrics.json
      hash: md5
      md5: {metrics}
      size: {metrics_size}
    - path: model.bin
      hash: md5
      md5: {model}
      size: {model_size}
"""
_START = 1_600_000_000


class Importer:
    """Writes a registry to the standard input of ``git fast-import``."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._mark = 0
        self._time = _START

    def commit(self, files: dict[str, str], message: str) -> int:
        """Commit files on top of what was committed, and return the commit's mark."""
        self._mark += 1
        self._time += 60
        who = f"committer Bench <bench@example.com> {self._time} +0000"
        self._line(f"commit refs/heads/main\nmark :{self._mark}\n{who}")
        self._data(message)
        for path, text in files.items():
            self._line(f"M 100644 inline {path}")
            self._data(text)
        return self._mark

    def tag(self, name: str, mark: int, trailers: Mapping[str, str], evidence: str = "") -> None:
        """Make an event, whose message is written as modelref writes it."""
        self._time += 1
        self._line(f"tag {name}\nfrom :{mark}\ntagger Bench <bench@example.com> {self._time} +0000")
        whole = {**trailers, ID: f"{mark:032x}", PREVIOUS: _digest(name) + "0" * 8}
        self._data(compose(f"About {name}", "", whole, evidence))

    def _line(self, text: str) -> None:
        self._out.write(text.encode() + b"\n")

    def _data(self, text: str) -> None:
        data = text.encode()
        self._out.write(b"data %d\n%s\n" % (len(data), data))


def build(root: Path, *, models: int, versions: int, loose: bool = False) -> Path:
    """Make a registry of ``2 * models * versions`` tags, checked out.

    Args:
        root: a folder that does not exist yet.
        models: how many.
        versions: versions of each.
        loose: whether every ref is a file of its own; else all are packed.
    """
    git(root.parent, "init", "--quiet", "--initial-branch", "main", str(root))
    names = [f"m{number:03d}" for number in range(models)]
    with subprocess.Popen(
        ["git", "fast-import", "--quiet"], cwd=root, stdin=subprocess.PIPE
    ) as child:
        assert child.stdin is not None
        importer = Importer(child.stdin)
        first = {".dvc/config": "", ".dvcignore": "", ".gitignore": "model.bin\n/.dvc/cache\n"}
        for name in names:
            first[f"models/{name}/dvc.yaml"] = _DVC_YAML.format(name=name)
            first[f"models/{name}/train.py"] = _TRAIN
        importer.commit(first, "pipelines\n")
        for number in range(1, versions + 1):
            for name in names:
                mark = importer.commit(_trained(root, name, number), f"train {name} {number}\n")
                head = f"models/{name}={name}"
                made = {EVENT: "register", OUTS: _digest(name) * 2}
                importer.tag(f"{head}@v0.{number}.0", mark, made)
                stage = ("prod", "staging")[number % 2]
                verdict = _verdict(f"models/{name}:{name}", number, stage)
                evidence = write_evidence(verdict)
                assigned = {EVENT: "assign", **verdict_trailers(verdict, evidence)}
                tag = f"{head}#{stage}#{(number + 1) // 2}"
                importer.tag(tag, mark, assigned, evidence)
        importer.commit(_trained(root, names[0], versions + 1), "a version to register\n")
    assert child.returncode == 0
    git(root, "reset", "--quiet", "--hard", "main")
    git(root, "pack-refs", "--all")
    if loose:
        _unpack(root / ".git")
    return root


def git(folder: Path, *args: str) -> str:
    """Run git."""
    return subprocess.run(
        ["git", *args], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


def cache_path(root: Path, digest: str) -> Path:
    """Where DVC's cache keeps a file."""
    return root / ".dvc" / "cache" / "files" / "md5" / digest[:2] / digest[2:]


def _lock_file(factors: int, metrics: str, model: str, model_size: int) -> str:
    """A ``dvc.lock``."""
    return _LOCK.format(
        train=_digest(_TRAIN),
        train_size=len(_TRAIN),
        factors=factors,
        metrics=_digest(metrics),
        metrics_size=len(metrics),
        model=model,
        model_size=model_size,
    )


def _trained(root: Path, name: str, number: int) -> dict[str, str]:
    metrics = json.dumps({"ndcg": 0.3 + number / 2000, "loss": 1 / number})
    weights = f"weights of {name} {number}\n"
    kept = cache_path(root, _digest(weights))
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(weights)
    return {
        f"models/{name}/params.yaml": f"factors: {number}\n",
        f"models/{name}/metrics.json": metrics,
        f"models/{name}/dvc.lock": _lock_file(number, metrics, _digest(weights), len(weights)),
    }


def _verdict(model: str, number: int, stage: str) -> Verdict:
    """What a promotion past three rules on metrics rests on."""
    outcomes = []
    for metric in ("all.ndcg@20", "all.recall@20", "novel.ndcg@20"):
        rule = parse_rule(marked({"metric": metric, "min": 0.2}, "evidence"))
        outcomes.append(Outcome(rule, {"value": 0.3 + number / 2000}, True, "", ""))
    commit = "0" * 40
    return Verdict(
        Artifact.parse(model),
        f"v0.{number}.0",
        commit,
        parse_stage(stage),
        f"v0.{number - 1}.0" if number > 1 else None,
        _START,
        Branch("main", commit),
        tuple(outcomes),
    )


def _unpack(private: Path) -> None:
    packed = private / "packed-refs"
    for line in packed.read_text().splitlines():
        if line.startswith(("#", "^")):
            continue
        oid, ref = line.split(" ", 1)
        path = private / ref
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{oid}\n")
    packed.unlink()


def _digest(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()
