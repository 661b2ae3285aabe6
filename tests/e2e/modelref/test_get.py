"""Get: symbolic links among a model's files in git, and a command that is repeated."""

import os
from pathlib import Path

import pytest

from modelref.adapters.dvc.store.cache import DvcOutputs
from modelref.domain.outs import OutFile
from support.inprocess import run
from support.project import Project


@pytest.fixture
def linked(tmp_path: Path) -> Project:
    """A model in git of which ``latest.txt`` leads, over another link, to ``v2/w.txt``."""
    project = Project(tmp_path / "linked", ())
    project.root.mkdir()
    project.git("init", "--quiet")
    project.write("dvc.yaml", "artifacts:\n  rec: {path: model, type: model}\n")
    project.write("model/v2/w.txt", "weights")
    project.write("outside.txt", "not the model's")
    (project.root / "model/v2/link.txt").symlink_to("../v2/./w.txt")
    (project.root / "model/latest.txt").symlink_to("v2/link.txt")
    return project


def register(project: Project) -> None:
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "a model")
    assert run(project.root, "register", "rec", "--no-push").code == 0


def test_a_link_inside_the_model_is_given_as_what_it_leads_to(
    linked: Project, tmp_path: Path
) -> None:
    register(linked)
    for where in ([], ["--repo", str(linked.root)]):
        out = tmp_path / f"out{len(where)}"
        got = run(linked.root, *where, "get", "rec@latest", "-o", str(out))
        assert (got.code, got.err) == (0, "")
        files = {str(path.relative_to(out)): path for path in out.rglob("*.txt")}
        assert files.keys() == {"latest.txt", "v2/link.txt", "v2/w.txt"}
        assert {path.read_text() for path in files.values()} == {"weights"}
        assert not any(path.is_symlink() for path in files.values())


@pytest.mark.parametrize(
    "leads", ["../outside.txt", "/etc/passwd", "v2", "bad.txt", "gone.txt", "../../linked/dvc.yaml"]
)
def test_a_link_to_anything_else_is_refused(linked: Project, tmp_path: Path, leads: str) -> None:
    (linked.root / "model/bad.txt").symlink_to(leads)
    linked.git("add", "--all")
    linked.git("commit", "--quiet", "--message", "a model")
    said = f"error: model/bad.txt is a symbolic link to '{leads}', which is no file of the model"
    unregistered = run(linked.root, "register", "rec")
    assert (unregistered.code, unregistered.err.startswith(said)) == (1, True)
    linked.git("tag", "-a", "rec@v0.1.0", "-m", "by hand")
    out = tmp_path / "out"
    refused = run(linked.root, "get", "rec@latest", "-o", str(out))
    assert (refused.code, refused.err.startswith(said)) == (1, True)
    assert not out.exists()
    assert run(linked.root, "get", "rec@latest", "v2/w.txt", "-o", str(out)).code == 0
    assert [path.name for path in out.rglob("*") if path.is_file()] == ["w.txt"]
    told = run(linked.root, "verify", "--deep")
    assert (told.code, f"cannot be loaded: {said.removeprefix('error: ')}" in told.out) == (1, True)


@pytest.mark.parametrize(
    "through", ["../aside/../v2/w.txt", "gone/../v2/w.txt", "v2/w.txt/../w.txt"]
)
def test_a_link_through_what_is_no_real_folder_is_refused(linked: Project, through: str) -> None:
    """``..`` behind a link is where that leads; by its text it would be another file."""
    (linked.root / "aside").symlink_to("model/v2")
    (linked.root / "model/bad.txt").symlink_to(through)
    linked.git("add", "--all")
    linked.git("commit", "--quiet", "--message", "a model")
    refused = run(linked.root, "register", "rec")
    assert refused.err.startswith(f"error: model/bad.txt is a symbolic link to '{through}'")


def test_a_model_with_a_submodule_in_it_is_not_registered(linked: Project, tmp_path: Path) -> None:
    other = Project(tmp_path / "other", ())
    other.root.mkdir()
    other.git("init", "--quiet")
    other.write("w.txt", "elsewhere")
    other.git("add", "--all")
    other.git("commit", "--quiet", "--message", "weights")
    linked.git(
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        str(other.root),
        "model/sub",
    )
    linked.git("add", "--all")
    linked.git("commit", "--quiet", "--message", "a model")
    refused = run(linked.root, "register", "rec")
    assert (refused.code, refused.err.partition(" at commit ")[0]) == (1, "error: model/sub")
    assert " is a submodule: its files are in another repository\n" in refused.err


def test_a_name_that_is_not_utf8_is_refused_and_keeps_no_other_model_back(linked: Project) -> None:
    (linked.root / "model" / os.fsdecode(b"n\xff")).write_text("a")
    (linked.root / "other").write_text("b")
    artifacts = (
        "artifacts:\n  rec: {path: model, type: model}\n  second: {path: other, type: model}\n"
    )
    linked.write("dvc.yaml", artifacts)
    linked.git("add", "--all")
    linked.git("commit", "--quiet", "--message", "a model")
    refused = run(linked.root, "register", "rec")
    assert refused.code == 2
    assert refused.err.startswith("error: the name of model/n")
    assert "is not UTF-8\nhint: git mv it to a name that is" in refused.err
    swept = run(linked.root, "register", "--changed")
    assert "registered second@v0.1.0" in swept.out
    assert "is not UTF-8" in swept.err


def test_a_get_that_is_repeated_finds_its_files(linked: Project, tmp_path: Path) -> None:
    register(linked)
    out = tmp_path / "out"
    args = ["get", "rec@latest", "-o", str(out)]
    first = run(linked.root, *args)
    assert first.out == f"rec@v0.1.0: 3 files in {out}/\n"
    again = run(linked.root, *args)
    assert (again.code, again.out) == (0, f"rec@v0.1.0: 3 files in {out}/, already there\n")
    assert run(linked.root, *args, "--json").code == 0
    (out / "v2/w.txt").write_text("Weights")
    refused = run(linked.root, *args)
    assert (refused.code, "nor has it just these files" in refused.err) == (2, True)
    (out / "v2/w.txt").write_text("weights")
    (out / "mine.txt").touch()
    assert run(linked.root, *args).code == 2
    (out / "mine.txt").unlink()
    (out / "v2/link.txt").unlink()
    assert run(linked.root, *args).code == 2
    (out / "v2/link.txt").symlink_to("gone")
    assert run(linked.root, *args).code == 2


def test_of_two_gets_at_once_the_second_finds_the_files_of_the_first(
    linked: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(linked)
    out = tmp_path / "out"
    place = DvcOutputs.place

    def slowly(outputs: DvcOutputs, file: OutFile, path: Path, *, deep: bool = False) -> None:
        if not out.exists():
            monkeypatch.setattr(DvcOutputs, "place", place)
            assert run(linked.root, "get", "rec@latest", "-o", str(out)).code == 0
        place(outputs, file, path, deep=deep)

    monkeypatch.setattr(DvcOutputs, "place", slowly)
    second = run(linked.root, "get", "rec@latest", "-o", str(out))
    assert (second.code, second.out) == (0, f"rec@v0.1.0: 3 files in {out}/, already there\n")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".out")] == []


@pytest.mark.parametrize("link", ["copy", "symlink"])
def test_a_get_of_dvcs_bytes_is_repeated_without_them(tmp_path: Path, link: str) -> None:
    project = Project(tmp_path / "kept", ())
    project.root.mkdir()
    project.git("init", "--quiet")
    project.run("dvc", "init", "--quiet")
    project.run("dvc", "config", "--quiet", "cache.type", link)
    project.write("dvc.yaml", "artifacts:\n  rec: {path: model, type: model}\n")
    project.write("model/a.bin", "a")
    project.write("model/b/c.bin", "c")
    project.run("dvc", "add", "--quiet", "model")
    register(project)
    args = ["get", "rec@latest", "-o", str(tmp_path / "out")]
    for said in ("", ", already there"):
        got = run(project.root, *args)
        assert (got.code, got.out) == (0, f"rec@v0.1.0: 2 files in {tmp_path}/out/{said}\n")
    if link == "copy":
        kept = tmp_path / "out/a.bin"
        seen = kept.stat()
        kept.write_text("x")
        os.utime(kept, ns=(seen.st_atime_ns, seen.st_mtime_ns))
        assert run(project.root, *args, "--deep").code == 2
