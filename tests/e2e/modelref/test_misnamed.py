"""A model that no tag can name is said, and keeps no other back."""

from pathlib import Path

import pytest
import yaml

from support.inprocess import run
from support.project import Project

_DECLARED = "artifacts:\n  rec: {path: rec.pkl, type: model}\n"


@pytest.fixture(params=["a b", "größe", ".hidden"])
def folder(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def clone(tmp_path: Path, folder: str) -> Project:
    """A good model, and one in a folder whose name no tag can have; HEAD changes both."""
    project = Project(tmp_path, ())
    project.git("init", "--quiet")
    for number in (1, 2):
        for name in ("good", folder):
            project.write(f"{name}/dvc.yaml", _DECLARED)
            project.write(f"{name}/rec.pkl", f"{name} {number}\n")
        project.git("add", "--all")
        project.git("commit", "--quiet", "--message", str(number))
    return project


def said(folder: str) -> str:
    return f"the model '{folder}:rec' that {folder}/dvc.yaml declares cannot be read: "


def test_a_review_tells_of_the_others(clone: Project, folder: str) -> None:
    done = run(clone.root, "review", "HEAD~1..HEAD", "--json")
    assert done.code == 0, done.err
    assert [model["model"] for model in done.json["models"]] == ["good:rec"]
    (absent,) = done.json["absent"]
    assert absent["why"].startswith(said(folder))
    assert absent["mend"].startswith("rename its folder or its entry under artifacts: ")
    assert "good:rec" in run(clone.root, "review", "HEAD~1..HEAD", "--md").out


def test_a_listing_and_init_warn_and_go_on(clone: Project, folder: str) -> None:
    for args in (["show"], ["init", "--dry-run"]):
        done = run(clone.root, *args)
        assert done.code == 0, done.err
        assert f"warning: {said(folder)}" in done.err
        assert "good:rec" in done.out + done.err


def test_the_others_are_registered(clone: Project, folder: str) -> None:
    done = run(clone.root, "register", "--changed")
    assert done.code == 0, done.err
    assert "registered good:rec@v0.1.0" in done.out
    assert f"warning: {said(folder)}" in done.err
    assert clone.git("tag") == "good=rec@v0.1.0"


def test_init_declares_what_lies_there_in_the_nearest_folder_that_can(
    clone: Project, folder: str
) -> None:
    (clone.root / folder / "dvc.yaml").unlink()
    out = "- {path: rec.pkl, hash: md5, md5: 9dd4e461268c8034f5c8564e155c67a6}"
    clone.write(f"{folder}/rec.pkl.dvc", f"outs:\n{out}\n")
    done = run(clone.root, "init")
    assert done.code == 0, done.err
    assert yaml.safe_load((clone.root / "dvc.yaml").read_text()) == {
        "artifacts": {"rec": {"path": f"{folder}/rec.pkl", "type": "model"}}
    }
