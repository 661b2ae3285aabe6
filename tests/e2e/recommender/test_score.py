"""Scoring a saved model on a hold-out, as `modelref diff` has it done."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from unit.recommender import sample

STAGES = ("prepare", "featurize", "train", "evaluate")
HOLDOUT = "data/prepared/holdout/test.parquet"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the pipeline ran: fitted on train, measured on test."""
    folder = tmp_path_factory.mktemp("trained")
    sample.write_raw(folder)
    sample.write_params(folder, fit_on=["train"])
    for stage in STAGES:
        run(folder, f"recommender.stages.{stage}")
    return folder


def run(folder: Path, module: str, *args: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", module, *args],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done


def score(folder: Path, holdout: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    args = ("--model", "models/recommender", "--holdout", str(holdout), "--out", "users.parquet")
    return run(folder, "recommender.score", *args, code=code)


def test_it_says_of_each_user_what_evaluate_said(trained: Path) -> None:
    done = score(trained, HOLDOUT)
    assert done.stdout.startswith("score: all nDCG@20 0.")
    found = pd.read_parquet(trained / "users.parquet")
    known = pd.read_parquet(trained / "data/evaluation/users.parquet")
    pd.testing.assert_frame_equal(found, known[list(found.columns)])
    assert list(found.columns[:2]) == ["user", "task"]


def test_it_reads_what_lies_around_the_hold_out_wherever_that_is(
    trained: Path, tmp_path: Path
) -> None:
    shutil.copytree(trained / "data/prepared", tmp_path / "elsewhere")
    score(trained, tmp_path / "elsewhere/holdout/test.parquet")
    metrics = json.loads((trained / "metrics.json").read_text())
    found = pd.read_parquet(trained / "users.parquet")
    mean = found.loc[found["task"] == "all", "ndcg@20"].mean()
    assert round(mean, 6) == metrics["all"]["ndcg@20"]


def test_a_hold_out_that_the_model_has_seen_is_refused(trained: Path, tmp_path: Path) -> None:
    folder = tmp_path / "seen"
    shutil.copytree(trained, folder)
    sample.write_params(folder, fit_on=["train", "validation"])
    for stage in ("featurize", "train"):
        run(folder, f"recommender.stages.{stage}")
    done = score(folder, "data/prepared/holdout/validation.parquet", code=2)
    assert "error: models/recommender: fitted on rows up to 2024-" in done.stderr
    assert "hint: score it on a later hold-out" in done.stderr


@pytest.mark.parametrize("name", ["data/prepared/train.parquet", "users.parquet"])
def test_what_is_no_hold_out_is_said(trained: Path, name: str) -> None:
    done = score(trained, name, code=2)
    assert f"error: {name}: not a hold-out that the DVC stage prepare wrote" in done.stderr
