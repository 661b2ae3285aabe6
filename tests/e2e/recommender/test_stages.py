"""The DVC stages as processes: what they write, say and refuse."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from recommender.files import write_json, write_table
from unit.recommender import sample

STAGES = ("prepare", "featurize", "train", "evaluate", "reseed")
WEIGHTS = Path("models/recommender/weights.safetensors")


def stage(name: str, folder: Path, threads: int = 1) -> subprocess.CompletedProcess[str]:
    pools = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return subprocess.run(
        [sys.executable, "-m", f"recommender.stages.{name}"],
        cwd=folder,
        env={**os.environ, **dict.fromkeys(pools, str(threads))},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def write_features(folder: Path, n_users: int, n_items: int) -> None:
    """What `train` reads, at random."""
    random = np.random.default_rng(0)
    user = np.repeat(np.arange(n_users, dtype=np.int32), 30)
    events = pd.DataFrame(
        {
            "user": user,
            "item": random.integers(n_items, size=len(user), dtype=np.int32),
            "age_days": random.uniform(0, 90, len(user)).astype(np.float32),
            "weight": np.ones(len(user), dtype=np.float32),
        }
    )
    write_table(folder / "events.parquet", events)
    write_table(folder / "users.parquet", pd.DataFrame({"user": np.arange(n_users)}))
    write_table(folder / "items.parquet", pd.DataFrame({"item": np.arange(n_items)}))
    write_json(folder / "about.json", {"fit_on": ["train"]})


def refused(name: str, folder: Path) -> str:
    """Run a stage that must refuse; its two lines on stderr."""
    done = stage(name, folder)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    error, hint = done.stderr.splitlines()
    assert error.startswith("error: ")
    assert hint.startswith("hint: ")
    return done.stderr


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which every stage has run."""
    folder = tmp_path_factory.mktemp("shop")
    sample.write_params(folder)
    sample.write_raw(folder, sample.interactions(n_users=300, n_items=400))
    for name in STAGES:
        done = stage(name, folder)
        assert done.returncode == 0, done.stderr
        assert done.stderr == "", "a log shows no progress bars"
        (line,) = done.stdout.splitlines()
        assert line.startswith(f"{name}: ")
    return folder


def test_the_metrics_have_both_tasks_and_every_key(shop: Path) -> None:
    metrics = json.loads((shop / "metrics.json").read_text())
    names = ("recall", "precision", "f1", "ndcg", "map", "hit", "coverage", "novelty")
    keys = {f"{name}@{k}" for name in names for k in (10, 20)}
    assert set(metrics) == {"all", "novel"}
    assert set(metrics["all"]) == set(metrics["novel"]) == keys
    assert metrics["all"]["recall@20"] > 0.7


def test_results_and_panel_have_the_columns_a_comparison_reads(shop: Path) -> None:
    users = pd.read_parquet(shop / "data/evaluation/users.parquet")
    assert {"user", "task", "ndcg@20", "age", "income", "loyalty", "activity", "taste"} <= set(
        users
    )
    panel = pd.read_parquet(shop / "data/evaluation/panel.parquet")
    assert list(panel) == ["user", "rank", "item", "score"]
    assert panel["user"].nunique() == 10


@pytest.mark.parametrize(("model", "same"), [("blend", True), ("als", False)])
def test_another_seed_changes_the_lists_of_a_family_that_draws(
    shop: Path, tmp_path: Path, model: str, same: bool
) -> None:
    shutil.copytree(shop / "data", tmp_path / "data")
    sample.write_params(tmp_path, train__model=model)
    said = [stage(name, tmp_path) for name in ("train", "evaluate", "reseed")]
    assert [done.returncode for done in said] == [0, 0, 0]
    lists, reseeded = (
        pd.read_parquet(tmp_path / f"data/evaluation/{name}.parquet")
        for name in ("panel", "reseeded")
    )
    assert set(lists["user"]) == set(reseeded["user"])
    assert lists.equals(reseeded) is same


def test_the_hold_out_is_the_same_whatever_the_model_was_fitted_on(
    shop: Path, tmp_path: Path
) -> None:
    sample.write_params(tmp_path, fit_on=["train"], train__model="popularity")
    sample.write_raw(tmp_path, sample.interactions(n_users=300, n_items=400))
    for name in STAGES:
        assert stage(name, tmp_path).returncode == 0
    for path in ("data/prepared/holdout/test.parquet", "data/report.json"):
        assert (tmp_path / path).read_bytes() == (shop / path).read_bytes()
    ours, theirs = (
        pd.read_parquet(folder / "data/evaluation/users.parquet")[["user", "task", "loyalty"]]
        for folder in (tmp_path, shop)
    )
    pd.testing.assert_frame_equal(ours, theirs)


@pytest.mark.parametrize("model", ["ease", "blend", "als"])
def test_weights_are_the_same_bytes_with_one_thread_and_two_asked_for(
    tmp_path: Path, model: str
) -> None:
    """Large and ill-conditioned enough that, with BLAS unpinned, the bytes of ease differ."""
    write_features(tmp_path / "data/features", n_users=1000, n_items=1050)
    sample.write_params(tmp_path, train__model=model, train__ease__regularization=0.01)
    made = []
    for threads in (1, 2):
        done = stage("train", tmp_path, threads)
        assert done.returncode == 0, done.stderr
        folder = tmp_path / "models/recommender"
        made.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("changes", "name", "message"),
    [
        ({"train__model": "bert"}, "train", "train.model is 'bert'; allowed: one of als, blend"),
        ({"train__seed": -1}, "train", "train.seed is -1; allowed: a whole number from 0"),
        ({"featurize__tau_days": 0}, "featurize", "featurize.tau_days is 0; allowed: a number"),
        ({"evaluate__holdout": "validation"}, "evaluate", "weeks the model is fitted on"),
        (
            {"fit_on": ["train"], "evaluate__holdout": "validation"},
            "evaluate",
            "models/recommender: fitted on train, validation, and evaluate.holdout is validation",
        ),
        ({"prepare__split__test": [13, 14]}, "prepare", "no rows in weeks 13 to 14 (test)"),
    ],
)
def test_a_refusal_is_two_lines_and_leaves_everything_as_it_was(
    shop: Path, tmp_path: Path, changes: dict[str, Any], name: str, message: str
) -> None:
    before = {path: path.stat().st_mtime_ns for path in shop.rglob("*.*") if path.is_file()}
    own = (shop / "params.yaml").read_bytes()
    sample.write_params(shop, **changes)
    try:
        assert message in refused(name, shop)
    finally:
        (shop / "params.yaml").write_bytes(own)
    after = {path: path.stat().st_mtime_ns for path in shop.rglob("*.*") if path.is_file()}
    params = shop / "params.yaml"
    assert {**after, params: 0} == {**before, params: 0}


def test_a_future_dated_row_stops_collect_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/log.csv").write_text("u,i,t\n1,2,2024-01-01\n1,2,2999-01-01\n")
    files = {"path": "shop", "interactions": "log.csv"}
    columns = {"user": "u", "item": "i", "time": "t"}
    sample.write_params(
        tmp_path, collect={"source": "files", "files": {**files, "columns": columns}}
    )
    message = refused("collect", tmp_path)
    assert "shop/log.csv: column 't', row 2: 2999-01-01T00:00:00 is later than" in message
    assert not (tmp_path / "data").exists()


def test_a_stage_outside_the_repository_says_where_to_run(tmp_path: Path) -> None:
    assert "params.yaml: no such file" in refused("train", tmp_path)


def test_a_stage_whose_inputs_are_missing_says_what_to_run(tmp_path: Path) -> None:
    sample.write_params(tmp_path)
    assert "dvc repro" in refused("prepare", tmp_path)
    assert "dvc repro" in refused("featurize", tmp_path)
    assert "dvc repro" in refused("train", tmp_path)
    assert "dvc repro" in refused("evaluate", tmp_path)
