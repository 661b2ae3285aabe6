"""A small real project: git, DVC, a pipeline of two DVC stages, and the command line on it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.dvcs import QUIET, run_quietly

SCRIPTS = Path(sys.executable).parent

_TRAIN = """
import json, pathlib, yaml
params = yaml.safe_load(open("params.yaml"))
data = pathlib.Path("data/clean.txt").read_text()
folder = pathlib.Path("models/rec")
folder.mkdir(parents=True, exist_ok=True)
(folder / "weights.bin").write_bytes(f"{data} x {params['train']['factors']}".encode() * 100)
(folder / "ids" ).mkdir(exist_ok=True)
(folder / "ids" / "items.json").write_text("[1, 2, 3]")
factors = params["train"]["factors"]
scores = {"all": {"ndcg@20": (300 + factors) / 1000, "loss": 1 / factors}}
pathlib.Path("metrics.json").write_text(json.dumps(scores))
"""

_DVC_YAML = """
stages:
  prepare:
    cmd: mkdir -p data && tr a-z A-Z < raw.txt > data/clean.txt
    deps: [raw.txt]
    outs: [data]
  train:
    cmd: python train.py
    deps: [data, train.py]
    params: ['train.${train.model}', train.factors]
    outs: [models/rec]
    metrics:
      - metrics.json: {cache: false}
artifacts:
  rec:
    path: models/rec
    type: model
    desc: what to show next
"""

_PARAMS = "train:\n  model: als\n  factors: {factors}\n  als:\n    rate: 1e-3\n"


@dataclass(frozen=True)
class Result:
    """A finished command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Project:
    """A checkout.

    Attributes:
        root: its top folder.
        commits: the trained commits, oldest first.
    """

    root: Path
    commits: tuple[str, ...]

    def copied_to(self, root: Path) -> "Project":
        shutil.copytree(self.root, root, symlinks=True)
        return Project(root, self.commits)

    def run(self, program: str, *args: str, check: bool = True, **env: str) -> Result:
        """Run a program of the environment, or of the system, in the checkout."""
        path = os.pathsep.join([str(SCRIPTS), os.environ["PATH"]])
        if program == "dvc" and QUIET in args:
            result = Result(run_quietly(self.root, *args, **{"PATH": path, **env}), "", "")
        else:
            result = self._run(program, args, {**os.environ, "PATH": path, **env})
        assert not check or result.code == 0, f"{program} {args}: {result.out}{result.err}"
        return result

    def _run(self, program: str, args: Sequence[str], env: Mapping[str, str]) -> Result:
        own = SCRIPTS / program
        done = subprocess.run(
            [str(own) if own.exists() else program, *args],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
            env=env,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def git(self, *args: str) -> str:
        return self.run("git", *args).out.strip()

    def modelref(self, *args: str, check: bool = True) -> Result:
        """Run the command line as people do."""
        result = self.run("modelref", *args, check=check)
        assert "Traceback" not in result.err
        return result

    def write(self, path: str, text: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def train(self, factors: int) -> str:
        """Change a parameter, run the pipeline, commit, and return the commit."""
        self.write("params.yaml", _PARAMS.format(factors=factors))
        self.run("dvc", "repro", "--quiet")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", f"train with {factors} factors")
        return self.git("rev-parse", "HEAD")


def build_project(root: Path) -> Project:
    """Make the project, and train it three times."""
    root.mkdir(parents=True)
    project = Project(root, ())
    project.git("init", "--quiet")
    project.git("remote", "add", "origin", "https://git.example.com/shop.git")
    project.run("dvc", "init", "--quiet")
    project.write("raw.txt", "what people bought\n")
    project.write("train.py", _TRAIN)
    project.write("dvc.yaml", _DVC_YAML)
    return Project(root, tuple(project.train(factors) for factors in (8, 16, 32)))
