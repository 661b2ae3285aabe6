"""What ``dvc metrics diff`` and ``dvc params diff`` say of two versions, we say too."""

import json
from typing import Any

import pytest

from support.project import Project

_DVC_YAML = """
stages:
  train:
    cmd: python train.py
    deps: [train.py]
    params:
      - lr
      - deep
      - other.toml:
      - consts.py:
          - RATE
          - Model
      - more.json:
    outs: [models/rec]
    metrics:
      - metrics.json: {cache: false}
      - scores.yaml: {cache: false}
      - kept.json
      - alone.txt: {cache: false}
metrics:
  - top.toml
artifacts:
  rec: {path: models/rec, type: model}
"""

_TRAIN = """
import json, pathlib, yaml
params = yaml.safe_load(open("params.yaml"))
lr = params["lr"]
pathlib.Path("models").mkdir(exist_ok=True)
pathlib.Path("models/rec").write_text(str(lr))
pathlib.Path("metrics.json").write_text(json.dumps(
    {"all": {"ndcg@20": lr, "n": int(lr * 100), "name": f"run {lr}"}, "same": 1,
     "nan": lr > 1 or None, "list": [lr, 2]}))
pathlib.Path("scores.yaml").write_text(
    f"auc: {lr * 2}\\ndeep: {{er: {{still: {lr}}}}}\\nsmall: 1e-3\\n")
pathlib.Path("kept.json").write_text(json.dumps({"loss": -lr}))
pathlib.Path("alone.txt").write_text(str(lr))
"""


def write(project: Project, lr: float, **more: Any) -> None:
    params = {"lr": lr, "deep": {"a": {"b": [1, lr], "c": str(lr)}, "d": None}, "unread": 7 + lr}
    project.write("params.yaml", json.dumps(params | more))
    project.write("other.toml", f"[optim]\nname = 'adam'\nbeta = {lr}\nwarm = true\n")
    project.write(
        "consts.py",
        f"import os\nRATE = {lr}\nROOT = os.sep\n\n\nclass Model:\n    layers = [1, {lr}]\n\n"
        f"    def __init__(self):\n        self.width: int = {int(lr * 10)}\n",
    )
    project.write("more.json", json.dumps({"x": {"y": lr}, "z": True}))
    project.write("top.toml", f"map = {lr}\n")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("beside") / "shop", ())
    project.root.mkdir()
    project.git("init", "--quiet")
    project.run("dvc", "init", "--quiet")
    project.write("dvc.yaml", _DVC_YAML)
    project.write("train.py", _TRAIN)
    for lr, more in ((0.25, {"gone": 1}), (0.5, {"come": {"new": 2}})):
        write(project, lr, **more)
        project.run("dvc", "repro", "--quiet")
        project.git("add", "--all")
        project.git("commit", "--quiet", "--message", f"{lr}")
        project.modelref("register", "rec")
    return project


def by_dvc(project: Project, what: str) -> dict[tuple[str, str], tuple[Any, Any]]:
    args = ("rec@v0.1.0", "rec@v0.1.1", "--json")
    found = project.run("dvc", what, "diff", *args).json
    return {
        (path, key): (_plain(change["old"]), _plain(change["new"]))
        for path, changes in found.items()
        for key, change in changes.items()
    }


def by_us(project: Project, what: str) -> dict[tuple[str, str], tuple[Any, Any]]:
    found = project.modelref("diff", "rec@v0.1.0", "rec@v0.1.1", "--only", what, "--json").json
    key = what.removesuffix("s")
    return {
        (one["path"], one[key]): (_plain(one["from"]), _plain(one["to"])) for one in found[what]
    }


def _plain(value: Any) -> Any:
    """DVC writes lists as text."""
    return str(value) if isinstance(value, list) else value


def test_metrics_agree(two: Project) -> None:
    ours = by_us(two, "metrics")
    # DVC leaves out lists; we tell that one differs.
    assert ours.pop(("metrics.json", "list")) == ("[0.25, 2]", "[0.5, 2]")
    assert ours == by_dvc(two, "metrics")
    assert {path for path, _ in ours} == {
        "metrics.json", "scores.yaml", "kept.json", "alone.txt", "top.toml",
    }  # fmt: skip


def test_params_agree(two: Project) -> None:
    ours = by_us(two, "params")
    assert ours == by_dvc(two, "params")
    assert ("consts.py", "Model.width") in ours


def test_a_value_alone_in_its_file_is_told_by_the_files_name(two: Project) -> None:
    said = two.modelref("diff", "rec@v0.1.0", "rec@v0.1.1", "--only", "metrics").out
    assert "alone.txt" in said
