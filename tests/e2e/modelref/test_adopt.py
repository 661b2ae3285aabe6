"""``modelref init``: one command adopts a monorepo that knows nothing of tags."""

import errno
import os
import random
from pathlib import Path

import pytest
import yaml

from support.inprocess import run
from support.killing import run_and_kill
from support.locked import commit_lock, keep, locked_clone, out
from support.project import Project
from support.tiny import tiny_registry


@pytest.fixture
def monorepo(tmp_path: Path) -> Project:
    """Fifteen DVC models: ten from pipelines in folders, four ``dvc add``-ed, one declared."""
    project = Project(tmp_path, ())
    project.git("init", "--quiet")
    project.run("dvc", "init", "--quiet")
    for number in range(10):
        folder = f"teams/t{number}"
        project.write(f"{folder}/in.txt", str(number))
        project.write(
            f"{folder}/dvc.yaml",
            "# the team's own words\nstages:\n  train:\n"
            "    cmd: mkdir -p models && cp in.txt models/ranker.pkl && cp in.txt report.txt\n"
            "    deps: [in.txt]\n    outs: [models/ranker.pkl, report.txt]\n",
        )
    for number in range(4):
        project.write(f"legacy/m{number}.onnx", f"legacy {number}")
        project.run("dvc", "add", "--quiet", f"legacy/m{number}.onnx")
    project.write("data/clicks.csv", "user,item\n")
    project.run("dvc", "add", "--quiet", "data/clicks.csv")
    project.write("search/w.bin", "search")
    project.run("dvc", "add", "--quiet", "search/w.bin")
    project.write("search/dvc.yaml", "artifacts:\n  search: {path: w.bin, type: model}\n")
    project.run("dvc", "repro", "--quiet", "--all-pipelines")
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "as it was")
    return project


def test_init_declares_fifteen_models_and_moves_nothing(monorepo: Project) -> None:
    before = monorepo.git("ls-files").splitlines()
    plan = monorepo.modelref("init", "--dry-run", "--json").json
    assert monorepo.git("status", "--porcelain") == ""
    done = monorepo.modelref("init", "--json").json
    assert done["added"] == plan["added"]
    assert done["declared"] == ["search:search"]
    names = [row["model"] for row in done["added"]]
    assert names == [f"legacy:m{n}" for n in range(4)] + [f"teams/t{n}:ranker" for n in range(10)]
    assert "# the team's own words" in (monorepo.root / "teams/t3/dvc.yaml").read_text()
    monorepo.git("add", "--all")
    monorepo.git("commit", "--quiet", "--message", "declare")
    assert set(before) < set(monorepo.git("ls-files").splitlines())
    assert "up to date" in monorepo.run("dvc", "status").out
    monorepo.modelref("register", *names, "search:search")
    assert len(monorepo.modelref("show", "--json").json["models"]) == 15
    again = monorepo.modelref("init")
    assert again.out.endswith("nothing to add\n"), "and no first version to make"
    assert monorepo.git("status", "--porcelain") == ""


def test_init_says_when_there_is_nothing(tmp_path: Path) -> None:
    project = Project(tmp_path, ())
    project.git("init", "--quiet")
    assert "dvc artifacts add NAME PATH --type model" in project.modelref("init").out


def test_before_the_first_commit_init_says_what_else_belongs_in_it(tmp_path: Path) -> None:
    project = locked_clone(tmp_path / "clone")
    project.write("w.onnx.dvc", "outs:\n- path: w.onnx\n  hash: md5\n  md5: " + "0" * 32 + "\n")
    said = "git has no commit yet: git add what the DVC stages read before it, too\n"
    assert said in run(project.root, "init").out
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "first")
    assert run(project.root, "init").out.endswith(
        "nothing to add; modelref register w makes its first version\n"
    )


def test_init_names_no_model_that_has_a_version(tmp_path: Path) -> None:
    project = tiny_registry(tmp_path / "shop", ("rec",), 1)
    done = run(project.root, "init")
    assert "next: git add modelref.yaml" in done.out
    assert "then: modelref register" not in done.out


def test_gtos_own_annotations_are_read(monorepo: Project) -> None:
    monorepo.write("artifacts.yaml", "old:\n  type: model\n  path: legacy/m1.onnx\n")
    monorepo.git("add", "--all")
    monorepo.git("commit", "--quiet", "--message", "as older gto wrote it")
    monorepo.modelref("register", "old")
    assert monorepo.modelref("resolve", "old@latest", "--json").json["outs"][0]["path"] == (
        "legacy/m1.onnx"
    )


@pytest.mark.parametrize("name", ["modelref.yaml", ".gto"])
def test_stages_can_be_limited(project: Project, name: str) -> None:
    project.write(name, "stages: [dev, prod]\n")
    project.modelref("register", "rec")
    project.modelref("promote", "rec@latest", "dev")
    refused = project.modelref("promote", "rec@latest", "prdo", check=False)
    assert refused.code == 2
    assert f"{name} does not list the stage prdo\nhint: listed: dev, prod" in refused.err
    project.modelref("promote", "rec@latest", "quarantine")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "stagse: [dev]",
            "stagse is not a key; known are gates, gates_from, models, remote, signing, stages",
        ),
        ("stages: dev", "stages is not a list of names"),
        ("stages: ['a b']", "'a b' is not a stage name"),
        ("remote: --exec=x", "remote is not the name of a git remote"),
        ("stages: [", "is not valid YAML"),
    ],
)
def test_a_bad_configuration_is_named(project: Project, text: str, said: str) -> None:
    project.modelref("register", "rec")
    project.write("modelref.yaml", text)
    refused = project.modelref("promote", "rec@latest", "dev", check=False)
    assert (refused.code, said in refused.err) == (2, True)


def test_a_nightly_retrain_registers_what_changed_and_nothing_else(monorepo: Project) -> None:
    monorepo.modelref("init")
    monorepo.git("add", "--all")
    monorepo.git("commit", "--quiet", "--message", "declare")
    first = monorepo.modelref("register", "--changed", "--json").json
    assert len(first["events"]) == 15
    for number in (2, 5):
        monorepo.write(f"teams/t{number}/in.txt", "retrained")
    monorepo.run("dvc", "repro", "--quiet", "--all-pipelines")
    monorepo.write("teams/t7/in.txt", "changed, but not retrained")
    monorepo.write("legacy/m1.onnx", "new")
    monorepo.run("dvc", "add", "--quiet", "legacy/m1.onnx")
    monorepo.git("add", "--all")
    monorepo.git("commit", "--quiet", "--message", "nightly")
    night = monorepo.modelref("register", "--changed")
    assert "3 registered, 12 unchanged, 0 refused" in night.out
    shown = {row["name"]: row for row in monorepo.modelref("show", "--json").json["models"]}
    assert shown["m1"]["latest"] == "v0.1.1"
    assert monorepo.modelref("register", "--changed", "--json").json == {"events": []}


def test_one_models_stale_state_keeps_no_other_back(monorepo: Project) -> None:
    monorepo.modelref("init")
    monorepo.write("teams/t7/in.txt", "changed, but not retrained")
    monorepo.git("add", "--all")
    monorepo.git("commit", "--quiet", "--message", "declare")
    night = monorepo.modelref("register", "--changed", check=False)
    assert night.code == 1
    assert "14 registered, 0 unchanged, 1 refused" in night.out
    assert "error: teams/t7:ranker: " in night.err
    assert "in.txt is modified since DVC stage train ran" in night.err


@pytest.mark.parametrize("target", ["there.yaml", "not-there.yaml"])
def test_init_writes_through_no_link(tmp_path: Path, target: str) -> None:
    project = locked_clone(tmp_path / "clone")
    commit_lock(project, [out("w.onnx", keep(project, b"w"))], path="x")
    outside = tmp_path / target
    if target == "there.yaml":
        (project.root / "dvc.yaml").rename(outside)
        before = outside.read_text()
    else:
        (project.root / "dvc.yaml").unlink()
    (project.root / "dvc.yaml").symlink_to(outside)
    refused = project.modelref("init", check=False)
    assert refused.code == 2
    assert "dvc.yaml is a symbolic link" in refused.err
    assert outside.read_text() == before if target == "there.yaml" else not outside.exists()


def test_init_that_cannot_end_its_writing_leaves_dvc_yaml_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = locked_clone(tmp_path / "clone")
    commit_lock(project, [out("w.onnx", keep(project, b"w"))], path="x")
    before = (project.root / "dvc.yaml").read_text()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        refused = run(project.root, "init")
    assert refused.code == 5
    assert "cannot write" in refused.err
    assert (project.root / "dvc.yaml").read_text() == before
    assert project.git("status", "--porcelain") == ""


def test_init_killed_at_any_moment_has_declared_all_of_a_file_or_nothing(tmp_path: Path) -> None:
    chance = random.Random(3)
    project = locked_clone(tmp_path / "clone")
    commit_lock(project, [out("w.onnx", keep(project, b"w"))], path="x")
    before = (project.root / "dvc.yaml").read_text()
    for _ in range(6):
        (project.root / "dvc.yaml").write_text(before)
        (project.root / "modelref.yaml").unlink(missing_ok=True)
        run_and_kill(project, ["init"], after=chance.uniform(0.3, 1.5))
        found = yaml.safe_load((project.root / "dvc.yaml").read_text())
        assert list(found["stages"]) == ["train"]
        assert set(found["artifacts"]) in ({"m"}, {"m", "w"})
    project.modelref("init")
    found = yaml.safe_load((project.root / "dvc.yaml").read_text())
    assert found["artifacts"]["w"] == {"path": "w.onnx", "type": "model"}


def test_a_trial_of_init_writes_nothing_at_all(tmp_path: Path) -> None:
    project = locked_clone(tmp_path / "clone")
    commit_lock(project, [out("w.onnx", keep(project, b"w"))], path="x")
    assert "would be declared" in project.modelref("init", "--dry-run").out
    assert not (project.root / ".git" / "modelref").exists()
