"""Models that ``dvc add`` tracks: a file that changed since is not taken for the recorded one."""

from pathlib import Path

import pytest

from support.inprocess import run
from support.project import Project


@pytest.fixture
def added(tmp_path: Path) -> Project:
    project = Project(tmp_path / "added", ())
    project.root.mkdir()
    project.git("init", "--quiet")
    project.run("dvc", "init", "--quiet")
    project.write(
        "dvc.yaml",
        "artifacts:\n  x: {path: models/x.bin, type: model}\n  d: {path: models/d, type: model}\n",
    )
    project.write("models/x.bin", "weights")
    project.write("models/d/a.bin", "a")
    project.run("dvc", "add", "--quiet", "models/x.bin", "models/d")
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "two models")
    return project


def change(project: Project, path: str, text: str) -> None:
    (project.root / path).unlink(missing_ok=True)
    project.write(path, text)


@pytest.mark.parametrize("text", ["weightz", "other weights"])
def test_a_changed_file_is_refused_until_dvc_knows_it(added: Project, text: str) -> None:
    change(added, "models/x.bin", text)
    for args in (["register", "x"], ["register", "x", "--commit"]):
        refused = run(added.root, *args)
        assert refused.code == 1
        assert refused.err.startswith("error: models/x.bin changed since dvc add, so that commit ")
        assert "hint: dvc add models/x.bin, git commit --all, then modelref " in refused.err
    assert added.git("tag") == ""
    assert run(added.root, "register", "d").code == 0, "another model's change says nothing"
    assert run(added.root, "register", "x", "--rev", "HEAD").code == 0
    diff = run(added.root, "diff", "x@latest")
    assert "models/x.bin changed since dvc add" in diff.out + diff.err
    added.run("dvc", "add", "--quiet", "models/x.bin")
    added.git("commit", "--quiet", "--all", "--message", "changed")
    assert "registered x@v0.1.1" in run(added.root, "register", "x").out
    diff = run(added.root, "diff", "x@latest")
    assert "changed since" not in diff.out + diff.err


@pytest.mark.parametrize(("path", "text"), [("models/d/a.bin", "b"), ("models/d/new/c.bin", "c")])
def test_a_changed_folder_is_refused(added: Project, path: str, text: str) -> None:
    change(added, path, text)
    refused = run(added.root, "register", "d")
    assert (refused.code, "models/d changed since dvc add" in refused.err) == (1, True)


def test_what_version_control_keeps_in_a_folder_is_none_of_its_files(added: Project) -> None:
    added.write("models/d/.git/HEAD", "ref: refs/heads/main")
    assert run(added.root, "register", "d").code == 0


def test_a_dvc_file_may_have_any_name_and_place(added: Project) -> None:
    text = (added.root / "models/x.bin.dvc").read_text()
    added.git("rm", "--quiet", "models/x.bin.dvc")
    added.write("kept/other.dvc", text.replace("path: x.bin", "path: models/x.bin") + "wdir: ..\n")
    assert "up to date" in added.run("dvc", "status").out
    added.git("add", "--all")
    added.git("commit", "--quiet", "--message", "moved")
    assert run(added.root, "register", "x").code == 0
    change(added, "models/x.bin", "others")
    assert run(added.root, "register", "x").code == 1


def test_a_sweep_does_not_call_unchanged_what_changed_since(added: Project) -> None:
    assert run(added.root, "register", "--changed").out.endswith(
        "2 registered, 0 unchanged, 0 refused\n"
    )
    change(added, "models/x.bin", "retrained")
    found = run(added.root, "register", "--changed")
    assert (found.code, found.out) == (1, "0 registered, 1 unchanged, 1 refused\n")
    assert "x: models/x.bin changed since dvc add" in found.err


def test_what_dvc_may_ignore_or_nobody_checked_out_has_not_changed(added: Project) -> None:
    added.write("models/.dvcignore", "*.tmp\n")
    change(added, "models/d/x.tmp", "ignored")
    (added.root / "models/x.bin").unlink()
    for model in ("d", "x"):
        assert run(added.root, "register", model).code == 0


def test_a_restore_names_the_metrics_that_it_leaves(added: Project) -> None:
    added.write("dvc.yaml", (added.root / "dvc.yaml").read_text() + "metrics: [m.json]\n")
    for number in (1, 2):
        change(added, "models/x.bin", f"weights {number}")
        added.write("m.json", f'{{"score": {number}}}')
        added.run("dvc", "add", "--quiet", "models/x.bin")
        added.git("add", "--all")
        added.git("commit", "--quiet", "--message", f"version {number}")
        assert run(added.root, "register", "x").code == 0
    done = run(added.root, "restore", "x@v0.1.0", "--json").json
    commit = added.git("rev-parse", "HEAD~1")
    why = f"it differs: git checkout {commit} -- m.json"
    assert done["left"] == [{"path": "m.json", "why": why}]
    assert (added.root / "models/x.bin").read_text() == "weights 1"
