"""DVC repositories in folders of a git repository, one or several: none is taken for up to date."""

from pathlib import Path

import pytest

from support.beside_dvc import by_dvc, by_us
from support.project import Project

_DVC_YAML = """
stages:
  train:
    cmd: cp params.yaml model.bin && cp params.yaml m.yaml
    params: [a]
    outs: [model.bin]
    metrics: [m.yaml: {cache: false}]
artifacts:
  m: {path: model.bin, type: model}
"""

_ROOTS = {"two": ("mono/ml", "mono/other"), "nested": (".", "mono/ml")}


@pytest.fixture(params=_ROOTS)
def roots(tmp_path: Path, request: pytest.FixtureRequest) -> Project:
    project = Project(tmp_path / "mono", ())
    project.root.mkdir()
    project.git("init", "--quiet")
    for folder in _ROOTS[request.param]:
        sub = Project(project.root / folder, ())
        sub.write("dvc.yaml", _DVC_YAML)
        sub.write("params.yaml", "a: 1\n")
        sub.run("dvc", "init", "--quiet", *(["--subdir"] if folder != "." else []))
        sub.run("dvc", "repro", "--quiet")
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "trained")
    return project


def test_what_was_not_run_again_is_refused_and_said(roots: Project, tmp_path: Path) -> None:
    roots.modelref("register", "mono/ml:m")
    assert roots.modelref("diff", "mono/ml:m@latest", "--json").json["to"]["stale"] == []
    roots.write("mono/ml/params.yaml", "a: 77\n")
    stale = ["parameter a of params.yaml is modified since DVC stage train ran"]
    found = roots.modelref("diff", "mono/ml:m@latest", "--json").json["to"]["stale"]
    assert [why.replace("mono/ml/", "") for why in found] == stale
    roots.git("commit", "--quiet", "--all", "--message", "no repro")
    refused = roots.modelref("register", "mono/ml:m", check=False)
    assert refused.code == 1
    assert "params.yaml is modified since DVC stage train ran" in refused.err
    strangers = ("--repo", str(roots.root), "review", "HEAD~1..HEAD", "--json")
    (model,) = Project(tmp_path, ()).modelref(*strangers).json["models"]
    assert "is modified since DVC stage train ran" in model["stale"][0]


def test_another_repository_of_dvc_says_nothing_of_this_one(roots: Project) -> None:
    other = "mono/other" if (roots.root / "mono/other").is_dir() else "."
    roots.write(f"{other}/params.yaml", "a: 2\n")
    roots.git("commit", "--quiet", "--all", "--message", "no repro of the other")
    roots.modelref("register", "mono/ml:m")


def test_a_dvc_stage_that_dvc_does_not_know_is_not_up_to_date(roots: Project) -> None:
    roots.write("mono/ml/.dvcignore", "dvc.yaml\n")
    roots.git("add", "--all")
    roots.git("commit", "--quiet", "--message", "ignored")
    refused = roots.modelref("register", "mono/ml:m", check=False)
    assert refused.code == 1
    assert "dvc.lock has a DVC stage that makes mono/ml/model.bin, and DVC knows" in refused.err


def test_metrics_and_params_agree_with_dvc(roots: Project) -> None:
    sub = Project(roots.root / "mono/ml", ())
    roots.modelref("register", "mono/ml:m")
    sub.write("params.yaml", "a: 3\n")
    sub.run("dvc", "repro", "--quiet")
    roots.git("commit", "--quiet", "--all", "--message", "again")
    roots.modelref("register", "mono/ml:m")
    for what in ("metrics", "params"):
        theirs = by_dvc(sub, what, "HEAD~1", "HEAD")
        ours = by_us(roots, what, "mono/ml:m@v0.1.0", "mono/ml:m@v0.1.1")
        assert ours == {(f"mono/ml/{path}", key): both for (path, key), both in theirs.items()}
        assert ours
