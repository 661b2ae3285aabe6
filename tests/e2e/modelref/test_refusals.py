"""What people see when something is wrong: the fact, the mend, the exit code; never a traceback."""

import json
import os
from pathlib import Path

import pytest

from support.project import Project


def refused(project: Project, *args: str) -> tuple[int, str]:
    result = project.modelref(*args, check=False)
    assert result.out == "", "an error leaves standard output empty"
    assert result.err.startswith("error: "), result.err
    return result.code, result.err


def test_outside_a_repository(tmp_path: Path) -> None:
    code, said = refused(Project(tmp_path, ()), "show")
    assert code == 2
    assert "is not in a git repository\nhint: go to your repository" in said


def test_in_a_folder_that_is_not_there(project: Project) -> None:
    code, said = refused(project, "-C", "nowhere", "show")
    assert code == 5
    assert "there is no folder" in said


def test_before_the_first_version_show_says_what_could_be_registered(project: Project) -> None:
    result = project.modelref("show")
    assert (result.code, result.out) == (0, "")
    assert "dvc.yaml declares: rec\nhint: modelref register rec" in result.err


def test_a_stale_pipeline_names_what_changed(project: Project) -> None:
    project.write("train.py", (project.root / "train.py").read_text() + "# changed\n")
    project.write("params.yaml", "train:\n  model: als\n  factors: 33\n  als: {rate: 1e-3}\n")
    project.git("commit", "--quiet", "--all", "--message", "forgot dvc repro")
    code, said = refused(project, "register", "rec")
    assert code == 1
    assert "train.py is modified since DVC stage train ran" in said
    assert "parameter train.factors of params.yaml is modified" in said
    assert "hint: dvc repro" in said
    assert project.git("tag") == ""


def test_another_models_stale_state_blocks_nothing(project: Project) -> None:
    project.write("shop/in.txt", "1")
    project.write(
        "shop/dvc.yaml",
        "stages:\n  other:\n    cmd: cp in.txt o.txt\n    deps: [in.txt]\n    outs: [o.txt]\n",
    )
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "a pipeline that never ran")
    project.modelref("register", "rec")


def test_a_new_model_that_was_not_committed_is_not_forgotten(project: Project) -> None:
    project.write("params.yaml", "train:\n  model: als\n  factors: 64\n  als: {rate: 1e-3}\n")
    project.run("dvc", "repro", "--quiet")
    code, said = refused(project, "register", "rec")
    assert code == 1
    assert "in the workspace is not the one in commit" in said


def test_missing_bytes_are_out_of_reach(project: Project) -> None:
    project.modelref("register", "rec", "--rev", project.commits[0])
    project.modelref("register", "rec", "--rev", project.commits[2])
    for version in ("v0.1.0", "v0.1.1"):
        project.modelref("promote", f"rec@{version}", "prod")
    project.run("rm", "-r", ".dvc/cache")
    mends = {"get": "dvc remote add --local --default NAME URL", "rollback": "dvc fetch --all-tags"}
    for command, mend in mends.items():
        code, said = refused(project, command, "rec#prod")
        assert code == 5
        assert f"hint: {mend}" in said
    assert not list(project.root.glob("rec-*"))
    assert not list(project.root.glob(".rec-*"))
    project.modelref("rollback", "rec#prod", "--unchecked")


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["shwo"], 2, "did you mean modelref show?"),
        (["ls"], 2, "did you mean modelref show?"),
        (["show", "rec@1.0.0"], 2, "write v1.0.0"),
        (["show", "rec@prod"], 2, "a stage is 'rec#prod'"),
        (["diff", "rec#prod..rec@latest"], 2, "modelref diff 'rec#prod' 'rec@latest'"),
        (["show", "nope"], 2, "no version of nope is registered"),
        (["show", "ghost@v1.0.0"], 2, "did you mean"),
        (["show", "ranker=model@v0.1.0"], 2, "hint: did you mean 'ranker:model@v0.1.0'?"),
        (["get", "ranker=model#prod#2"], 2, "hint: did you mean 'ranker:model#prod'?"),
        (["promote", "shop:rec@latest", "prod"], 2, "hint: did you mean rec?"),
        (["show", "a//b"], 2, "git does not allow"),
        (["resolve", "--upload-pack=x"], 2, "no such option"),
        (["resolve", "--", "--upload-pack=x"], 2, "is not a model name"),
        (["promote", "rec", "prod"], 2, "does not name a version"),
        (["promote", "rec@latest", "pro d"], 2, "is not a stage name"),
        (["rollback", "rec"], 2, "does not name a stage"),
        (["register", "rec", "--rev", "nope"], 2, "there is no commit 'nope'"),
        (["register", "rec", "--rev=--output=x"], 2, "is not a revision"),
        (["register", "rec", "--version", "1"], 2, "is not a version"),
        (["register", "rec", "--bump", "huge"], 2, "--bump"),
        (["register"], 2, "no model is named"),
        (["diff", "rec@latest", "--only", "vibes"], 2, "kinds: metrics, params"),
        (["show", "--at", "yesterday"], 2, "write 2026-11-03"),
        (["show", "--at", "2026-W48"], 2, "write 2026-11-03"),
        (["show", "--at", "20261103"], 2, "write 2026-11-03"),
        (["follow", "rec@latest", "--exec", "true", "--interval", "nan"], 2, "--interval"),
        (["follow", "rec@latest", "--exec", "true", "--interval", "inf"], 2, "--interval"),
        (["follow", "rec@latest", "--exec", "true", "--interval", "1e300"], 2, "--interval"),
        (["rollback", "rec#prod", "--deep", "--unchecked"], 2, "exclude each other"),
        (["resolve", "rec#typo"], 2, "stages that do: 'rec#held'"),
        (["promote", "rec@latest", "held/eu"], 2, "the tag rec#held is in the way"),
        (["get", "rec@latest", "-o", "x" * 300], 2, "is too long a name"),
        (
            ["promote", "rec@latest", "prod", "-m", "see:\n-----BEGIN SSH SIGNATURE-----\nab"],
            2,
            "which git takes for the event's own signature",
        ),
        (["get", "rec@latest", "nope.bin"], 2, "has no file 'nope.bin'"),
    ],
)
def test_bad_input_is_named_with_its_mend(
    registered_once: Project, args: list[str], code: int, said: str
) -> None:
    got, text = refused(registered_once, *args)
    assert got == code
    assert said in text.lower() or said in text


@pytest.fixture(scope="module")
def registered_once(built_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = built_project.copied_to(tmp_path_factory.mktemp("refusals") / "shop")
    project.modelref("register", "rec")
    project.run("git", "tag", "-a", "ghosts@v1.0.0", "-m", "x")
    project.run("git", "tag", "-a", "rec#held", "-m", "by hand, without a counter")
    return project


def test_errors_can_be_read_by_programs(registered_once: Project) -> None:
    result = registered_once.modelref("show", "nope", "--json", check=False)
    error = json.loads(result.err)["error"]
    assert (result.code, result.out, error["kind"]) == (2, "", "unknown-model")
    assert error["hint"]


def test_no_control_character_reaches_the_terminal(registered_once: Project) -> None:
    _, said = refused(registered_once, "show", "rec\x1b[31m")
    assert "\x1b" not in said


def test_git_without_a_name_says_how_to_give_one(project: Project) -> None:
    result = project.run(
        "modelref",
        "register",
        "rec",
        check=False,
        GIT_CONFIG_GLOBAL="/dev/null",
        EMAIL="",
        HOME="/nonexistent",
    )
    assert result.code == 2
    assert "git does not know who you are\nhint: git config user.name" in result.err
    assert project.git("tag") == ""


def test_a_lightweight_tag_is_reported_and_changes_nothing(project: Project) -> None:
    project.modelref("register", "rec", "--rev", project.commits[0])
    project.git("tag", "rec@v9.0.0")
    result = project.modelref("show", "rec")
    assert "v9.0.0" not in result.out
    assert "is a lightweight tag, which is no event" in result.err
    assert (
        "git tag -d rec@v9.0.0, then modelref register rec --version v9.0.0"
        in result.err.replace("'", "")
    )


def test_a_shallow_clone_says_what_it_lacks(project: Project, tmp_path: Path) -> None:
    project.modelref("register", "rec", "--rev", project.commits[0])
    project.git("clone", "--quiet", "--depth", "1", f"file://{project.root}", str(tmp_path / "ci"))
    code, said = refused(Project(tmp_path / "ci", ()), "show")
    assert code == 5
    assert "this clone is shallow and has no tags" in said
    assert "fetch-depth: 0" in said


def test_a_clone_without_tags_says_so(project: Project, tmp_path: Path) -> None:
    project.modelref("register", "rec", "--rev", project.commits[0])
    project.git("clone", "--quiet", "--no-tags", str(project.root), str(tmp_path / "bare"))
    bare = Project(tmp_path / "bare", ())
    code, said = refused(bare, "show", "rec")
    assert (code, "hint: modelref fetch" in said) == (5, True)
    bare.modelref("fetch")
    assert "v0.1.0" in bare.modelref("show", "rec").out


ONE_BRANCH = ["--single-branch", "--branch", "main"]


@pytest.mark.parametrize("how", [["--depth", "1"], ONE_BRANCH, ["--no-tags"]])
def test_a_clone_that_may_lack_events_says_so_and_writes_nothing(
    project: Project, tmp_path: Path, how: list[str]
) -> None:
    """git brings only the tags of the commits it fetched: the newest may be missing."""
    project.modelref("register", "rec")
    project.modelref("promote", "rec@latest", "prod")
    project.git("clone", "--quiet", *how, f"file://{project.root}", str(tmp_path / "ci"))
    partial = Project(tmp_path / "ci", ())
    partial.git("fetch", "--quiet", "--no-tags", "origin", "tag", "rec@v0.1.0")
    shown = partial.modelref("show")
    assert "v0.1.0" in shown.out
    assert "may lack tags: newer events may exist\nhint: " in shown.err
    code, said = refused(partial, "promote", "rec@latest", "dev")
    assert (code, "nothing was written" in said) == (5, True)
    assert "dev" not in partial.git("tag")


@pytest.mark.parametrize("how", [ONE_BRANCH, ["--no-tags"]])
def test_a_clone_that_fetched_all_once_is_asked_for_nothing_more(
    project: Project, tmp_path: Path, how: list[str]
) -> None:
    project.modelref("register", "rec")
    project.git("clone", "--quiet", *how, f"file://{project.root}", str(tmp_path / "ci"))
    clone = Project(tmp_path / "ci", ())
    clone.modelref("fetch")
    assert clone.modelref("show").err == ""
    assert clone.modelref("promote", "rec@latest", "dev").code == 0


def test_tags_that_another_remote_is_not_asked_for_are_no_events_that_lack(
    project: Project, tmp_path: Path
) -> None:
    project.modelref("register", "rec")
    project.git("clone", "--quiet", str(project.root), str(tmp_path / "ci"))
    clone = Project(tmp_path / "ci", ())
    clone.git("remote", "add", "--no-tags", "fork", "https://example.com/fork.git")
    assert clone.modelref("show").err == ""


def test_a_diff_after_a_forgotten_repro_does_not_pass_old_metrics_for_new(project: Project) -> None:
    project.modelref("register", "rec")
    project.write("params.yaml", "train:\n  model: als\n  factors: 64\n  als: {rate: 1e-3}\n")
    told = project.modelref("diff", "rec@latest")
    assert "parameter train.factors of params.yaml is modified" in told.err
    assert "until then its metrics are those of an older model" in told.err
    assert "Run `dvc repro`" in project.modelref("diff", "rec@latest", "--md").out
    assert project.modelref("diff", "rec@latest", "--json").json["to"]["stale"]


def test_a_parameter_that_the_model_does_not_read_is_marked(project: Project) -> None:
    project.modelref("register", "rec")
    text = (project.root / "params.yaml").read_text()
    project.write("params.yaml", f"{text}other: {{k: 1}}\n")
    (change,) = project.modelref("diff", "rec@latest", "--json").json["params"]
    assert (change["param"], change["read"]) == ("other.k", False)
    assert "not read" in project.modelref("diff", "rec@latest").out


def test_hints_can_be_pasted(project: Project) -> None:
    for commit in project.commits:
        project.modelref("register", "rec", "--rev", commit)
    for version in ("v0.1.0", "v0.1.1", "v0.1.2"):
        project.modelref("promote", f"rec@{version}", "prod")
    project.git("tag", "rec@v5.0.0", project.commits[0])
    assert f"--version v5.0.0 --rev {project.commits[0][:10]}" in project.modelref("show").err
    project.run("rm", "-r", ".dvc/cache")
    typed = ["rollback", "rec#prod", "--to", "v0.1.0", "--expect", "v0.1.2"]
    _, said = refused(project, *typed)
    assert "modelref rollback 'rec#prod' --to v0.1.0 --expect v0.1.2 --unchecked" in said


def test_what_may_be_a_slip_is_noted(project: Project) -> None:
    project.modelref("register", "rec")
    project.modelref("promote", "rec@latest", "prod")
    new = project.modelref("promote", "rec@latest", "prdo", "--dry-run").out
    assert "note: prdo is a new stage of rec, beside prod" in new
    project.git("commit", "--quiet", "--allow-empty", "--message", "nothing trained")
    assert "note: its files are those of rec@v0.1.0" in project.modelref("register", "rec").out


def test_the_bare_command_is_help(project: Project) -> None:
    shown = project.modelref()
    assert shown.out.startswith("Usage: modelref")
    assert shown.err == ""


def test_a_name_that_the_locale_cannot_write_is_escaped(registered_once: Project) -> None:
    project = registered_once
    project.git("-c", "user.name=Łukasz", "tag", "-a", "rec#dev#1", "-m", "→ dev", "rec@v0.1.0^{}")
    history = ("history", "rec", "--stage", "dev")
    result = project.run("modelref", *history, PYTHONIOENCODING="latin-1")
    assert "\\u0141ukasz" in result.out
    assert "\\u2192 dev" in result.out


def test_everything_is_named_from_the_folder_of_dash_c(
    registered_once: Project, tmp_path: Path
) -> None:
    elsewhere = Project(tmp_path, ())
    shop = str(registered_once.root)
    elsewhere.modelref("-C", shop, "get", "rec@latest", "-o", "build/got")
    assert (registered_once.root / "build" / "got").is_dir()
    assert not list(tmp_path.iterdir())


def test_a_folder_is_made_as_the_umask_says(registered_once: Project) -> None:
    before = os.umask(0o077)
    try:
        registered_once.modelref("get", "rec@latest", "-o", "build/private")
    finally:
        os.umask(before)
    assert (registered_once.root / "build" / "private").stat().st_mode & 0o777 == 0o700


def test_a_commit_is_found_by_its_message(project: Project) -> None:
    project.git("commit", "--quiet", "--allow-empty", "--message", "week 50, warm start")
    project.modelref("register", "rec", "--rev", ":/warm start")
    assert project.git("rev-parse", "rec@v0.1.0^{}") == project.git("rev-parse", "HEAD")
