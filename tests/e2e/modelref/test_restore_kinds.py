"""Restore of every kind of model: one file, a .dvc file, git's own, a subfolder's, two models."""

import json
from pathlib import Path

import pytest

from support.project import Project


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    project = Project(tmp_path / "kinds", ())
    project.root.mkdir()
    project.git("init", "--quiet")
    project.run("dvc", "init", "--quiet")
    return project


def version(project: Project, model: str) -> None:
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", f"a {model}")
    project.modelref("register", model)


def clean(project: Project) -> None:
    assert json.loads(project.run("dvc", "status", "--json").out) == {}
    project.run("dvc", "checkout")


def test_a_dvc_file_that_becomes_a_folder_and_back(shop: Project) -> None:
    shop.write("dvc.yaml", "artifacts:\n  m: {path: models/m, type: model}\n")
    shop.write("models/m", "one file")
    shop.run("dvc", "add", "--quiet", "models/m")
    version(shop, "m")
    (shop.root / "models/m").unlink()
    shop.write("models/m/a/b.bin", "now a folder")
    shop.write("models/m/c.bin", "of two")
    shop.run("dvc", "add", "--quiet", "models/m")
    version(shop, "m")
    done = shop.modelref("restore", "m@v0.1.0").out
    assert "m@v0.1.0 is back in the workspace: models/m.dvc, models/m\n" in done
    assert (shop.root / "models/m").read_text() == "one file"
    clean(shop)
    shop.modelref("restore", "m@v0.1.1")
    assert (shop.root / "models/m/a/b.bin").read_text() == "now a folder"
    assert shop.git("status", "--porcelain") == ""
    clean(shop)
    (shop.root / "models/m.dvc").write_text("outs: []\n")
    result = shop.modelref("restore", "m@v0.1.0", check=False)
    assert (result.code, "would be lost: models/m.dvc" in result.err) == (1, True)


def test_a_model_that_git_tracks(shop: Project) -> None:
    shop.write("tiny/dvc.yaml", "artifacts:\n  tiny: {path: model, type: model}\n")
    shop.write("tiny/model/a.sh", "#!/bin/sh\n")
    (shop.root / "tiny/model/a.sh").chmod(0o755)
    (shop.root / "tiny/model/link").symlink_to("a.sh")
    shop.write("tiny/model/old/x.json", "[1]")
    version(shop, "tiny:tiny")
    first = shop.git("rev-parse", "HEAD")
    shop.git("rm", "--quiet", "-r", "tiny/model")
    shop.write("tiny/model/b.json", "[2]")
    version(shop, "tiny:tiny")
    shop.modelref("restore", "tiny:tiny@v0.1.0", "--commit")
    assert shop.git("diff", "--name-only", first, "HEAD") == ""
    assert shop.git("status", "--porcelain") == ""
    assert not (shop.root / "tiny/model/b.json").exists()
    (shop.root / "tiny/model/a.sh").write_text("edited")
    result = shop.modelref("restore", "tiny:tiny@v0.1.1", check=False)
    assert result.code == 1
    assert "neither git nor the DVC cache has the bytes of tiny/model/a.sh" in result.err


_TWO = """\
stages:
  prepare:
    cmd: mkdir -p work && cp raw.txt work/clean.txt
    deps: [raw.txt]
    outs: [work]
  a:
    cmd: cat work/clean.txt > a.bin && grep rate a.toml >> a.bin
    deps: [work]
    params: [{a.toml: [a.rate]}]
    outs: [a.bin]
  b:
    cmd: cat work/clean.txt > out/b.bin && cat b.json >> out/b.bin
    deps: [work]
    params: [{b.json: [b]}]
    outs: [out/b.bin]
artifacts:
  a: {path: a.bin, type: model}
  b: {path: out/b.bin, type: model}
"""


def test_two_models_of_a_subfolder_share_their_preparation(shop: Project) -> None:
    shop.write("lab/dvc.yaml", _TWO)
    shop.write("lab/out/.gitkeep", "")
    for rate in (1, 2):
        shop.write("lab/raw.txt", f"raw {rate}\n")
        shop.write("lab/a.toml", f"# of a\n[a]\nrate = {rate} # slow\nkeep = {rate}\n")
        shop.write("lab/b.json", json.dumps({"b": {"deep": rate}}, indent=2) + "\n")
        shop.run("dvc", "repro", "--quiet", "lab/dvc.yaml")
        version(shop, "lab:a")
        shop.modelref("register", "lab:b")
    done = shop.modelref("restore", "lab:a@v0.1.0", "--json").json
    assert done["changed"] == ["lab/a.toml", "lab/dvc.lock", "lab/a.bin"]
    assert done["left"] == [
        {"path": "lab/dvc.lock", "why": "DVC stage prepare differs, but lab:b needs it too"}
    ]
    assert (shop.root / "lab/a.bin").read_text() == "raw 1\nrate = 1 # slow\n"
    assert (shop.root / "lab/a.toml").read_text() == "# of a\n[a]\nrate = 1 # slow\nkeep = 2\n"
    assert (shop.root / "lab/out/b.bin").read_text().startswith("raw 2\n")
    assert (shop.root / "lab/work/clean.txt").read_text() == "raw 2\n"
    shop.modelref("restore", "lab:b@v0.1.0")
    assert json.loads((shop.root / "lab/b.json").read_text()) == {"b": {"deep": 1}}
    shop.modelref("restore", "lab:b@v0.1.1")
    shop.modelref("restore", "lab:a@v0.1.1")
    assert shop.git("diff") == ""


def test_one_dvc_stage_of_two_models_is_refused(shop: Project) -> None:
    shop.write(
        "dvc.yaml",
        "stages:\n  both:\n    cmd: cp raw.txt a.bin && cp raw.txt b.bin\n"
        "    deps: [raw.txt]\n    outs: [a.bin, b.bin]\n"
        "artifacts:\n  a: {path: a.bin, type: model}\n  b: {path: b.bin, type: model}\n",
    )
    for text in ("1", "2"):
        shop.write("raw.txt", text)
        shop.run("dvc", "repro", "--quiet")
        version(shop, "a")
    result = shop.modelref("restore", "a@v0.1.0", check=False)
    assert result.code == 1
    assert "error: DVC stage both makes b too, which a restore may not touch\n" in result.err


def test_a_folder_that_is_a_link_is_not_written_through(shop: Project, tmp_path: Path) -> None:
    shop.write("dvc.yaml", "artifacts:\n  m: {path: models/m.bin, type: model}\n")
    shop.write("models/m.bin", "one")
    shop.run("dvc", "add", "--quiet", "models/m.bin")
    version(shop, "m")
    shop.run("rm", "-r", "models")
    (tmp_path / "elsewhere").mkdir()
    (shop.root / "models").symlink_to(tmp_path / "elsewhere")
    result = shop.modelref("restore", "m@v0.1.0", check=False)
    assert result.code == 1
    assert "models is no folder of this checkout" in result.err
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("params.yaml", ["# of m\nrate: 1\n", "# of m\nrate: 1\nlate: 2 # new\n"]),
        ("conf/m.toml", ["rate = 1\n", "rate = 1\n\n[late]\nb = 2\n"]),
        ("m.json", ['{"rate": 1}\n', '{"rate": 1, "late": {"b": 2}}\n']),
    ],
)
def test_parameters_that_came_later_to_a_file_read_as_a_whole_go(
    shop: Project, name: str, texts: list[str]
) -> None:
    shop.write(
        "dvc.yaml",
        f"stages:\n  m:\n    cmd: cp {name} m.bin\n    params: [{{{name}: }}]\n"
        "    outs: [m.bin]\nartifacts:\n  m: {path: m.bin, type: model}\n",
    )
    for text in texts:
        shop.write(name, text)
        shop.run("dvc", "repro", "--quiet")
        version(shop, "m")
    shop.modelref("restore", "m@v0.1.0")
    clean(shop)
    assert "late" not in (shop.root / name).read_text()
    shop.modelref("restore", "m@v0.1.1")
    assert shop.git("diff") == ""
    (shop.root / name).write_text(texts[1].replace("2", "3"))
    result = shop.modelref("restore", "m@v0.1.0", check=False)
    assert (result.code, f"parameter late of {name}" in result.err) == (1, True)


def test_a_parameter_that_another_model_reads_stays(shop: Project) -> None:
    stages = "".join(
        f"  {model}:\n    cmd: cp params.yaml {model}.bin\n    params: [{params}]\n"
        f"    outs: [{model}.bin]\n"
        for model, params in (("m", "{params.yaml: }"), ("other", "late"))
    )
    declared = "  m: {path: m.bin, type: model}\n  other: {path: other.bin, type: model}\n"
    shop.write("dvc.yaml", f"stages:\n{stages}artifacts:\n{declared}")
    shop.write("params.yaml", "rate: 1\n")
    shop.run("dvc", "repro", "--quiet", "m")
    version(shop, "m")
    shop.write("params.yaml", "rate: 2\nlate: 2\n")
    shop.run("dvc", "repro", "--quiet")
    version(shop, "m")
    done = shop.modelref("restore", "m@v0.1.0", "--json").json
    why = "late is not of the version, but DVC stage other reads it"
    assert {"path": "params.yaml", "why": why} in done["left"]
    assert (shop.root / "params.yaml").read_text() == "rate: 1\nlate: 2\n"
