"""A workspace that is not what its DVC stages left: what was compared then is said."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from support.beside_dvc import by_dvc, by_us
from support.project import Project, Result

_DVC_YAML = """
stages:
  prep:
    cmd: cp in.csv out.csv
    deps: [in.csv]
    outs: [out.csv]
  train:
    cmd: cat out.csv p.yaml > model.bin && cp p.yaml m.yaml
    deps: [out.csv, p.yaml]
    outs: [model.bin]
    metrics: [m.yaml: {cache: false}]
  copy:
    cmd: mkdir folder && cp out.csv folder/a.csv
    deps: [out.csv]
    outs: [folder]
  rank:
    cmd:
      - cp out.csv r.bin && cp r.in r.yaml
      - mkdir lists && cp panel.in lists/panel.csv && cp users.in users.csv
    deps: [out.csv, r.in, panel.in, users.in]
    outs: [r.bin, lists, users.csv]
    metrics: [r.yaml: {cache: false}]
artifacts:
  m: {path: model.bin, type: model}
  f: {path: folder, type: model}
  r:
    path: r.bin
    type: model
    meta: {modelref: {panel: lists/panel.csv, users: users.csv, holdout: in.csv}}
"""


@pytest.fixture(scope="module")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("edited") / "shop", ())
    project.root.mkdir()
    project.git("init", "--quiet")
    project.run("dvc", "init", "--quiet")
    project.write("dvc.yaml", _DVC_YAML)
    project.write("in.csv", "a\n1\n")
    project.write("p.yaml", "x: 2\n")
    project.write("panel.in", "user,rank,item\n1,1,a\n2,1,b\n")
    project.write("users.in", "user,x\n" + "".join(f"{user},0.5\n" for user in range(6)))
    project.write("r.in", "x: 0.5\n")
    project.run("dvc", "add", "--quiet", "in.csv")
    project.run("dvc", "repro", "--quiet")
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "trained")
    for model in "mfr":
        project.modelref("register", model)
    return project


@pytest.fixture
def project(registered: Project, tmp_path: Path) -> Project:
    return registered.copied_to(tmp_path / "copy")


def change(project: Project, path: str, text: str) -> None:
    (project.root / path).unlink(missing_ok=True)
    project.write(path, text)


def diff(project: Project, model: str, *args: str) -> Result:
    return project.modelref("diff", f"{model}@latest", "--exit-code", *args, check=False)


def why(absent: dict[str, Any], kind: str) -> Sequence[tuple[str, str]]:
    return [(one["why"], one["mend"]) for one in absent.get(kind, ())]


@pytest.mark.parametrize(
    ("model", "path", "text", "edited"),
    [
        ("m", "model.bin", "edited by hand", "model.bin"),
        ("f", "folder/new.csv", "b", "folder"),
    ],
)
def test_an_edited_model_is_not_called_the_same(
    project: Project, model: str, path: str, text: str, edited: str
) -> None:
    assert diff(project, model).code == 0, "the copy is what was registered"
    change(project, path, text)
    found = diff(project, model, "--only", "weights", "--json")
    assert found.code == 5
    assert found.json["to"]["stale"] == [f"{edited} changed since dvc repro"]
    mend = "dvc repro, or dvc commit if it is right as it is"
    said = f"workspace: {edited} changed since dvc repro, and what that recorded was compared"
    assert why(found.json["absent"], "weights") == [(said, mend)]
    assert "No weight differs" not in diff(project, model).out
    refused = project.modelref("register", model, check=False)
    assert refused.code == 1
    assert refused.err.startswith(f"error: {edited} changed since dvc repro, so that commit ")
    assert f"hint: {mend}, git commit --all, then modelref register {model}" in refused.err
    project.modelref("register", model, "--rev", "HEAD")


@pytest.mark.parametrize("path", ["in.csv", "out.csv"])
def test_an_edited_input_is_not_called_the_same(project: Project, path: str) -> None:
    change(project, path, "a\n2\n")
    found = diff(project, "m", "--only", "data", "--json")
    assert found.code == 5
    said = f"workspace: {path} changed since dvc repro, and what that recorded was compared"
    assert [one for one, _ in why(found.json["absent"], "data")] == [said]
    assert "No input differs" not in diff(project, "m").out


def test_what_a_frozen_stage_read_may_change(project: Project) -> None:
    project.run("dvc", "freeze", "--quiet", "prep")
    change(project, "in.csv", "a\n2\n")
    found = diff(project, "m", "--only", "data", "--json")
    assert (found.code, found.json["absent"]) == (0, {})
    change(project, "out.csv", "a\n2\n")
    [(said, _)] = why(diff(project, "m", "--only", "data", "--json").json["absent"], "data")
    assert said.startswith("workspace: out.csv changed since dvc repro")


def test_an_input_that_dvc_refuses_is_named(project: Project) -> None:
    project.write("raw/a.csv", "a\n1\n")
    project.run("dvc", "add", "--quiet", "raw")
    project.write("dvc.yaml", _DVC_YAML.replace("deps: [in.csv]", "deps: [in.csv, raw]"))
    project.run("dvc", "repro", "--quiet")
    project.write("raw/.dvcignore", "*.tmp\n")
    refused = diff(project, "m", "--only", "data")
    assert refused.code == 2
    why = "error: DVC cannot read the pipeline of the workspace: .dvcignore file should not be in "
    assert refused.err.startswith(why)
    assert "raw'" in refused.err


@pytest.mark.parametrize(
    ("kind", "path", "edited"),
    [
        ("metrics", "users.csv", "users.csv changed since dvc repro"),
        ("metrics", "in.csv", "in.csv changed since dvc add"),
        ("behaviour", "lists/panel.csv", "lists changed since dvc repro"),
    ],
)
def test_what_a_model_was_measured_by_is_not_called_the_same_where_it_was_edited(
    project: Project, kind: str, path: str, edited: str
) -> None:
    assert diff(project, "r").code == 0, "the copy is what was registered"
    change(project, path, "user,rank,item\n1,1,c\n2,1,d\n")
    found = diff(project, "r", "--only", kind, "--json")
    assert found.code == 5
    said = f"workspace: {edited}, and what that recorded was compared"
    assert [one for one, _ in why(found.json["absent"], kind)] == [said]
    told = diff(project, "r")
    assert told.code == 5
    assert {"metrics": "No metric", "behaviour": "No list"}[kind] not in told.out


def test_a_metrics_file_of_git_that_is_gone_is_gone(project: Project) -> None:
    (project.root / "m.yaml").unlink()
    ours = by_us(project, "metrics", "m@latest")
    assert ours == by_dvc(project, "metrics", "HEAD")
    assert ours == {("m.yaml", "x"): (2, None)}


def test_files_that_nobody_checked_out_have_not_changed(project: Project) -> None:
    for path in ("model.bin", "out.csv", "in.csv"):
        (project.root / path).unlink()
    found = diff(project, "m", "--json")
    assert (found.code, found.json["to"]["stale"]) == (0, [])


def test_of_a_large_model_dvc_tells(tmp_path: Path) -> None:
    project = Project(tmp_path, ())
    project.git("init", "--quiet")
    project.run("dvc", "init", "--quiet")
    project.write(
        "dvc.yaml",
        "stages: {train: {cmd: truncate -s 65M model.bin, outs: [model.bin]}}\n"
        "artifacts: {m: {path: model.bin, type: model}}\n",
    )
    project.run("dvc", "repro", "--quiet")
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "trained")
    for _ in range(2):
        assert project.modelref("register", "m", "--dry-run").code == 0
    with (project.root / "model.bin").open("r+b") as file:
        file.write(b"edited by hand")
    refused = project.modelref("register", "m", check=False)
    assert refused.err.startswith("error: model.bin changed since dvc repro, so that commit ")
