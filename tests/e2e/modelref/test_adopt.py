"""``modelref init``: one command adopts a monorepo that knows nothing of tags."""

from pathlib import Path

import pytest

from support.project import Project


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
    assert "nothing to add" in again.out
    assert monorepo.git("status", "--porcelain") == ""


def test_init_says_when_there_is_nothing(tmp_path: Path) -> None:
    project = Project(tmp_path, ())
    project.git("init", "--quiet")
    assert "dvc artifacts add NAME PATH --type model" in project.modelref("init").out


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
        ("stagse: [dev]", "stagse is not a key; known are remote, stages"),
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
