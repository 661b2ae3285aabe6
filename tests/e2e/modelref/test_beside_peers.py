"""GTO and DVC keep working on the same repository, and agree with us."""

import json
from pathlib import Path

import pytest

from support.project import Project


@pytest.fixture(scope="module")
def built(built_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = built_project.copied_to(tmp_path_factory.mktemp("peers") / "shop")
    for number, commit in enumerate(project.commits, start=1):
        project.modelref("register", "rec", "--rev", commit, "--version", f"v{number}.0.0")
    project.modelref("promote", "rec@v1.0.0", "prod")
    project.modelref("promote", "rec@v2.0.0", "prod")
    project.modelref("promote", "rec@v3.0.0", "eu/staging")
    return project


@pytest.fixture
def registered(built: Project, tmp_path: Path) -> Project:
    return built.copied_to(tmp_path / "shop")


def test_gto_reads_what_we_wrote(registered: Project) -> None:
    (row,) = json.loads(registered.run("gto", "show", "--json").out).items()
    name, facts = row
    assert name == "rec"
    assert facts["version"] == "v3.0.0"
    assert facts["stage"] == {"prod": "v2.0.0", "eu/staging": "v3.0.0"}
    registered.modelref("rollback", "rec#prod")
    facts = json.loads(registered.run("gto", "show", "--json").out)["rec"]
    assert facts["stage"]["prod"] == "v1.0.0"


def test_we_read_what_gto_wrote(project: Project) -> None:
    first, second, _ = project.commits
    project.run("gto", "register", "rec", first, "--version", "v1.0.0")
    project.run("gto", "register", "rec", second, "--version", "v1.1.0")
    project.run("gto", "assign", "rec", "--version", "v1.1.0", "--stage", "prod")
    project.run("gto", "assign", "rec", "--version", "v1.0.0", "--stage", "prod")
    shown = project.modelref("show", "--json").json["models"][0]
    assert (shown["latest"], shown["stages"]) == ("v1.1.0", {"prod": "v1.0.0"})
    assert "v1.1.0 again (left: v1.0.0)" in project.modelref("rollback", "rec#prod").out


@pytest.mark.parametrize("wanted", [["--rev", "v2.0.0"], ["--stage", "prod"]])
def test_dvc_artifacts_get_brings_the_same_bytes(
    registered: Project, tmp_path: Path, wanted: list[str]
) -> None:
    # --stage and --rev are DVC's; ours is the ref.
    registered.run("dvc", "artifacts", "get", ".", "rec", *wanted, "-o", str(tmp_path / "theirs"))
    registered.modelref("get", "rec@v2.0.0", "-o", str(tmp_path / "ours"))
    for path in ("weights.bin", "ids/items.json"):
        theirs = (tmp_path / "theirs" / path).read_bytes()
        assert theirs == (tmp_path / "ours" / path).read_bytes()


def test_dvc_metrics_diff_agrees(registered: Project) -> None:
    theirs = json.loads(
        registered.run("dvc", "metrics", "diff", "--json", *registered.commits[::2]).out
    )
    ours = registered.modelref("diff", "rec@v1.0.0", "rec@v3.0.0", "--json").json["metrics"]
    assert {change["metric"]: (change["from"], change["to"]) for change in ours} == {
        metric: (change["old"], change["new"]) for metric, change in theirs["metrics.json"].items()
    }


def test_dvc_params_diff_agrees_with_uncommitted_changes_too(registered: Project) -> None:
    registered.write("params.yaml", "train:\n  model: als\n  factors: 99\n  als: {new: 1.5e-2}\n")
    theirs = json.loads(
        registered.run("dvc", "params", "diff", "--json", registered.commits[0]).out
    )
    ours = registered.modelref("diff", "rec@v1.0.0", "--only", "params", "--json").json
    assert ours["metrics"] is None
    assert {change["param"]: (change["from"], change["to"]) for change in ours["params"]} == {
        param: (change["old"], change["new"]) for param, change in theirs["params.yaml"].items()
    }


def test_a_model_in_a_folder_is_addressed_as_gto_and_dvc_do(
    project: Project, tmp_path: Path
) -> None:
    project.write("shop/dvc.yaml", "artifacts:\n  rank: {path: w.bin, type: model}\n")
    project.write("shop/w.bin", "rank weights")
    project.run("dvc", "add", "--quiet", "shop/w.bin")
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "rank")
    project.modelref("register", "shop:rank")
    assert project.git("tag") == "shop=rank@v0.1.0"
    assert json.loads(project.run("gto", "show", "--json").out)["shop:rank"]["version"] == "v0.1.0"
    project.run("dvc", "artifacts", "get", ".", "shop:rank", "-o", str(tmp_path / "theirs.bin"))
    project.modelref("get", "shop:rank@latest", "-o", str(tmp_path / "ours"))
    assert (tmp_path / "theirs.bin").read_text() == "rank weights"
    assert (tmp_path / "ours" / "w.bin").read_text() == "rank weights"


def test_a_model_that_git_tracks_needs_no_dvc(project: Project, tmp_path: Path) -> None:
    project.write("tiny/dvc.yaml", "artifacts:\n  tiny: {path: model, type: model}\n")
    project.write("tiny/model/a.json", "[1]")
    project.write("tiny/model/b/c.json", "[2]")
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "tiny")
    project.modelref("register", "tiny:tiny")
    project.git("rm", "--quiet", "-r", "tiny")
    project.git("commit", "--quiet", "--message", "gone")
    project.modelref("get", "tiny:tiny@v0.1.0", "-o", str(tmp_path / "got"))
    assert (tmp_path / "got" / "b" / "c.json").read_text() == "[2]"
