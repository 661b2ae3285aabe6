"""Restore on real DVC projects: one model back, others untouched, and DVC agrees."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from support.project import Project
from support.tree import tree_of


@pytest.fixture
def registered(project: Project) -> Project:
    for number, commit in enumerate(project.commits, start=1):
        project.modelref("register", "rec", "--rev", commit, "--version", f"v{number}.0.0")
    return project


def clean(project: Project, *targets: str) -> None:
    """DVC finds nothing that differs from its lock, and nothing to check out."""
    assert json.loads(project.run("dvc", "status", "--json", *targets).out) == {}
    assert project.run("dvc", "checkout", *targets).out.strip() in ("", "Everything is up to date.")


def commit_all(project: Project, message: str) -> str:
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", message)
    return project.git("rev-parse", "HEAD")


@pytest.mark.parametrize("links", ["copy", "hardlink", "symlink", "reflink,copy"])
def test_a_version_comes_back_as_uncommitted_changes(registered: Project, links: str) -> None:
    registered.run("dvc", "config", "--quiet", "--local", "cache.type", links)
    registered.run("dvc", "checkout", "--relink", "--quiet")
    head = registered.git("rev-parse", "HEAD")
    said = registered.modelref("restore", "rec@v1.0.0").out
    assert said == (
        "rec@v1.0.0 is back in the workspace: dvc.lock, params.yaml, metrics.json, models/rec\n"
        "nothing is committed; look: git diff\n"
    )
    assert "x 8" in (registered.root / "models/rec/weights.bin").read_text()
    assert "\n  factors: 8\n" in (registered.root / "params.yaml").read_text()
    status = registered.run("git", "status", "--porcelain").out
    assert status == " M dvc.lock\n M metrics.json\n M params.yaml\n"
    assert registered.git("rev-parse", "HEAD") == head
    assert registered.git("diff", "--stat", registered.commits[0]) == ""
    clean(registered)
    before = tree_of(registered.root)
    again = registered.modelref("restore", "rec@v1.0.0")
    assert again.out == "rec@v1.0.0 is in the workspace already; nothing was changed\n"
    assert tree_of(registered.root) == before
    assert not list((registered.root / ".git" / "modelref").glob("restore*/"))


def test_one_may_go_from_version_to_version_without_committing(registered: Project) -> None:
    for version in ("v1.0.0", "v2.0.0", "v1.0.0", "v3.0.0"):
        registered.modelref("restore", f"rec@{version}")
        clean(registered)
    assert registered.git("status", "--porcelain") == ""


def test_json_says_what_changed(registered: Project) -> None:
    said = registered.modelref("restore", "rec@v1.0.0", "--json").json
    assert said["restored"] == registered.modelref("resolve", "rec@v1.0.0", "--json").json
    assert said["changed"] == ["dvc.lock", "params.yaml", "metrics.json", "models/rec"]
    assert (said["left"], said["commit"]) == ([], None)


def test_a_dry_run_changes_nothing(registered: Project) -> None:
    before = tree_of(registered.root)
    said = registered.modelref("restore", "rec@v1.0.0", "--dry-run").out
    assert said.startswith("(dry run) rec@v1.0.0 is back in the workspace: dvc.lock, params")
    assert tree_of(registered.root) == before


def test_commit_makes_one_commit_of_exactly_these_files(registered: Project) -> None:
    registered.write("notes.txt", "mine")
    registered.git("add", "notes.txt")
    said = registered.modelref("restore", "rec@v1.0.0", "--commit", "-m", "it served well").out
    assert f"committed as {registered.git('rev-parse', '--short=10', 'HEAD')}" in said
    changed = registered.git("show", "--name-only", "--format=%P%n%s%n%b").splitlines()
    assert changed[:4] == [registered.commits[2], "Restore rec@v1.0.0", "it served well", ""]
    assert changed[-3:] == ["dvc.lock", "metrics.json", "params.yaml"]
    assert registered.git("status", "--porcelain") == "A  notes.txt"
    clean(registered)
    again = registered.modelref("restore", "rec@v1.0.0", "--commit", "--json").json
    assert (again["changed"], again["commit"]) == ([], None)


def test_a_restore_can_be_committed_afterwards(registered: Project) -> None:
    registered.modelref("restore", "rec@v1.0.0")
    assert registered.modelref("restore", "rec@v1.0.0", "--commit", "--json").json["commit"]
    assert registered.git("status", "--porcelain") == ""


def test_commit_takes_no_other_work_along(registered: Project) -> None:
    params = registered.root / "params.yaml"
    params.write_text(params.read_text() + "other: 1\n")
    code, said = refused(registered, "rec@v1.0.0", "--commit")
    assert code == 1
    assert "error: other uncommitted changes of params.yaml would be in the commit\n" in said
    assert "hint: commit them first, or leave --commit out" in said
    registered.git("add", "params.yaml")
    code, said = refused(registered, "rec@v1.0.0", "--commit")
    assert (code, "error: params.yaml has staged changes\nhint: git restore --staged" in said) == (
        1,
        True,
    )
    registered.modelref("restore", "rec@v1.0.0")
    assert params.read_text().endswith("rate: 1e-3\nother: 1\n")


def refused(project: Project, *args: str) -> tuple[int, str]:
    before = tree_of(project.root)
    result = project.modelref("restore", *args, check=False)
    assert result.out == ""
    assert tree_of(project.root) == before, "a refusal changes nothing"
    return result.code, result.err


def _edit_lock(project: Project) -> None:
    path = project.root / "dvc.lock"
    path.write_text(path.read_text().replace("cmd: python train.py", "cmd: python train.py --x"))


def _edit_params(project: Project) -> None:
    path = project.root / "params.yaml"
    path.write_text(path.read_text().replace("factors: 32", "factors: 33"))


def _edit_metrics(project: Project) -> None:
    (project.root / "metrics.json").write_text("{}")


def _edit_weights(project: Project) -> None:
    path = project.root / "models/rec/weights.bin"
    path.unlink()
    path.write_text("trained all night")


def _add_file(project: Project) -> None:
    project.write("models/rec/notes/read.me", "mine")


@pytest.mark.parametrize(
    ("dirty", "names"),
    [
        (_edit_lock, "uncommitted work would be lost: DVC stage train in dvc.lock"),
        (_edit_params, "uncommitted work would be lost: parameter train.factors of params.yaml"),
        (_edit_metrics, "neither git nor the DVC cache has the bytes of metrics.json"),
        (_edit_weights, "neither git nor the DVC cache has the bytes of models/rec/weights.bin"),
        (_add_file, "neither git nor the DVC cache has the bytes of models/rec/notes/read.me"),
    ],
)
def test_uncommitted_work_stands_in_the_way(
    registered: Project, dirty: Callable[[Project], None], names: str
) -> None:
    dirty(registered)
    code, said = refused(registered, "rec@v1.0.0")
    assert code == 1
    assert said.startswith(f"error: {names}\nhint: ")
    assert "then restore again" in said


def test_a_damaged_cache_is_no_copy(registered: Project) -> None:
    """What lies in the workspace is the last good copy, so it stays."""
    for path in (registered.root / ".dvc/cache").rglob("*"):
        if path.is_file() and not path.name.endswith(".dir") and b"x 32" in path.read_bytes():
            path.chmod(0o644)
            path.write_bytes(path.read_bytes()[:-1] + b"!")
    code, said = refused(registered, "rec@v1.0.0")
    assert (code, "the bytes of models/rec/weights.bin" in said) == (1, True)


def test_missing_bytes_change_nothing(registered: Project) -> None:
    for path in (registered.root / ".dvc/cache").rglob("*"):
        if path.is_file() and b" x 8" in path.read_bytes():
            path.unlink()
    code, said = refused(registered, "rec@v1.0.0")
    assert code == 5
    assert "the bytes of models/rec/weights.bin are not in the DVC cache, and no DVC" in said
    assert "hint: dvc remote add --local --default NAME URL" in said


def test_code_and_data_that_differ_are_said_and_left(registered: Project) -> None:
    train = registered.root / "train.py"
    train.write_text(train.read_text() + "# tidied\n")
    commit_all(registered, "tidy")
    done = registered.modelref("restore", "rec@v1.0.0")
    checkout = f"git checkout {registered.commits[0]} -- train.py"
    assert done.err == f"left: train.py: it differs: {checkout}\n"
    assert train.read_text().endswith("# tidied\n")


def test_other_outs_without_bytes_are_left_and_named(registered: Project) -> None:
    registered.write("raw.txt", "what people bought later\n")
    registered.train(64)
    registered.modelref("register", "rec", "--version", "v4.0.0")
    gone = registered.git("show", f"{registered.commits[0]}:dvc.lock")
    for path in (registered.root / ".dvc/cache").rglob("*"):
        if path.name.endswith(".dir") and (path.parent.name + path.name) in gone:
            listed = json.loads(path.read_text())
            if listed[0]["relpath"] == "clean.txt":
                path.unlink()
    said = registered.modelref("restore", "rec@v1.0.0", "--json").json
    assert [left["path"] for left in said["left"]] == ["data", "raw.txt"]
    assert said["left"][0]["why"] == (
        "its bytes are not in the DVC cache: dvc fetch data && dvc checkout data"
    )
    assert "x 8" in (registered.root / "models/rec/weights.bin").read_text()


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        ([], 2, "error: restore wants a REF"),
        (["--abort"], 1, "error: no restore is unfinished\nhint: git diff"),
        (["rec@v1.0.0", "--abort"], 2, "error: --abort stands alone"),
        (["rec@v1.0.0", "-m", "x"], 2, "error: -m is for a commit\nhint: add --commit"),
        (["rec@v9.0.0"], 2, "error: rec has no version v9.0.0"),
    ],
)
def test_bad_input_is_named(registered: Project, args: list[str], code: int, said: str) -> None:
    got, text = refused(registered, *args)
    assert (got, text.startswith(said)) == (code, True), text


def test_a_changed_pipeline_stops_it_unless_asked_for(registered: Project) -> None:
    path = registered.root / "dvc.yaml"
    text = path.read_text().replace("cmd: python train.py", "cmd: python train.py --fast")
    path.write_text("# our pipeline\n" + text.replace("  train:\n", "  # the model\n  train:\n"))
    registered.run("dvc", "repro", "--quiet")
    commit_all(registered, "faster")
    code, said = refused(registered, "rec@v1.0.0")
    assert code == 1
    assert said == (
        "error: the pipeline differs from the version's: DVC stage train of dvc.yaml\n"
        "hint: add --with-pipeline to bring these definitions back too\n"
    )
    registered.modelref("restore", "rec@v1.0.0", "--with-pipeline")
    now = path.read_text()
    assert "--fast" not in now
    assert now.startswith("# our pipeline\n")
    assert "  # the model\n  train:\n" in now
    clean(registered)


def test_an_uncommitted_definition_is_not_overwritten(registered: Project) -> None:
    path = registered.root / "dvc.yaml"
    path.write_text(path.read_text().replace("python train.py", "python train.py --new"))
    code, said = refused(registered, "rec@v1.0.0", "--with-pipeline")
    assert code == 1
    assert "would be lost: DVC stage train of dvc.yaml\n" in said


def test_a_renamed_dvc_stage_makes_room_for_the_old_one(registered: Project) -> None:
    path = registered.root / "dvc.yaml"
    path.write_text(path.read_text().replace("  train:\n", "  fit:\n"))
    registered.run("dvc", "repro", "--quiet")
    commit_all(registered, "rename")
    _, said = refused(registered, "rec@v1.0.0")
    assert "DVC stage train of dvc.yaml, DVC stage fit of dvc.yaml" in said
    registered.modelref("restore", "rec@v1.0.0", "--with-pipeline")
    clean(registered)
    assert "fit" not in path.read_text()


def test_parameters_that_only_the_definition_uses_come_back(registered: Project) -> None:
    path = registered.root / "dvc.yaml"
    path.write_text(path.read_text().replace("python train.py", "python train.py ${speed}"))
    params = registered.root / "params.yaml"
    for number, speed in ((4, "slow"), (5, "fast")):
        text = params.read_text().partition("speed:")[0]
        params.write_text(f"{text}speed: {speed}  # how hard to try\n")
        registered.run("dvc", "repro", "--quiet")
        commit_all(registered, speed)
        registered.modelref("register", "rec", "--version", f"v{number}.0.0")
    registered.modelref("restore", "rec@v4.0.0")
    assert params.read_text().endswith("speed: slow  # how hard to try\n")
    clean(registered)


def test_each_worktree_has_its_own(registered: Project, tmp_path: Path) -> None:
    registered.git("worktree", "add", "--quiet", str(tmp_path / "side"))
    side = Project(tmp_path / "side", ())
    side.run("dvc", "cache", "dir", "--quiet", "--local", str(registered.root / ".dvc/cache"))
    side.run("dvc", "checkout", "--quiet")
    side.modelref("restore", "rec@v1.0.0")
    clean(side)
    assert registered.git("status", "--porcelain") == ""
