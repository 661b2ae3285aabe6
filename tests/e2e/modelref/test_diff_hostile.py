"""Files built to harm: each is named within limits, and the rest of the diff is still shown."""

import resource
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from support.project import SCRIPTS, Project

_SECONDS = 5
_MEMORY = 512 << 20

_DVC_YAML = """
stages:
  train:
    cmd: cp given.json scores.json && cp given.json model.bin && cp given.txt good.json
    deps: [rows.parquet, given.json, given.txt]
    params: [lr]
    outs: [model.bin]
    metrics:
      - scores.json: {cache: false}
      - good.json: {cache: false}
params: [bomb.yaml]
artifacts:
  rec: {path: model.bin, type: model}
"""
_BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 10)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def version(project: Project, number: str, scores: bytes, params: str, auc: float) -> None:
    (project.root / "given.json").write_bytes(scores)
    project.write("given.txt", f'{{"auc": {auc}}}')
    project.write("params.yaml", f"lr: {auc}\n")
    project.write("bomb.yaml", "quiet: 1\n")
    project.run("dvc", "add", "--quiet", "rows.parquet")
    project.run("dvc", "repro", "--quiet")
    project.write("bomb.yaml", params)
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", number)
    project.git("tag", "--annotate", f"rec@{number}", "--message", number)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("hostile") / "shop", ())
    project.root.mkdir()
    project.git("init", "--quiet")
    project.run("dvc", "init", "--quiet")
    project.write("dvc.yaml", _DVC_YAML)
    rows = project.root / "rows.parquet"
    pq.write_table(pa.table({"user": range(1000)}), rows)
    version(project, "v1.0.0", b'{"ndcg": 0.5, "loss": NaN}', "quiet: 1\n", 0.25)
    data = rows.read_bytes()
    length = int.from_bytes(data[-8:-4], "little")
    rows.unlink()
    rows.write_bytes(b"PAR1" + data[-8 - length :])
    keys = b",".join(b'"k%d":%d' % (number, number) for number in range(10_000_000))
    version(project, "v1.1.0", b"{" + keys + b"}", _BOMB, 0.5)
    (project.root / "rows.parquet").unlink()
    pq.write_table(pa.table({"user": range(1, 1001)}), rows)
    version(project, "v1.2.0", b'{"ndcg": NaN, "loss": NaN}', "quiet: 2\n", 0.75)
    project.git("checkout", "--quiet", "rec@v1.1.0", "--", "scores.json")
    return project


def limited(project: Project, *args: str) -> subprocess.CompletedProcess[str]:
    """Run within the limits; each of the processes has them."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
        resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))

    return subprocess.run(
        [sys.executable, str(SCRIPTS / "modelref"), *args],
        cwd=project.root,
        capture_output=True,
        text=True,
        preexec_fn=limit,  # no thread runs here
        check=False,
    )


def test_each_is_named_and_the_rest_is_shown(hostile: Project) -> None:
    done = limited(hostile, "diff", "rec@v1.0.0", "rec@v1.1.0")
    said = " ".join(done.stdout.split())
    assert (done.returncode, done.stderr) == (0, "")
    size = f"{(hostile.root / 'scores.json').stat().st_size:,}"
    assert len(size) >= len("100,000,000")
    assert f"metrics: rec@v1.1.0: scores.json has {size} bytes, more than" in said
    assert "params: rec@v1.1.0: bomb.yaml repeats its aliases without end" in said
    assert "rows.parquet has a footer that names bytes beyond its end" in said
    assert "auc 0.25 0.5 +0.25 better" in said
    assert "lr 0.25 0.5" in said


def test_what_becomes_nan_is_lost_and_what_was_nan_does_not_differ(hostile: Project) -> None:
    done = limited(hostile, "diff", "rec@v1.0.0", "rec@v1.2.0", "--only", "metrics")
    said = done.stdout.splitlines()
    assert said[1] == "1 metric no number (ndcg), 1 better"
    assert any(line.split()[:3] == ["ndcg", "0.5", "nan"] for line in said)
    assert not any(line.startswith("loss") for line in said)


def test_json_stays_json(hostile: Project) -> None:
    done = limited(hostile, "diff", "rec@v1.0.0", "rec@v1.2.0", "--json")
    assert '"to": null' in done.stdout
    assert "NaN" not in done.stdout


def test_a_table_of_a_thousand_values_is_cut(hostile: Project, tmp_path: Path) -> None:
    project = hostile.copied_to(tmp_path / "shop")
    keys = ",".join(f'"k{number}":{number}' for number in range(1000))
    version(project, "v1.3.0", f"{{{keys}}}".encode(), "quiet: 1\n", 0.5)
    done = limited(project, "diff", "rec@v1.0.0", "rec@v1.3.0", "--only", "metrics")
    assert len(done.stdout.splitlines()) < 220
    assert "more rows; --json has all." in done.stdout
