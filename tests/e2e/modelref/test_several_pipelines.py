"""A model whose DVC stages stand in several ``dvc.yaml`` files: all of them are its own."""

from pathlib import Path

import pytest

from support.beside_dvc import by_dvc, by_us
from support.inprocess import run
from support.project import Project

_PREP = """
stages:
  prep:
    cmd: cat raw.csv script.py params.yaml > out.csv && cp params.yaml pm.yaml
    deps: [raw.csv, script.py]
    params: [a]
    outs: [out.csv]
    metrics: [pm.yaml: {cache: false}]
  other:
    cmd: cp params.yaml om.yaml
    params: [a]
    metrics: [om.yaml: {cache: false}]
"""
_TRAIN = """
stages:
  train:
    cmd: cp ../prep/out.csv model.bin && cp params.yaml tm.yaml
    deps: [../prep/out.csv]
    params: [b]
    outs: [model.bin]
    metrics: [tm.yaml: {cache: false}]
artifacts:
  inner: {path: model.bin, type: model}
"""
_EVAL = """
stages:
  score:
    cmd: wc -c < ../train/model.bin > em.yaml
    deps: [../train/model.bin]
    metrics: [em.yaml: {cache: false}]
"""
_TOP = "artifacts:\n  outer: {path: train/model.bin, type: model}\n"


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("several") / "shop", ())
    project.root.mkdir()
    project.git("init", "--quiet")
    project.run("dvc", "init", "--quiet")
    for path, text in {"prep": _PREP, "train": _TRAIN, "eval": _EVAL, ".": _TOP}.items():
        project.write(f"{path}/dvc.yaml", text)
    for number in (1, 2):
        project.write("prep/raw.csv", "x\n" * number)
        project.write("prep/script.py", f"print({number})\n")
        project.write("prep/params.yaml", f"a: {number}\n")
        project.write("train/params.yaml", f"b: {number}\n")
        project.run("dvc", "add", "--quiet", "prep/raw.csv")
        project.run("dvc", "repro", "--quiet", "--all-pipelines")
        project.git("add", "--all")
        project.git("commit", "--quiet", "--message", str(number))
        for model in ("outer", "train:inner"):
            project.modelref("register", model)
    return project


@pytest.mark.parametrize("model", ["outer", "train:inner"])
def test_all_files_are_followed(two: Project, model: str) -> None:
    refs = (f"{model}@v0.1.0", f"{model}@v0.1.1")
    found = run(two.root, "diff", *refs, "--json").json
    assert {one["path"] for one in found["data"]} == {"prep/raw.csv", "prep/out.csv"}
    assert {one["path"] for one in found["code"]} == {"prep/script.py"}
    (code,) = found["code"]
    assert code["stages"] == ["prep/dvc.yaml:prep"]
    assert found["absent"].keys() == {"behaviour"}
    theirs = by_dvc(two, "metrics", "HEAD~1", "HEAD")
    ours = by_us(two, "metrics", *refs)
    assert ours == {key: value for key, value in theirs.items() if key[0] != "prep/om.yaml"}
    assert {path for path, _ in ours} == {"prep/pm.yaml", "train/tm.yaml", "eval/em.yaml"}
    assert by_us(two, "params", *refs) == by_dvc(two, "params", "HEAD~1", "HEAD")


def test_a_lock_that_cannot_be_read_hides_no_other(two: Project, tmp_path: Path) -> None:
    project = two.copied_to(tmp_path / "copy")
    project.write("eval/dvc.lock", "stages: [no, lock]\n")
    project.git("commit", "--quiet", "--all", "--message", "broken")
    project.git("tag", "--annotate", "--message", "by GTO", "train=inner@v0.2.0")
    refs = ("train:inner@v0.1.0", "train:inner@v0.2.0")
    found = run(project.root, "diff", *refs, "--json").json
    assert {one["path"] for one in found["metrics"]} == {
        "prep/pm.yaml", "train/tm.yaml", "eval/em.yaml",
    }  # fmt: skip
    why = found["absent"]["metrics"][0]["why"]
    assert why.startswith("train:inner@v0.2.0: eval/dvc.lock is not a dvc.lock: ")


def test_a_dvc_stage_in_a_folder_that_nothing_tells_is_named(tmp_path: Path) -> None:
    project = Project(tmp_path, ())
    project.git("init", "--quiet")
    entry = "{path: m.bin, md5: d41d8cd98f00b204e9800998ecf8427e, size: 0}"
    for version in ("1", "2"):
        project.write(
            "dvc.yaml",
            "vars: [conf.py]\nstages: {s: {wdir: '${WHERE}', cmd: x, outs: [m.bin]}}\n"
            f"artifacts: {{m: {{path: m.bin, type: model, desc: '{version}'}}}}\n",
        )
        project.write("conf.py", "WHERE = str('there')\n")
        project.write("dvc.lock", f"stages: {{s: {{cmd: x, outs: [{entry}]}}}}\n")
        project.git("add", "--all")
        project.git("commit", "--quiet", "--message", version)
        project.git("tag", "--annotate", "--message", "by GTO", f"m@v{version}.0.0")
    found = run(project.root, "diff", "m@v1.0.0", "m@v2.0.0", "--json").json
    for kind in ("metrics", "params"):
        said = [one["why"] for one in found["absent"][kind]]
        assert (
            "m@v2.0.0: DVC stage s of dvc.yaml runs in a folder that its template does not tell: "
            "${WHERE}"
        ) in said
