"""A model of which DVC keeps one part and git the other."""

from pathlib import Path

import pytest

from support.project import Project


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    project = Project(tmp_path / "mixed", ())
    project.root.mkdir()
    project.git("init", "--quiet")
    project.run("dvc", "init", "--quiet")
    return project


def commit(project: Project) -> None:
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "a model")


def beside_a_dvc_file(project: Project) -> None:
    """Two versions of a folder: its weights with DVC, its settings in git."""
    project.write("dvc.yaml", "artifacts:\n  bert: {path: models/bert, type: model}\n")
    project.write("models/bert/weights.bin", "weights 1")
    project.run("dvc", "add", "--quiet", "models/bert/weights.bin")
    project.write("models/bert/config.json", '{"layers": 1}')
    project.write("models/bert/old/vocab.txt", "one")
    commit(project)
    project.modelref("register", "bert")
    project.git("rm", "--quiet", "models/bert/old/vocab.txt")
    project.write("models/bert/config.json", '{"layers": 2}')
    project.write("models/bert/new.txt", "two")
    commit(project)


def files(folder: Path) -> dict[str, str]:
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_text() for path in found}


FIRST = {"weights.bin": "weights 1", "config.json": '{"layers": 1}', "old/vocab.txt": "one"}
SECOND = {"weights.bin": "weights 1", "config.json": '{"layers": 2}', "new.txt": "two"}


def test_what_git_keeps_of_a_folder_belongs_to_the_model(shop: Project) -> None:
    beside_a_dvc_file(shop)
    assert "registered bert@v0.1.1" in shop.modelref("register", "--changed").out
    assert "1 unchanged" in shop.modelref("register", "--changed").out
    for version, expected in (("v0.1.0", FIRST), ("v0.1.1", SECOND)):
        shop.modelref("get", f"bert@{version}", "-o", version)
        assert files(shop.root / version) == expected
    assert shop.modelref("verify", "--deep").code == 0


def test_a_restore_brings_both_parts_back(shop: Project) -> None:
    beside_a_dvc_file(shop)
    shop.modelref("register", "bert")
    shop.write("models/bert/notes.txt", "nobody's")
    (shop.root / ".git/info/exclude").write_text("notes.txt\n")
    here = shop.root / "models/bert"
    beside = {"notes.txt", ".gitignore", "weights.bin.dvc"}
    for version, expected in (("v0.1.0", FIRST), ("v0.1.1", SECOND)):
        shop.modelref("restore", f"bert@{version}")
        assert {name: text for name, text in files(here).items() if name not in beside} == expected
        assert {path.name for path in here.iterdir()} >= beside
    assert shop.git("status", "--porcelain") == ""
    shop.write("models/bert/config.json", "edited")
    result = shop.modelref("restore", "bert@v0.1.0", check=False)
    assert (result.code, "has the bytes of models/bert/config.json" in result.err) == (1, True)


def test_what_is_not_committed_of_git_s_part_is_not_forgotten(shop: Project) -> None:
    beside_a_dvc_file(shop)
    shop.write("models/bert/config.json", '{"layers": 3}')
    result = shop.modelref("register", "bert", check=False)
    assert result.code == 1
    assert "bert in the workspace is not the one in commit" in result.err
    diff = shop.modelref("diff", "bert@v0.1.0", "--json").json
    assert diff["to"]["commit"] is None
    assert "registered bert@v0.1.1" in shop.modelref("register", "bert", "--commit").out
    shop.modelref("get", "bert@v0.1.1", "-o", "out")
    assert files(shop.root / "out") == {**SECOND, "config.json": '{"layers": 3}'}


_STAGE = """\
stages:
  train:
    cmd: sh train.sh
    deps: [train.sh]
    outs: [models/bert/weights.bin, {models/bert/config.json: {cache: false}}]
artifacts:
  bert: {path: models/bert, type: model}
  settings: {path: models/bert/config.json, type: model}
"""


def test_outs_that_dvc_hashes_and_git_keeps(shop: Project) -> None:
    shop.write("dvc.yaml", _STAGE)
    for number in ("1", "2"):
        train = f"echo weights > models/bert/weights.bin; echo {number} > models/bert/config.json\n"
        shop.write("train.sh", f"mkdir -p models/bert\n{train}")
        shop.run("dvc", "repro", "--quiet")
        commit(shop)
        shop.modelref("register", "bert")
        shop.modelref("register", "settings")
    shop.modelref("get", "bert@v0.1.0", "-o", "out")
    assert files(shop.root / "out") == {"weights.bin": "weights\n", "config.json": "1\n"}
    shop.modelref("get", "settings@v0.1.1", "-o", "settings")
    assert files(shop.root / "settings") == {"config.json": "2\n"}
    for model in ("bert", "settings"):
        shop.git("reset", "--quiet", "--hard")
        shop.modelref("restore", f"{model}@v0.1.0", "--with-pipeline")
        assert (shop.root / "models/bert/config.json").read_text() == "1\n"
    assert shop.modelref("verify").code == 0


def test_an_out_of_git_that_is_gone_is_no_other_file(shop: Project) -> None:
    shop.write("dvc.yaml", _STAGE)
    shop.write("train.sh", "mkdir -p models/bert\ncd models/bert\ntouch weights.bin config.json\n")
    shop.run("dvc", "repro", "--quiet")
    commit(shop)
    (shop.root / "models/bert/config.json").unlink()
    for model in ("bert", "settings"):
        shop.modelref("register", model, "--rev", "HEAD")
        [gone] = shop.modelref("diff", f"{model}@latest", "--json").json["weights_files"]
        assert (gone["path"].rpartition("/")[2], gone["to"]) == ("config.json", None)
    told = shop.modelref("diff", "settings@latest", "--json").json["absent"]["metrics"]
    assert [one["why"] for one in told] == [
        "workspace: models/bert/config.json, which git keeps, is not there"
    ]
    shop.modelref("restore", "settings@latest")
    assert (shop.root / "models/bert/config.json").exists()
