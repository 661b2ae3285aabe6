"""A small real project that is measured per user: two versions on one hold-out, one on another."""

import json
from pathlib import Path

from support.project import Project

FIRST_USER = 9_000_001
"""Ids that nothing else looks like, so that a test finds one that is shown."""

_PREPARE = f"""
import pathlib, yaml
weeks = yaml.safe_load(open("params.yaml"))["weeks"]
folder = pathlib.Path("data")
(folder / "holdout").mkdir(parents=True, exist_ok=True)
users = range({FIRST_USER}, {FIRST_USER} + 120)
rows = [f"{{user}},item{{(user * week) % 40}},{{week}}" for user in users for week in range(weeks)]
(folder / "rows.csv").write_text("user,item,week\\n" + "\\n".join(rows) + "\\n")
truth = [f"{{user}},item{{(user * weeks) % 40}}" for user in users]
(folder / "holdout" / "test.csv").write_text("user,item\\n" + "\\n".join(truth) + "\\n")
"""

_TRAIN = """
import pathlib, yaml
params = yaml.safe_load(open("params.yaml"))
pathlib.Path("models/rec").mkdir(parents=True, exist_ok=True)
pathlib.Path("models/rec/factors.txt").write_text(str(params["factors"]))
"""

# Young users gain with every factor, old ones lose: a little noise by user and hold-out.
_SCORE = """
import pathlib, sys
import pandas as pd
model, holdout, out = sys.argv[1:4]
factors = int((pathlib.Path(model) / "factors.txt").read_text())
truth = pd.read_csv(holdout)
assert (pathlib.Path(holdout).parent.parent / "rows.csv").is_file(), "its folder is beside it"
noise = truth.item.str.slice(4).astype(int) / 400 + (truth.user * factors % 7) / 200
young = truth.user % 3 > 0
gain = young.map({True: 0.02, False: -0.01}) * factors
pd.DataFrame({
    "user": truth.user,
    "task": "all",
    "ndcg@20": 0.2 + gain + noise,
    "hit@20": (truth.user % 2).astype(float),
    "age": young.map({True: "young", False: "old"}),
}).to_parquet(out, index=False)
pathlib.Path("scored.log").open("a").write(f"{factors}\\n")
"""

_EVALUATE = """
import json, pathlib, subprocess, sys
import pandas as pd
subprocess.run([sys.executable, "score.py", "models/rec", "data/holdout/test.csv", "users.parquet"],
               check=True)
pathlib.Path("scored.log").unlink()
users = pd.read_parquet("users.parquet")
scores = {"ndcg@20": round(users["ndcg@20"].mean(), 6), "hit@20": users["hit@20"].mean()}
pathlib.Path("metrics.json").write_text(json.dumps({"all": scores | {"coverage@20": 0.5}}))
"""

_DVC_YAML = """
stages:
  prepare:
    cmd: python prepare.py
    deps: [prepare.py]
    params: [weeks]
    outs: [data]
  train:
    cmd: python train.py
    deps: [data, train.py]
    params: [factors]
    outs: [models/rec]
  evaluate:
    cmd: python evaluate.py
    deps: [data, models/rec, evaluate.py, score.py]
    outs: [users.parquet]
    metrics:
      - metrics.json: {cache: false}
artifacts:
  rec:
    path: models/rec
    type: model
    meta:
      modelref:
        users: users.parquet
        holdout: data/holdout/test.csv
"""

SCORE = "models:\n  rec:\n    score: python score.py {model} {holdout} {out}\n"


def build_evaluated(root: Path) -> Project:
    """Make the project: v0.1.0 and v0.1.1 on one hold-out, v0.1.2 on a later one."""
    root.mkdir(parents=True)
    project = Project(root, ())
    project.git("init", "--quiet")
    project.run("dvc", "init", "--quiet")
    for name, text in (
        ("prepare.py", _PREPARE),
        ("train.py", _TRAIN),
        ("score.py", _SCORE),
        ("evaluate.py", _EVALUATE),
        ("dvc.yaml", _DVC_YAML),
    ):
        project.write(name, text)
    commits = tuple(make(project, *values) for values in ((3, 4), (3, 6), (4, 6)))
    for commit in commits:
        project.modelref("register", "rec", "--rev", commit)
    return Project(root, commits)


def make(project: Project, weeks: int, factors: int) -> str:
    """Set the parameters, run the pipeline, commit, and return the commit."""
    project.write("params.yaml", json.dumps({"weeks": weeks, "factors": factors}))
    project.run("dvc", "repro", "--quiet")
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", f"{weeks} weeks, {factors} factors")
    return project.git("rev-parse", "HEAD")
