"""Projects of other shapes, and what an adversary found: each was wrong once."""

import json
from pathlib import Path

import pytest

import modelref
from support.project import Project


def project_of(root: Path, files: dict[str, str], *, dvc: str = ".") -> Project:
    project = Project(root, ())
    root.mkdir(parents=True, exist_ok=True)
    project.git("init", "--quiet")
    for path, text in files.items():
        project.write(path, text)
    sub = [] if dvc == "." else ["--subdir"]
    Project(root / dvc, ()).run("dvc", "init", "--quiet", *sub)
    Project(root / dvc, ()).run("dvc", "repro", "--quiet", "--all-pipelines")
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "trained")
    return project


def test_a_dvc_stage_with_a_working_folder(tmp_path: Path) -> None:
    project = project_of(
        tmp_path / "p",
        {
            "work/in.txt": "1",
            "dvc.yaml": "stages:\n  train:\n    wdir: work\n    cmd: cp in.txt m.bin\n"
            "    deps: [in.txt]\n    outs: [m.bin]\n"
            "artifacts:\n  m: {path: work/m.bin, type: model}\n",
        },
    )
    project.modelref("register", "m")
    project.modelref("get", "m@latest", "-o", str(tmp_path / "got"))
    assert (tmp_path / "got" / "m.bin").read_text() == "1"


def test_a_dvc_repository_in_a_folder(tmp_path: Path) -> None:
    pipeline = (
        "stages:\n  train:\n    cmd: cp in.txt m.bin\n    deps: [in.txt]\n    outs: [m.bin]\n"
        "artifacts:\n  m: {path: m.bin, type: model}\n"
    )
    files = {"sub/in.txt": "1", "sub/dvc.yaml": pipeline}
    project = project_of(tmp_path / "p", files, dvc="sub")
    project.modelref("register", "sub:m")
    project.modelref("get", "sub:m@latest", "-o", str(tmp_path / "got"))
    assert (tmp_path / "got" / "m.bin").read_text() == "1"


@pytest.fixture
def apart(tmp_path: Path) -> Project:
    """The artifact is declared at the top, its DVC stage in a folder."""
    return project_of(
        tmp_path / "p",
        {
            "team/in.txt": "1",
            "team/dvc.yaml": "stages:\n  train:\n    cmd: cp in.txt m.bin\n"
            "    deps: [in.txt]\n    outs: [m.bin]\n",
            "dvc.yaml": "artifacts:\n  m: {path: team/m.bin, type: model}\n",
        },
    )


def test_a_pipeline_apart_from_its_artifact_is_checked_too(apart: Project) -> None:
    apart.modelref("register", "m")
    apart.write("team/in.txt", "2")
    apart.git("commit", "--quiet", "--all", "--message", "forgot dvc repro")
    refused = apart.modelref("register", "m", check=False)
    assert (refused.code, "in.txt is modified since DVC stage train ran" in refused.err) == (
        1,
        True,
    )


def test_a_frozen_dvc_stage_stands_for_itself(tmp_path: Path) -> None:
    project = project_of(
        tmp_path / "p",
        {
            "in.txt": "1",
            "dvc.yaml": "stages:\n  prepare:\n    cmd: cp in.txt clean.txt\n    deps: [in.txt]\n"
            "    outs: [clean.txt]\n  train:\n    cmd: cp clean.txt m.bin\n"
            "    deps: [clean.txt]\n    outs: [m.bin]\n"
            "artifacts:\n  m: {path: m.bin, type: model}\n",
        },
    )
    project.run("dvc", "freeze", "--quiet", "train")
    project.write("in.txt", "2")
    project.git("commit", "--quiet", "--all", "--message", "upstream changed")
    project.modelref("register", "m")


def test_damaged_bytes_are_not_rolled_back_to(project: Project) -> None:
    for commit in project.commits[:2]:
        project.modelref("register", "rec", "--rev", commit)
    for version in ("v0.1.0", "v0.1.1"):
        project.modelref("promote", f"rec@{version}", "prod")
    for path in (project.root / ".dvc" / "cache" / "files" / "md5").rglob("*"):
        if path.is_file() and b"x 8" in path.read_bytes():
            path.chmod(0o644)
            path.write_bytes(b"cut off")
    refused = project.modelref("rollback", "rec#prod", check=False)
    assert refused.code == 5
    assert project.modelref("resolve", "rec#prod", "--json").json["version"] == "v0.1.1"


@pytest.mark.parametrize(
    "args",
    [
        ["promote", "rec@v0.1.0", "prod", "--expect", ""],
        ["rollback", "rec#prod", "--to", ""],
        ["rollback", "rec#prod", "--expect", ""],
        ["show", "--at", ""],
        ["register", "rec", "--rev", ""],
    ],
)
def test_an_empty_option_never_drops_the_guard(project: Project, args: list[str]) -> None:
    for commit in project.commits[:2]:
        project.modelref("register", "rec", "--rev", commit)
    project.modelref("promote", "rec@v0.1.1", "prod")
    before = project.git("tag")
    assert project.modelref(*args, check=False).code == 2
    assert project.git("tag") == before


def test_what_was_done_before_a_failure_is_told(project: Project) -> None:
    project.modelref("register", "rec")
    project.git("tag", "-a", "-m", "x", "ghost@v0.1.0")
    done = project.modelref("promote", "rec@v0.1.0", "ghost@v9.0.0", "prod", "--json", check=False)
    assert done.code == 2
    assert json.loads(done.out)["event"]["tag"] == "rec#prod#1"


def test_files_handed_to_python_are_read_only_and_looked_after(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    project.modelref("register", "rec")
    registry = modelref.open(project.root)
    path = registry.get("rec@latest")["models/rec/weights.bin"]
    good = path.read_bytes()
    assert not path.stat().st_mode & 0o222
    path.chmod(0o644)
    path.write_bytes(b"evil")
    assert registry.get("rec@latest")["models/rec/weights.bin"].read_bytes() == good
    path.unlink()
    assert registry.get("rec@latest")["models/rec/weights.bin"].read_bytes() == good


def test_a_tag_of_thousands_of_digits_is_reported_and_stops_nothing(project: Project) -> None:
    project.modelref("register", "rec")
    oid = project.git("rev-parse", "rec@v0.1.0")
    packed = project.root / ".git" / "packed-refs"
    packed.write_text(
        f"# pack-refs with: peeled fully-peeled sorted \n{oid} refs/tags/rec#prod#{'9' * 5000}\n"
    )
    shown = project.modelref("show")
    assert "v0.1.0" in shown.out
    assert "is too long to be one of ours" in shown.err
    assert project.modelref("show", f"rec@v1.0.{'9' * 5000}", check=False).code == 2


def test_json_has_no_value_that_json_does_not_know(project: Project) -> None:
    project.write("metrics.json", '{"all": {"ndcg": NaN, "loss": Infinity}}')
    project.run("dvc", "commit", "--force", "--quiet")
    project.git("commit", "--quiet", "--all", "--message", "odd metrics")
    project.modelref("register", "rec")
    shown = project.modelref("show", "rec@latest", "--json").out
    card = json.loads(shown, parse_constant=pytest.fail)
    assert card["metrics"]["metrics.json"] == {"all.ndcg": None, "all.loss": None}


def test_a_workspace_file_that_is_a_device_or_a_pipe_is_not_read(project: Project) -> None:
    project.modelref("register", "rec")
    (project.root / "metrics.json").unlink()
    project.run("mkfifo", "metrics.json")
    (project.root / "params.yaml").unlink()
    (project.root / "params.yaml").symlink_to("/dev/zero")
    assert project.modelref("show", "rec@latest").code == 0
