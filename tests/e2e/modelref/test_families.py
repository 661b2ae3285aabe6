"""Two really trained versions of different model families still diff, in every kind there is."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import modelref
from support.inprocess import run
from support.project import Project
from unit.recommender import sample

ALS = {"item_factors", "user_factors"}
STAGES = ("prepare", "featurize", "train", "evaluate")
KEPT = (
    *("models/recommender", "data/features/items.parquet", "data/prepared/holdout/test.parquet"),
    *("data/evaluation/users.parquet", "data/evaluation/panel.parquet"),
)
VERSIONS = ("diff", "recommender@v0.1.0", "recommender@v0.1.1")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose first version is ALS and whose second is EASE, both on one year."""
    folder = tmp_path_factory.mktemp("families")
    project = Project(folder, ())
    project.git("init", "--quiet")
    project.run("dvc", "init", "--quiet")
    ours = yaml.safe_load((sample.REPOSITORY / "dvc.yaml").read_text(encoding="utf-8"))
    kept = {"artifacts": ours["artifacts"], "metrics": ["metrics.json"], "params": ["params.yaml"]}
    project.write("dvc.yaml", yaml.safe_dump(kept))
    sample.write_raw(folder)
    for family in ("als", "ease"):
        sample.write_params(folder, train__model=family, train__als__factors=8)
        for name in ("train", "evaluate") if (folder / "data/features").exists() else STAGES:
            subprocess.run(
                [sys.executable, "-m", f"recommender.stages.{name}"], cwd=folder, check=True
            )
        subprocess.run(
            [sys.executable, "-m", "dvc", "add", "--quiet", *KEPT], cwd=folder, check=True
        )
        project.git("add", "--all")
        project.git("commit", "--quiet", "--message", family)
        modelref.open(folder).register("recommender")
    return folder


def test_the_tensors_of_either_family_are_told(shop: Path) -> None:
    done = run(shop, *VERSIONS, "--json")
    assert (done.code, done.err) == (0, "")
    said = json.loads(done.out)
    told: dict[str, set[str]] = {"added": set(), "removed": set()}
    for one in said["weights"]:
        told[one["status"]].add(one["tensor"])
    assert told["removed"] == ALS
    assert told["added"]
    assert not told["added"] & ALS
    assert (said["weights_factors"], said["absent"].get("weights")) == ([], None)


def test_metrics_and_lists_are_compared_all_the_same(shop: Path) -> None:
    said = json.loads(run(shop, *VERSIONS, "--json").out)
    assert [one["param"] for one in said["params"]] == ["train.model"]
    outcomes = {one["outcome"] for one in said["metrics"]}
    assert outcomes
    assert "incomparable" not in outcomes
    assert said["behaviour"]["users"] > 0


@pytest.mark.parametrize("options", [[], ["--md"], ["--html", "page.html"]])
def test_every_surface_shows_both_families(options: list[str], shop: Path, tmp_path: Path) -> None:
    options = [str(tmp_path / one) if one.endswith(".html") else one for one in options]
    done = run(shop, *VERSIONS, *options)
    assert (done.code, done.err) == (0, "")
    pages = [Path(one).read_text(encoding="utf-8") for one in options if one.endswith(".html")]
    shown = (pages or [done.out])[0].replace("\\", "")
    assert all(name in shown for name in ALS | {"removed", "added"})
