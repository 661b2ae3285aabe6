"""`register --commit`: a commit of one model's results, which no branch moves to."""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from unittest.mock import Mock

import pytest

from modelref.adapters.git.tags import GitTags
from support.inprocess import run
from support.killing import notes
from support.project import Project

_TWO = """
stages:
  shared:
    cmd: mkdir -p data && tr a-z A-Z < raw.txt > data/clean.txt
    deps: [raw.txt]
    outs: [data]
  rank:
    cmd: mkdir -p models && cp data/clean.txt models/rank && echo ${rank.depth} >> models/rank
    deps: [data]
    params: [rank.depth]
    outs: [models/rank]
  measure:
    cmd: wc -c models/rank | tr -dc 0-9 > rank.json
    deps: [models/rank]
    metrics:
      - rank.json: {cache: false}
  recall:
    cmd: mkdir -p models && cp data/clean.txt models/recall && echo ${recall.k} >> models/recall
    deps: [data]
    params: [recall.k]
    outs: [models/recall]
artifacts:
  rank: {path: models/rank, type: model}
  recall: {path: models/recall, type: model}
"""


@pytest.fixture
def two(tmp_path: Path) -> Project:
    """Two models behind one DVC stage that both need."""
    root = tmp_path / "two"
    root.mkdir()
    project = Project(root, ())
    project.git("init", "--quiet", "--initial-branch=main")
    project.run("dvc", "init", "--quiet")
    project.write("raw.txt", "bread\n")
    project.write("dvc.yaml", _TWO)
    project.write("params.yaml", "rank:\n  depth: 3  # trees\nrecall:\n  k: 10\n")
    project.write("notes.txt", "mine\n")
    project.run("dvc", "repro", "--quiet")
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "first")
    return project


def retrain(project: Project, depth: int, k: int) -> None:
    text = f"rank:\n  depth: {depth}  # trees\nrecall:\n  k: {k}\n"
    project.write("params.yaml", text)
    project.run("dvc", "repro", "--quiet")


def test_it_holds_this_models_results_and_moves_nothing(two: Project) -> None:
    head = two.git("rev-parse", "HEAD")
    two.write("notes.txt", "half a thought\n")
    two.git("add", "notes.txt")
    retrain(two, 30, 100)
    before = two.run("git", "status", "--porcelain").out
    said = two.modelref("register", "rank", "--commit", "-m", "nightly").out
    commit = two.modelref("resolve", "rank@latest", "--json").json["commit"]
    assert f"registered rank@v0.1.0 at commit {commit[:10]}" in said
    assert two.git("rev-parse", "HEAD", f"{commit}^").split() == [head, head]
    assert two.git("branch", "--contains", commit) == ""
    assert two.run("git", "status", "--porcelain").out == before
    changed = two.git("diff", "--name-only", head, commit).split()
    assert changed == ["dvc.lock", "params.yaml", "rank.json"]
    assert two.git("show", f"{commit}:params.yaml") == (
        "rank:\n  depth: 30  # trees\nrecall:\n  k: 10"
    )
    locked = two.git("diff", head, commit, "--", "dvc.lock")
    assert "recall" not in "".join(line for line in locked.splitlines() if line[0] in "+-")
    assert two.git("log", "-1", "--format=%B", commit) == "Update rank\n\nnightly"


def test_a_clone_of_the_tags_has_it_and_dvc_agrees(two: Project, tmp_path: Path) -> None:
    retrain(two, 30, 10)
    two.modelref("register", "rank", "--commit")
    clone = tmp_path / "clone"
    two.run("git", "clone", "--quiet", str(two.root), str(clone))
    other = Project(clone, ())
    other.run("dvc", "cache", "dir", "--quiet", "--local", str(two.root / ".dvc/cache"))
    other.git("checkout", "--quiet", "rank@v0.1.0")
    other.run("dvc", "checkout", "--quiet")
    assert json.loads(other.run("dvc", "status", "--json", "rank", "measure").out) == {}
    assert "30" in (clone / "models/rank").read_text()
    assert other.modelref("verify", "--deep").code == 0


def test_repeating_it_makes_no_second_commit_and_no_second_event(two: Project) -> None:
    retrain(two, 30, 10)
    first = two.modelref("register", "rank", "--commit", "--json").json["event"]
    again = two.modelref("register", "rank", "--commit")
    assert "already; nothing was written" in again.out
    assert two.git("tag").split() == [first["tag"]]


def test_where_head_has_all_it_makes_no_commit(two: Project) -> None:
    event = two.modelref("register", "rank", "--commit", "--json").json["event"]
    assert event["commit"] == two.git("rev-parse", "HEAD")


def test_every_changed_model_gets_a_commit_of_its_own(two: Project) -> None:
    two.modelref("register", "rank", "recall")
    retrain(two, 3, 100)
    said = two.modelref("register", "--changed", "--commit").out
    assert "1 registered, 1 unchanged, 0 refused" in said
    retrain(two, 30, 200)
    events = two.modelref("register", "--changed", "--commit", "--json").json["events"]
    assert [event["model"] for event in events] == ["rank", "recall"]
    assert len({event["commit"] for event in events}) == 2
    assert two.modelref("verify").code == 0


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ({"dvc.yaml": _TWO.replace("echo ${rank", "echo x${rank")}, "the pipeline differs"),
        ({"raw.txt": "other\n"}, "raw.txt is modified since DVC stage shared ran"),
    ],
)
def test_what_it_does_not_carry_must_be_committed(
    two: Project, spoil: dict[str, str], said: str
) -> None:
    for path, text in spoil.items():
        two.write(path, text)
    two.run("dvc", "repro", "--quiet")
    done = two.modelref("register", "rank", "--commit", check=False)
    assert (done.code, two.git("tag")) == (1, "")
    assert said in done.err
    assert "hint: " in done.err


def test_an_input_that_dvc_tracks_comes_along(two: Project) -> None:
    two.git("rm", "--quiet", "--cached", "raw.txt")
    two.run("dvc", "add", "--quiet", "raw.txt")
    two.run("dvc", "repro", "--quiet")
    two.git("add", "--all")
    two.git("commit", "--quiet", "--message", "dvc keeps the data")
    two.write("raw.txt", "week 51\n")
    two.run("dvc", "add", "--quiet", "raw.txt")
    two.run("dvc", "repro", "--quiet")
    commit = two.modelref("register", "rank", "--commit", "--json").json["event"]["commit"]
    changed = two.git("diff", "--name-only", "HEAD", commit).split()
    assert changed == ["dvc.lock", "rank.json", "raw.txt.dvc"]


def test_a_revision_excludes_it(two: Project) -> None:
    done = two.modelref("register", "rank", "--commit", "--rev", "HEAD", check=False)
    assert (done.code, two.git("tag")) == (2, "")
    assert "hint: leave out --rev, or --commit" in done.err


def test_killed_at_any_time_and_repeated_it_registers_once(two: Project) -> None:
    retrain(two, 30, 10)
    program = [sys.executable, "-m", "modelref", "register", "rank", "--commit"]
    for milliseconds in range(100, 1500, 200):
        with suppress(subprocess.TimeoutExpired):  # it is killed then
            subprocess.run(
                program, cwd=two.root, capture_output=True, timeout=milliseconds / 1000, check=False
            )
    two.modelref("register", "rank", "--commit")
    assert two.git("tag").split() == ["rank@v0.1.0"]
    assert two.modelref("verify").code == 0


def test_a_parameter_changed_after_the_run_is_refused(two: Project) -> None:
    two.write("params.yaml", "rank:\n  depth: 31\nrecall:\n  k: 10\n")
    done = two.modelref("register", "rank", "--commit", check=False)
    assert (done.code, two.git("tag")) == (1, "")
    assert "parameter rank.depth of params.yaml is modified since DVC stage rank ran" in done.err
    assert "hint: dvc repro" in done.err


def test_what_tells_of_a_model_that_no_stage_makes_comes_along(tmp_path: Path) -> None:
    project = Project(tmp_path / "mail", ())
    project.root.mkdir()
    project.git("init", "--quiet")
    project.run("dvc", "init", "--quiet")
    project.write(
        "dvc.yaml",
        "metrics: [metrics.json]\nartifacts:\n  mail:\n    path: model.bin\n    type: model\n"
        "    meta: {modelref: {users: eval/users.csv}}\n",
    )

    def train(score: float) -> None:
        project.write("model.bin", f"weights {score}")
        project.write("metrics.json", f'{{"ndcg": {score}}}')
        project.write("eval/users.csv", f"user,ndcg\n1,{score}\n")
        project.run("dvc", "add", "--quiet", "model.bin", "eval")

    train(0.5)
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "first")
    project.modelref("register", "mail")
    train(0.6)
    project.write("notes.txt", "mine")
    commit = project.modelref("register", "--changed", "--commit", "--json").json["events"][0][
        "commit"
    ]
    changed = project.git("diff", "--name-only", "HEAD", commit).split()
    assert changed == ["eval.dvc", "metrics.json", "model.bin.dvc"]
    shown = project.modelref("show", "mail", "--json").json["versions"]
    assert [one["metrics"]["metrics.json"]["ndcg"] for one in shown] == [0.6, 0.5]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of DVC's own libraries
def test_a_run_that_died_before_its_tag_leaves_nothing_to_a_repeat_at_another_time(
    two: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    retrain(two, 30, 10)
    monkeypatch.setenv("GIT_COMMITTER_DATE", "1700000000 +0000")
    with monkeypatch.context() as patch:
        patch.setattr(GitTags, "create", Mock(side_effect=KeyboardInterrupt))
        assert run(two.root, "register", "rank", "--commit").code == 130
    assert notes(two)
    monkeypatch.setenv("GIT_COMMITTER_DATE", "1700000060 +0000")
    two.modelref("register", "rank", "--commit")
    assert two.git("tag").split() == ["rank@v0.1.0"]
    assert not notes(two)


def test_a_branch_without_the_nights_outs_does_not_take_the_latest_back(two: Project) -> None:
    two.modelref("register", "rank", "recall")
    two.write("params.yaml", "rank:\n  depth: 5\nrecall:\n  k: 10\n")
    two.run("dvc", "repro", "--quiet")
    night = ["register", "--changed", "--commit"]
    assert "1 registered, 1 unchanged" in two.modelref(*night).out
    two.git("checkout", "--quiet", "--", ".")
    two.run("dvc", "checkout", "--quiet")
    two.git("commit", "--quiet", "--allow-empty", "--message", "somebody else's")
    for asked in (night, ["register", "--changed"]):
        found = two.modelref(*asked)
        assert (found.code, found.out) == (0, "0 registered, 2 unchanged, 0 refused\n")
        assert "rank has the files of v0.1.0 here, and v0.1.1 is the latest" in found.err
    assert "v0.1.1" in two.modelref("resolve", "rank@latest").out
