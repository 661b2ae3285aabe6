"""``modelref --repo URL review``: a pull request of a repository that nobody cloned."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import modelref
from support.elsewhere import Remote, everything, serve
from support.inprocess import run
from support.project import Project, Result
from support.tiny import tiny_registry

GATES = "gates:\n  prod:\n    - metric: ndcg\n      min: 0.3\n"
EVIDENCE = re.compile(r"sha256:[0-9a-f]{64}")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """``rec`` and ``sim`` in three versions; the branch ``team/tune`` changes ``rec`` twice."""
    project = tiny_registry(tmp_path_factory.mktemp("review") / "shop", ("rec", "sim"), 3)
    modelref.open(project.root).promote("rec@v0.1.0", "prod")
    project.write("modelref.yaml", GATES)
    save(project, "gates")
    project.git("checkout", "--quiet", "-b", "team/tune")
    for text in ("once\n", "twice\n"):
        project.write("rec.txt", text)
        save(project, text)
    project.git("update-ref", "refs/pull/7/head", "HEAD")
    project.git("checkout", "--quiet", "main")
    return project


@pytest.fixture
def remote(clone: Project, tmp_path: Path) -> Iterator[Remote]:
    with pytest.MonkeyPatch.context() as patch:
        remote = serve(clone.copied_to(tmp_path / "clone"), tmp_path / "remote", patch)
        remote.push("refs/pull/7/head")
        yield remote


def save(project: Project, message: str) -> None:
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", message)


def models(result: Result) -> list[str]:
    assert result.code == 0, result.err
    return [one["model"] for one in result.json["models"]]


@pytest.mark.parametrize(
    "span",
    [
        "main..team/tune",
        "main...team/tune",
        "..team/tune",
        "HEAD~1..HEAD",
        "rec@v0.1.0..rec@v0.2.0",
        "rec@v0.1.0",
        "rec@v0.3.0..team/tune~1",
        "main..refs/heads/team/tune^",
        "",
    ],
)
def test_a_url_is_reviewed_as_a_clone_is(remote: Remote, span: str) -> None:
    here = run(remote.clone.root, "review", *filter(None, [span]), "--json")
    there = remote.read("review", *filter(None, [span]), "--json")
    assert (there.code, there.err) == (here.code, here.err) == (0, "")
    # That branch is known as the default one, by no name; so it stands in the evidence.
    told = there.out.replace("the default branch", "main")
    assert EVIDENCE.sub("", told) == EVIDENCE.sub("", here.out)


def test_a_comment_of_it_is_ready_to_post(remote: Remote) -> None:
    lines = remote.read("review", "main..team/tune", "--md").out.splitlines()
    assert lines[:2] == [
        "<!-- modelref-review -->",
        "### rec: no metric differs; whether it may ship is not known",
    ]


def test_a_pull_request_and_a_full_id_are_fetched_when_they_are_named(remote: Remote) -> None:
    assert models(remote.read("review", "main..refs/pull/7/head", "--json")) == ["rec"]
    head = remote.clone.git("rev-parse", "team/tune~1")
    assert models(remote.read("review", f"main..{head}", "--json")) == ["rec"]


def test_a_branch_is_what_it_is_there_now(remote: Remote) -> None:
    assert models(remote.read("review", "main..team/tune", "--json")) == ["rec"]
    remote.clone.git("checkout", "--quiet", "team/tune")
    remote.clone.write("sim.txt", "as well\n")
    save(remote.clone, "sim")
    remote.push("team/tune")
    assert models(remote.read("review", "main..team/tune", "--json")) == ["rec", "sim"]
    remote.clone.git("checkout", "--quiet", "main")
    remote.clone.git("branch", "--quiet", "--move", "team/tune", "team/tune/more")
    remote.push("--prune", "refs/heads/*")
    assert models(remote.read("review", "main..team/tune/more", "--json")) == ["rec", "sim"]
    assert remote.read("review", "main..team/tune").code == 2


@pytest.mark.parametrize("form", ["{}", "v1-0-g{}"])
def test_a_branch_is_meant_before_the_commit_that_it_is_short_for(
    remote: Remote, form: str
) -> None:
    name = form.format(remote.clone.git("rev-parse", "main")[:7])
    assert models(remote.read("review", "main...HEAD", "--json")) == []
    assert models(remote.read("review", f"main...{name}", "--json")) == []
    remote.push(f"team/tune:refs/heads/{name}")
    assert models(remote.read("review", f"main...{name}", "--json")) == ["rec"]
    remote.push(f"main:refs/tags/{name}")
    assert models(remote.read("review", f"main...{name}", "--json")) == []


def test_at_is_the_default_branch(remote: Remote) -> None:
    spans = ["@~1..@", "HEAD~1..HEAD"]
    at, head = (remote.read("review", span, "--md").out for span in spans)
    assert at.replace("@", "HEAD") == head != ""


@pytest.mark.parametrize("name", ["default", "head/rec#prod#", "named"])
def test_what_the_mirror_keeps_is_no_name_there(remote: Remote, name: str) -> None:
    remote.push("rec@v0.2.0:refs/modelref/head/rec#prod#")
    assert remote.read("review", "main...team/tune").code == 0
    assert remote.read("review", f"main...modelref/{name}").code == 2


@pytest.mark.parametrize(
    "span",
    [
        *("main..nowhere", "origin/main..HEAD", "main..team/tune~99", "main..a.lock", "main..@{u}"),
        *("main..refs/heads/*", "main..refs/modelref/default", "main...a..b", "main..cafe"),
    ],
)
def test_what_is_not_there_is_named_as_it_was_asked_for(remote: Remote, span: str) -> None:
    result = remote.read("review", span)
    asked = span.removeprefix("main").removesuffix("..HEAD").removeprefix("...").removeprefix("..")
    assert result.code == 2
    assert result.err == (
        f"error: {remote.url} has no branch, tag or commit '{asked}'\n"
        "hint: git ls-remote, with the same address, lists its branches and tags\n"
    )


@pytest.mark.parametrize("span", ["main..--upload-pack=x", "main..+a:b", "main..a b", "main..:/x"])
def test_what_is_no_name_is_never_asked_for(remote: Remote, span: str) -> None:
    remote.read("show")
    before = remote.connections
    assert remote.read("review", span).code == 2
    assert remote.connections - before <= 1  # for the tags


def test_a_remote_that_keeps_files_in_says_what_to_do(remote: Remote) -> None:
    remote.bare.git("config", "uploadpack.allowFilter", "false")
    result = remote.read("review", "main..team/tune")
    assert result.code == 5
    assert (
        "cannot leave files out, so its history was not fetched\nhint: git clone it" in result.err
    )


def test_a_folder_is_reviewed_where_it_lies_and_left_as_it_is(remote: Remote) -> None:
    before = everything(remote.clone.root)
    here = run(remote.clone.root, "review", "main..team/tune", "--fetch")
    there = run(
        remote.bare.root,
        "--repo",
        str(remote.clone.root),
        "review",
        "main..team/tune",
        "--fetch",
    )
    assert (there.code, there.err) == (here.code, here.err) == (0, "")
    assert there.out.startswith("rec: no metric differs; whether it may ship is not known\n")
    assert everything(remote.clone.root) == before
