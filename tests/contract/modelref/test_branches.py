"""What every ``Branches`` promises: git's, and the twin in memory."""

from pathlib import Path

import pytest

from modelref.adapters.git.branches import GitBranches
from modelref.adapters.git.repository import Repository
from modelref.domain.branch import Branch
from modelref.errors import UnknownRef
from modelref.ports import Branches
from modelref.testing import MemoryBranches, MemoryCommits
from support.project import Project


@pytest.fixture(params=["git", "memory"])
def branches(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Branches, dict[str, str]]:
    """``main`` and ``other``, each with a commit of its own; HEAD is at ``other``."""
    if request.param == "memory":
        heads = {"main": "a" * 40, "other": "b" * 40}
        return MemoryBranches(MemoryCommits(head=heads["other"]), dict(heads)), heads
    project = repository(tmp_path)
    return GitBranches(Repository.locate(tmp_path)), {
        name: project.git("rev-parse", name) for name in ("main", "other")
    }


def repository(root: Path) -> Project:
    root.mkdir(exist_ok=True)
    project = Project(root, ())
    project.git("init", "--quiet")
    project.git("commit", "--quiet", "--allow-empty", "--message", "first")
    project.git("checkout", "--quiet", "-b", "other")
    project.git("commit", "--quiet", "--allow-empty", "--message", "second")
    return project


def test_the_default_branch_is_not_the_one_that_is_checked_out(
    branches: tuple[Branches, dict[str, str]],
) -> None:
    port, heads = branches
    assert port.default() == Branch("main", heads["main"])


def test_a_branch_has_a_name(branches: tuple[Branches, dict[str, str]]) -> None:
    port, heads = branches
    assert port.named("other") == Branch("other", heads["other"])
    with pytest.raises(UnknownRef, match="there is no branch 'oth' in this clone"):
        port.named("oth")


@pytest.fixture
def clone(tmp_path: Path) -> Project:
    """A clone of a repository whose default branch is ``trunk``."""
    origin = repository(tmp_path / "origin")
    origin.git("branch", "--move", "other", "trunk")
    Project(tmp_path, ()).git("clone", "--quiet", "origin", "clone")
    return Project(tmp_path / "clone", ())


def port(project: Project) -> GitBranches:
    return GitBranches(Repository.locate(project.root))


def test_what_the_remote_calls_its_default_comes_first(clone: Project) -> None:
    there = clone.git("rev-parse", "origin/trunk")
    clone.git("checkout", "--quiet", "-b", "main")
    clone.git("commit", "--quiet", "--allow-empty", "--message", "mine")
    assert port(clone).default() == Branch("origin/trunk", there)


def test_a_local_commit_on_the_branch_is_not_what_was_merged(clone: Project) -> None:
    merged = clone.git("rev-parse", "HEAD")
    clone.git("commit", "--quiet", "--allow-empty", "--message", "weaker")
    assert port(clone).default() == Branch("origin/trunk", merged)
    assert port(clone).named("trunk") == Branch("origin/trunk", merged)


def test_where_the_remote_says_nothing_its_main_is_taken(clone: Project) -> None:
    clone.git("remote", "set-head", "origin", "--delete")
    assert port(clone).default().name == "origin/main"


def test_another_remote_is_as_good_as_origin(clone: Project) -> None:
    clone.git("remote", "rename", "origin", "shop")
    assert port(clone).default().name == "shop/trunk"


def test_a_head_that_names_nothing_is_passed_over(clone: Project) -> None:
    clone.git("update-ref", "-d", "refs/remotes/origin/trunk")
    assert port(clone).default().name == "origin/main"


def test_without_any_known_branch_it_is_head(tmp_path: Path) -> None:
    project = repository(tmp_path)
    project.git("branch", "--move", "main", "old")
    assert port(project).default() == Branch("HEAD", project.git("rev-parse", "HEAD"))
    assert not port(project).default().known
