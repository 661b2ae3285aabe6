"""``modelref review`` of metrics and parameters that DVC keeps, where its cache is empty."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from support.project import Project

SCORES = (0.5, 0.6, 0.5)
PIPELINE = {
    "stages": {
        "train": {"cmd": "true", "outs": ["model.bin", "set.yaml"]},
        "evaluate": {"cmd": "true", "deps": ["model.bin"], "metrics": ["eval"]},
        "count": {"cmd": "true", "deps": ["model.bin"], "metrics": ["count.json"]},
    },
    "params": ["set.yaml"],
    "artifacts": {"rec": {"path": "model.bin", "type": "model"}},
}
GATES = "gates:\n  prod:\n    - {metric: ndcg, not_worse_than: prod, by: 1%}\n"


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Three commits; the first is the version that holds prod."""
    folder = tmp_path_factory.mktemp("scored")
    origin = Project(folder / "origin", ())
    origin.root.mkdir()
    origin.git("init", "--quiet", "--initial-branch", "main")
    origin.run("dvc", "init", "--quiet")
    origin.run("dvc", "remote", "add", "--quiet", "--default", "far", str(folder / "far"))
    origin.write("modelref.yaml", GATES)
    origin.write("dvc.yaml", yaml.safe_dump(PIPELINE))
    for number, score in enumerate(SCORES):
        origin.write("model.bin", f"model {number}")
        origin.write("set.yaml", f"factors: {number}\n")
        (origin.root / "eval").mkdir(exist_ok=True)
        origin.write("eval/test.json", json.dumps({"ndcg": score}))
        origin.write("count.json", '{"users": 7}')
        origin.run("dvc", "commit", "--force", "--quiet")
        origin.git("add", "--all")
        origin.git("commit", "--quiet", "--message", "trained")
    origin.modelref("register", "rec", "--rev", "HEAD~2")
    origin.modelref("promote", "rec@v0.1.0", "prod", "--force", "--message", "first")
    shutil.copytree(origin.root / ".dvc" / "cache", folder / "far")  # laid out as one
    return origin


@pytest.fixture
def clone(origin: Project, tmp_path: Path) -> Project:
    """A job's checkout with an empty cache."""
    Project(tmp_path, ()).git("clone", "--quiet", str(origin.root), "ci")
    return Project(tmp_path / "ci", ())


def review(clone: Project, *args: str) -> str:
    return clone.modelref("review", "HEAD~1..HEAD", *args).out


def test_a_job_brings_what_a_model_scores_and_what_the_gate_compares_with(clone: Project) -> None:
    text = review(clone, "--fetch")
    assert text.startswith("rec: worse; may ship to prod\n")  # as good as what prod holds
    assert "ndcg: 0.6 → 0.5 (-0.1) worse" in text
    assert "factors: 1 → 2" in text
    assert "DVC cache" not in text


@pytest.mark.parametrize("side", ["HEAD~1", "HEAD", ""])
def test_that_no_metric_differs_is_not_said_of_what_is_not_here(clone: Project, side: str) -> None:
    if side:  # the other one is brought
        clone.git("checkout", "--quiet", side)
        clone.run("dvc", "fetch", "--quiet")
        clone.git("checkout", "--quiet", "main")
    text = review(clone)
    assert text.startswith("rec: metrics cannot be read; ")
