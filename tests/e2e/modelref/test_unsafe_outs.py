"""What a repository says of paths: nothing lands in git's or DVC's own folders, or twice."""

import os
from pathlib import Path

import pytest

from modelref.api.compose import RepositoryWorld
from modelref.domain.names import Artifact
from modelref.domain.outs import MD5, Out
from modelref.errors import Refused
from support.inprocess import run
from support.locked import commit_lock, keep, keep_folder, locked_clone, out, version
from support.project import Project


@pytest.fixture
def clone(tmp_path: Path) -> Project:
    return locked_clone(tmp_path / "clone")


def everything(root: Path) -> dict[str, bytes]:
    found = {}
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder) / name
            if "objects" not in path.parts and "modelref" not in path.parts:
                found[str(path)] = path.read_bytes()
    return found


UNSAFE = [
    ".git/hooks/post-index-change",
    ".git/refs/heads/evil",
    ".GIT/x",
    ".dvc/config.local",
    "shop/.Dvc/config",
    "a\u200bb",
]


@pytest.mark.parametrize("path", UNSAFE)
def test_no_version_is_restored_into_the_folders_of_git_and_dvc(clone: Project, path: str) -> None:
    commit_lock(clone, [out(path, keep(clone, b"#!/bin/sh\n"))], path=path)
    version(clone, "m@v1.0.0")
    before = everything(clone.root)
    for command in (["restore"], ["get"], ["restore", "--with-pipeline"]):
        refused = run(clone.root, *command, "m@v1.0.0")
        assert refused.code == 2
        assert "is none that a version may write" in refused.err
    told = run(clone.root, "verify")
    assert told.code == 1
    assert "is none that a version may write" in told.out
    assert everything(clone.root) == before


def test_an_out_beside_the_model_is_not_restored_there_either(clone: Project) -> None:
    outs = [out("w.bin", keep(clone, b"w")), out(".git/hooks/x", keep(clone, b"x"))]
    commit_lock(clone, outs, path="w.bin")
    version(clone, "m@v1.0.0")
    assert run(clone.root, "restore", "m@v1.0.0").code == 2
    assert not (clone.root / ".git/hooks/x").exists()


@pytest.mark.parametrize(
    ("paths", "said"),
    [
        (["mo/x", "mo/X"], "one file on some disks"),
        (["mo/x", "mo/x"], "names 'mo/x' twice"),
        (["mo/x", "mo/x/y"], "names 'mo/x/y' below 'mo/x'"),
        (["mo/\u00e9", "mo/e\u0301"], "one file on some disks"),
    ],
)
def test_outs_that_would_lie_in_one_place_are_named(
    clone: Project, paths: list[str], said: str
) -> None:
    first = keep_folder(clone, {"y": b"1"}) if "mo/x/y" in paths else keep(clone, b"1")
    commit_lock(clone, [out(paths[0], first), out(paths[1], keep(clone, b"2"))], path="mo")
    version(clone, "m@v1.0.0")
    for command in ("restore", "get", "resolve"):
        refused = run(clone.root, command, "m@v1.0.0")
        assert refused.code == 2
        assert said in refused.err
    assert not (clone.root / "mo").exists()
    assert said in run(clone.root, "verify").out


def test_an_entry_that_dvc_left_in_the_lock_is_not_read(clone: Project) -> None:
    stale = {"cmd": "old", "outs": [out("mo/x", keep(clone, b"old"))]}
    commit_lock(clone, [out("mo/x", keep(clone, b"new"))], path="mo/x")
    lock = clone.root / "dvc.lock"
    lock.write_text(lock.read_text().replace('"train":', f'"former": {stale}, "train":', 1))
    clone.git("commit", "--quiet", "--all", "--message", "renamed")
    version(clone, "m@v1.0.0")
    assert run(clone.root, "restore", "m@v1.0.0").code == 0
    assert (clone.root / "mo/x").read_bytes() == b"new"


@pytest.mark.parametrize("size", ["Infinity", "-5", str(1 << 63), '"many"', "true"])
def test_a_size_that_no_disk_has_is_no_size(clone: Project, size: str) -> None:
    commit_lock(clone, [out("w.bin", keep(clone, b"w"), size=4242)], path="w.bin")
    lock = clone.root / "dvc.lock"
    lock.write_text(lock.read_text().replace("4242", ".inf" if size == "Infinity" else size))
    clone.git("commit", "--quiet", "--all", "--message", "odd")
    version(clone, "m@v1.0.0")
    refused = run(clone.root, "resolve", "m@v1.0.0")
    assert refused.code == 2
    assert "dvc.lock is not a dvc.lock" in refused.err
    assert "is no size" in refused.err


def trained_in_a_folder(clone: Project) -> None:
    """Three versions of a model whose DVC stage has a working folder."""
    for number in (1, 2, 3):
        clone.write("models/a/w.bin", f"model {number}")
        digest = keep(clone, f"model {number}".encode())
        clone.write(".gitignore", "/models/a/w.bin\n")
        commit_lock(
            clone,
            [out("w.bin", digest)],
            path="models/a/w.bin",
            definition={"wdir": "models/a"},
            locked={"cmd": f"train {number}"},
        )
        version(clone, f"m@v0.1.{number}")


def test_a_version_of_a_dvc_stage_with_a_working_folder_is_restored(clone: Project) -> None:
    trained_in_a_folder(clone)
    done = run(clone.root, "restore", "m@v0.1.1")
    assert done.code == 0
    assert "already" not in done.out
    assert (clone.root / "models/a/w.bin").read_bytes() == b"model 1"
    assert "train 1" in (clone.root / "dvc.lock").read_text()
    again = run(clone.root, "restore", "m@v0.1.1")
    assert "already" in again.out


def test_init_finds_the_out_of_a_dvc_stage_with_a_working_folder(clone: Project) -> None:
    commit_lock(
        clone, [out("w.onnx", keep(clone, b"w"))], path="x", definition={"wdir": "models/a"}
    )
    found = run(clone.root, "init", "--dry-run", "--json").json
    assert [one["path"] for one in found["added"]] == ["models/a/w.onnx"]


def test_what_nothing_tracks_is_never_said_to_be_there_already(clone: Project) -> None:
    commit = commit_lock(clone, [out("w.bin", keep(clone, b"w"))], path="w.bin")
    workspace = RepositoryWorld(clone.root).workspace
    ghost = Out("ghost.bin", MD5, keep(clone, b"ghost"))
    with pytest.raises(Refused, match=r"no DVC stage and no \.dvc file .* has ghost\.bin"):
        workspace.plan(Artifact.parse("m"), commit, ("ghost.bin", [ghost]), with_pipeline=False)


def test_a_program_stays_one(clone: Project) -> None:
    tool = out("tool", keep(clone, b"#!/bin/sh\n"), isexec=True)
    commit_lock(clone, [tool, out("w.bin", keep(clone, b"w"))], path="tool")
    version(clone, "m@v1.0.0")
    assert run(clone.root, "get", "m@v1.0.0", "-o", "out").code == 0
    assert run(clone.root, "restore", "m@v1.0.0").code == 0
    for path in ("out/tool", "tool"):
        assert os.access(clone.root / path, os.X_OK)
    assert not os.access(clone.root / "w.bin", os.X_OK)
