"""The ``pre-commit`` hook refuses a ``modelref.yaml`` that is not valid, with file and line."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.project import Project, Result

TOP = Path(__file__).parents[4]


def hook() -> Any:
    (found,) = yaml.safe_load((TOP / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    return found


def run_hook(folder: Path, *files: str) -> Result:
    return Project(folder, ()).run(*shlex.split(hook()["entry"]), *files, check=False)


def test_it_is_asked_of_modelref_yaml_at_the_top_alone() -> None:
    assert {"id", "name", "entry", "language", "files"} <= set(hook())
    assert hook()["language"] == "python"
    assert re.search(hook()["files"], "modelref.yaml")
    assert not re.search(hook()["files"], "docs/modelref.yaml")
    assert not re.search(hook()["files"], "modelref.yaml.orig")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("remote: o\nstages: 3\n", "modelref.yaml:2: stages is not a list of names\n"),
        (
            "# one\nremote: o\nfoo: 1\n",
            "modelref.yaml:3: foo is not a key; known are gates, gates_from, ",
        ),
        (
            "remote: o\nmodels:\n  rec:\n    scor: x\n",
            "modelref.yaml:4: models.rec.scor is not a key; known are ",
        ),
        (
            "gates:\n  prod:\n    - metric: x\n      mni: 1\n",
            "modelref.yaml:4: 'mni' is not a ",
        ),
        ("a: 1\n  b: 2\n", "modelref.yaml:2: is not valid YAML: "),
        ("remote: o\nmodels:\n  true: 3\n", "modelref.yaml:3: models.True is not a mapping"),
        ("models:\n  010: 3\n", "modelref.yaml:2: models.10 is not a mapping"),
        ("models:\n  1.50: 3\n", "modelref.yaml:2: '1.5' is not a model name"),
        ("models:\n  ~: 3\n", "modelref.yaml:2: models.None is not a mapping"),
        ("models:\n  .nan: 3\n", "modelref.yaml:1: models.nan is not a mapping"),
        ("models:\n  <<: {rec: 3}\n", "modelref.yaml:1: models.rec is not a mapping"),
        (
            "remote: o\n<<: {gates: {prod: 3}}\n",
            "modelref.yaml:2: << brings gates:; write gates: itself (mend line 2)\n",
        ),
        ("gates:\n  <<: {prod: 3}\n", "modelref.yaml:2: '<<' is not a stage name"),
        ("- 1\n", "modelref.yaml:1: holds a list where a mapping belongs\n"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "modelref.yaml").write_text(text)
    done = run_hook(tmp_path, "modelref.yaml")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(said)
    assert done.err.count("\n") == 1


def test_a_valid_file_passes_and_bytes_that_are_no_text_do_not(tmp_path: Path) -> None:
    (tmp_path / "modelref.yaml").write_text("remote: origin\nstages: [prod]\n")
    assert run_hook(tmp_path, "modelref.yaml") == Result(0, "", "")
    (tmp_path / "modelref.yaml").write_bytes(b"\xff\xfe")
    assert "modelref.yaml:1: is not UTF-8" in run_hook(tmp_path, "modelref.yaml").err
    assert "gone.yaml:1: cannot be read: " in run_hook(tmp_path, "gone.yaml").err
