"""``modelref review`` of what is inside the files: what a reader of the answers alone learns."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from support.inprocess import run
from support.project import Project
from support.weights import column, safetensors, versions

VALUES = np.random.default_rng(0).standard_normal((20, 4)).astype("f4")
SKUS = [f"sku-{number}" for number in range(20)]
ORDER = np.random.default_rng(1).permutation(20)
IDS = {"w": {"file": "vocab/items.json", "column": "item"}}


def of_versions(project: Project) -> str:
    done = run(project.root, "review", "rec@v0.1.0..rec@v0.1.1")
    assert done.code == 0, done.err
    return done.out


def weights(tmp_path: Path, *values: Any) -> Project:
    return versions(tmp_path / "p", *({"w.safetensors": safetensors(w=one)} for one in values))


class TestNoNumbers:
    @pytest.mark.parametrize(
        ("before", "after", "told"),
        [
            ((), (np.nan,), "1 NaN (before: none)"),
            ((np.inf,), (np.nan, -np.inf), "1 NaN and 1 infinite (before: 1 infinite)"),
        ],
    )
    def test_where_more_come_it_is_an_answer(
        self, tmp_path: Path, before: tuple[float, ...], after: tuple[float, ...], told: str
    ) -> None:
        a, b = VALUES.copy(), VALUES.copy()
        a.flat[: len(before)], b.flat[: len(after)] = before, after
        text = of_versions(weights(tmp_path, a, b))
        first, second = text.partition("What changed?")[2].splitlines()[:2]
        assert first.strip() == "1 tensor"
        assert second.strip() == f"w has values that are no numbers: {told}"

    def test_where_some_stay_it_is_none(self, tmp_path: Path) -> None:
        a = VALUES.copy()
        a.flat[0] = np.nan
        assert "no numbers" not in of_versions(weights(tmp_path, a, a + 1))

    def test_many_are_counted(self, tmp_path: Path) -> None:
        spoilt = {f"w{at}": VALUES * np.nan for at in range(5)}
        files = [safetensors(**dict.fromkeys(spoilt, VALUES)), safetensors(**spoilt)]
        project = versions(tmp_path / "p", *({"w.safetensors": one} for one in files))
        text = of_versions(project)
        assert text.count("that are no numbers: 80 NaN") == 3
        assert "… and 2 more tensors like these" in text


def test_a_tensor_in_another_order_is_no_change(tmp_path: Path) -> None:
    ids = {"w": {"file": "model/items.json", "column": "item"}}
    first = {"w.safetensors": safetensors(w=VALUES), "items.json": column(item=SKUS)}
    moved = {
        "w.safetensors": safetensors(w=VALUES[ORDER]),
        "items.json": column(item=[SKUS[at] for at in ORDER]),
    }
    text = of_versions(versions(tmp_path / "p", first, moved, meta={"ids": ids}))
    assert "What changed?  1 other file of the model\n" in text
    assert "1 tensor in another order, which is no change" in text


@pytest.fixture
def clone(tmp_path: Path) -> Project:
    """A job's checkout with an empty cache: a branch that reorders rows, ids outside the model."""
    origin = Project(tmp_path / "origin", ())
    origin.root.mkdir()
    origin.git("init", "--quiet", "--initial-branch", "main")
    origin.run("dvc", "init", "--quiet")
    origin.run("dvc", "remote", "add", "--quiet", "--default", "far", str(tmp_path / "far"))
    for order, ids in ((range(20), {}), (ORDER, IDS)):
        (origin.root / "model").mkdir(exist_ok=True)
        (origin.root / "model" / "w.safetensors").write_bytes(safetensors(w=VALUES[order]))
        origin.write("vocab/items.json", column(item=[SKUS[at] for at in order]).decode())
        origin.write("dvc.yaml", yaml.safe_dump(pipeline(ids)))
        origin.run("dvc", "commit", "--force", "--quiet")
        origin.git("add", "--all")
        origin.git("commit", "--quiet", "--message", "trained")
    shutil.copytree(origin.root / ".dvc" / "cache", tmp_path / "far")  # laid out as one
    Project(tmp_path, ()).git("clone", "--quiet", str(origin.root), "ci")
    return Project(tmp_path / "ci", ())


def pipeline(ids: Any) -> Any:
    stages = {
        "prepare": {"cmd": "true", "outs": ["vocab"]},
        "train": {"cmd": "true", "deps": ["vocab"], "outs": ["model"]},
    }
    rec = {"path": "model", "type": "model", "meta": {"modelref": {"ids": ids}}}
    return {"stages": stages, "artifacts": {"rec": rec}}


def of_the_branch(clone: Project, *args: str) -> str:
    # As a job runs it, in a process: DVC warns of what it uses itself.
    return clone.modelref("review", "HEAD~1..HEAD", *args).out


def test_a_job_brings_the_ids_of_rows_for_both_sides(clone: Project) -> None:
    text = of_the_branch(clone, "--fetch")
    assert "1 tensor in another order, which is no change" in text
    assert "not compared" not in text
    assert "DVC cache" not in text


def test_what_could_not_be_compared_is_not_known(clone: Project) -> None:
    of_the_branch(clone, "--fetch")
    shutil.rmtree(clone.root / ".dvc" / "cache" / "files" / "md5" / ids_hash(clone)[:2])
    known, _, unknown = of_the_branch(clone).partition("Not known")
    assert "1 tensor\n" in known
    assert "w not compared: the bytes of vocab/items.json are not in the DVC cache" in unknown


def ids_hash(clone: Project) -> str:
    """Of the ids at HEAD, as the manifest of their folder says it."""
    lock = yaml.safe_load((clone.root / "dvc.lock").read_text())
    folder: str = lock["stages"]["prepare"]["outs"][0]["md5"]
    manifest = clone.root / ".dvc" / "cache" / "files" / "md5" / folder[:2] / folder[2:]
    (entry,) = yaml.safe_load(manifest.read_text())
    return str(entry["md5"])
