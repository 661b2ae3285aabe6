"""What ``dvc metrics diff`` and ``dvc params diff`` say of two versions, we say too."""

import json
from typing import Any

import pytest

from support.beside_dvc import by_dvc, by_us
from support.project import Project

_DVC_YAML = """
stages:
  train:
    cmd: python train.py
    deps: [train.py]
    params:
      - lr
      - deep
      - other.toml:
      - consts.py:
          - RATE
          - Model
      - more.json:
    outs: [models/rec, made]
    metrics:
      - metrics.json: {cache: false}
      - scores.yaml: {cache: false}
      - kept.json
      - folder
      - gitfolder: {cache: false}
      - alone.txt: {cache: false}
metrics:
  - top.toml
  - reports
  - added.json
  - addedfolder
  - addedwhole/deep/one.json
  - made/inner.json
params:
  - addedparams.yaml
artifacts:
  rec: {path: models/rec, type: model}
"""

_TRAIN = """
import json, pathlib, yaml
params = yaml.safe_load(open("params.yaml"))
lr = params["lr"]
pathlib.Path("models").mkdir(exist_ok=True)
pathlib.Path("models/rec").write_text(str(lr))
pathlib.Path("metrics.json").write_text(json.dumps(
    {"all": {"ndcg@20": lr, "n": int(lr * 100), "name": f"run {lr}"}, "same": 1,
     "nan": lr > 1 or None, "list": [lr, 2], "one": [lr], "none": None if lr > 0.3 else [],
     "deep": {"list": [{"x": lr}], "x": lr}}))
pathlib.Path("scores.yaml").write_text(
    f"auc: {lr * 2}\\ndeep: {{er: {{still: {lr}}}}}\\nsmall: 1e-3\\n")
pathlib.Path("kept.json").write_text(json.dumps({"loss": -lr}))
for folder in ("folder", "gitfolder"):
    (pathlib.Path(folder) / "deep").mkdir(parents=True, exist_ok=True)
    (pathlib.Path(folder) / "a.json").write_text(json.dumps({"a": lr}))
    (pathlib.Path(folder) / "deep/b.yaml").write_text(
        f"b: {lr}\\nday: 2026-01-0{int(lr * 4)}\\n")
pathlib.Path("alone.txt").write_text(str(lr))
pathlib.Path("made").mkdir(exist_ok=True)
pathlib.Path("made/inner.json").write_text(json.dumps({"inner": lr}))
"""

_ADDED = ("added.json", "addedfolder", "addedwhole", "addedparams.yaml")


_BOTH = ("rec@v0.1.0", "rec@v0.1.1")


def write(project: Project, lr: float, **more: Any) -> None:
    deep = {"a": {"b": [1, lr], "c": str(lr)}, "d": None, "e": [[lr]], "f": [1, {"x": lr}]}
    params = {"lr": lr, "deep": deep, "unread": 7 + lr}
    project.write("params.yaml", json.dumps(params | more))
    project.write("other.toml", f"[optim]\nname = 'adam'\nbeta = {lr}\nwarm = true\n")
    project.write(
        "consts.py",
        f"import os\nRATE = {lr}\nROOT = os.sep\n\n\nclass Model:\n    layers = [1, {lr}]\n\n"
        f"    def __init__(self):\n        self.width: int = {int(lr * 10)}\n",
    )
    project.write("more.json", json.dumps({"x": {"y": lr}, "z": True}))
    project.write("top.toml", f"map = {lr}\n")
    project.write("reports/rank/mrr.json", json.dumps({"mrr": lr}))
    project.write("added.json", json.dumps({"added": lr}))
    project.write("addedfolder/one.json", json.dumps({"one": lr}))
    project.write("addedwhole/deep/one.json", json.dumps({"one": lr}))
    project.write("addedparams.yaml", f"width: {lr}\n")
    project.run("dvc", "add", "--quiet", *_ADDED)
    project.write("reports/loss.toml", f"loss = {lr}\n")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("beside") / "shop", ())
    project.root.mkdir()
    project.git("init", "--quiet")
    project.run("dvc", "init", "--quiet")
    project.write("dvc.yaml", _DVC_YAML)
    project.write("train.py", _TRAIN)
    for lr, more in ((0.25, {"gone": 1}), (0.5, {"come": {"new": 2}})):
        write(project, lr, **more)
        project.run("dvc", "repro", "--quiet")
        project.git("add", "--all")
        project.git("commit", "--quiet", "--message", f"{lr}")
        project.modelref("register", "rec")
    return project


def test_metrics_agree(two: Project) -> None:
    ours = by_us(two, "metrics", *_BOTH)
    assert ours == by_dvc(two, "metrics", *_BOTH)
    assert {path for path, _ in ours} == {
        "metrics.json", "scores.yaml", "kept.json", "alone.txt", "top.toml",
        "folder/a.json", "folder/deep/b.yaml", "gitfolder/a.json", "gitfolder/deep/b.yaml",
        "reports/loss.toml", "reports/rank/mrr.json",
        "added.json", "addedfolder/one.json", "addedwhole/deep/one.json", "made/inner.json",
    }  # fmt: skip


def test_metrics_of_the_workspace_agree(two: Project) -> None:
    two.write("reports/loss.toml", "loss = 9\n")
    two.write("reports/new.json", '{"new": 1}')
    try:
        assert by_us(two, "metrics", "rec@v0.1.0") == by_dvc(two, "metrics", "rec@v0.1.0")
    finally:
        two.git("checkout", "--quiet", "reports")
        (two.root / "reports/new.json").unlink()


def test_a_key_that_stands_twice_is_refused_as_by_dvc(two: Project) -> None:
    two.write("scores.yaml", "auc: 1\nauc: 2\n")
    try:
        theirs = two.run("dvc", "metrics", "diff", "rec@v0.1.0", "--json")
        assert all(change["new"] is None for change in theirs.json["scores.yaml"].values())
        ours = two.modelref("diff", "rec@v0.1.0", "--only", "metrics", "--json")
    finally:
        two.git("checkout", "--quiet", "scores.yaml")
    assert "scores.yaml has the key 'auc' twice: line 2" in ours.out
    assert not [one for one in ours.json["metrics"] if one["path"] == "scores.yaml"]


def test_params_agree(two: Project) -> None:
    ours = by_us(two, "params", *_BOTH)
    assert ours == by_dvc(two, "params", *_BOTH)
    assert {("consts.py", "Model.width"), ("addedparams.yaml", "width")} <= ours.keys()


def test_a_value_alone_in_its_file_is_told_by_the_files_name(two: Project) -> None:
    said = two.modelref("diff", "rec@v0.1.0", "rec@v0.1.1", "--only", "metrics").out
    assert "alone.txt" in said


_TEMPLATED = """
vars:
  - cfg.yaml
  - conf/more.toml:deep
  - names.py:base
  - name: named
metrics:
  - ${base}/top.json
stages:
  each:
    foreach: ${sets}
    do:
      cmd: python make.py ${base}/${key}.json ${item.v}
      params: [{"pp/${key}.yaml": }]
      deps: [make.py]
      metrics: ["${base}/${key}.json": {cache: false}]
  grid:
    matrix:
      kind: [x, y-z]
      size: ${sizes}
    cmd: python make.py grid/${item.kind}.${item.size}.json ${item.size}
    deps: [make.py]
    params: [cfg.yaml: [q]]
    metrics: ["grid/${item.kind}.${item.size}.json"]
  folder:
    wdir: w d/${deep.part}
    vars: [own: inner]
    cmd: python ../../make.py ${own}.json ${q}
    params: [lp.yaml: [z]]
    metrics: ["${own}.json": {cache: false}]
  train:
    cmd: >-
      python make.py model.bin ${q} && cp model.bin ${name}.json && cp model.bin report.json
      && cp model.bin plot.json
    deps: ["${base}/one.json", grid/x.1.json, "w d/part/inner.json", make.py]
    params: [cfg.yaml: [q]]
    outs: [model.bin, report.json]
    plots: [plot.json]
    metrics: ["${name}.json": {cache: false}]
  local:
    foreach: [nl, de]
    do:
      wdir: models/${item}
      cmd: mkdir -p out && cp lp.yaml out/model.bin && cp lp.yaml m.yaml
      deps: [lp.yaml]
      outs: [out]
      metrics: [m.yaml: {cache: false}]
artifacts:
  m: {path: model.bin, type: model}
  nl: {path: models/nl/out, type: model}
"""

_MAKE = """
import pathlib, sys
path = pathlib.Path(sys.argv[1])
path.parent.mkdir(parents=True, exist_ok=True)
path.write_text('{"v": %s}' % sys.argv[2])
"""


@pytest.fixture(scope="module")
def templated(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("templated") / "shop", ())
    project.root.mkdir()
    project.git("init", "--quiet")
    project.run("dvc", "init", "--quiet")
    project.write("dvc.yaml", _TEMPLATED)
    project.write("make.py", _MAKE)
    project.write("names.py", "import os\nbase: str = 'outp'\nname = 'not taken'\n")
    project.write("conf/more.toml", "name = 'not taken'\n[deep]\npart = 'part'\n")
    for q in (1, 2):
        sets = f"{{one: {{v: {q}}}, two: {{v: {q + 10}}}}}"
        project.write("cfg.yaml", f"q: {q}\nsizes: [1, 2]\nsets: {sets}\n")
        project.write("pp/one.yaml", f"a: {q}\n")
        project.write("pp/two.yaml", f"b: {q}\n")
        project.write("outp/top.json", json.dumps({"top": q}))
        project.write("w d/part/lp.yaml", f"z: {q}\n")
        for item in ("nl", "de"):
            project.write(f"models/{item}/lp.yaml", f"a: {q}\n")
        project.run("dvc", "repro", "--quiet")
        project.git("add", "--all")
        project.git("commit", "--quiet", "--message", f"{q}")
        for model in ("m", "nl"):
            project.modelref("register", model)
    return project


def test_templates_come_to_what_dvc_makes_of_them(templated: Project) -> None:
    theirs = by_dvc(templated, "metrics", *(f"m@v0.1.{n}" for n in (0, 1)))
    ours = by_us(templated, "metrics", *(f"m@v0.1.{n}" for n in (0, 1)))
    local = {("models/nl/m.yaml", "a"), ("models/de/m.yaml", "a")}
    unused = {key for key in theirs if key[0].startswith("grid/") and key[0] != "grid/x.1.json"}
    unused.add(("outp/two.json", "v"))
    assert ours == {key: value for key, value in theirs.items() if key not in local | unused}
    assert {path for path, _ in ours} == {
        "outp/top.json", "outp/one.json", "w d/part/inner.json", "named.json",
    }  # fmt: skip


def test_templated_params_agree(templated: Project) -> None:
    refs = ("m@v0.1.0", "m@v0.1.1")
    ours, theirs = (told(templated, "params", *refs) for told in (by_us, by_dvc))
    assert {key: theirs[key] for key in ours if key in theirs} == {
        ("cfg.yaml", "q"): (1, 2), ("pp/one.yaml", "a"): (1, 2), ("w d/part/lp.yaml", "z"): (1, 2),
    }  # fmt: skip


def test_a_loop_over_folders_makes_each_its_own_model(templated: Project) -> None:
    refs = ("nl@v0.1.0", "nl@v0.1.1")
    ours = by_us(templated, "metrics", *refs)
    assert {path for path, _ in ours} == {"models/nl/m.yaml", "outp/top.json"}
    theirs = by_dvc(templated, "metrics", *refs)
    assert ours == {key: theirs[key] for key in ours}
    found = templated.modelref("diff", *refs, "--json").json
    assert [one["path"] for one in found["code"]] == ["models/nl/lp.yaml"]
