"""What must be signed is the default branch's word, never that of what is checked out."""

from pathlib import Path

import pytest

import modelref
from support.inprocess import run
from support.project import Project
from support.tiny import tiny_registry

READS = [
    ["resolve", "rec#prod"],
    ["get", "rec#prod"],
    ["restore", "rec#prod"],
    ["follow", "rec#prod", "--once", "--exec", "true"],
]
ITS_OWN = "signing: {allowed_signers: mine, stages: {prod: any}}\n"
HINT = "hint: git remote set-head origin --auto"
WARNING = (
    f"warning: no default branch is known here, so what must be signed is read from HEAD\n{HINT}\n"
)


@pytest.fixture
def job(tmp_path: Path) -> Project:
    """A CI job's clone: of a repository with a branch trunk, at a commit that anybody pushed."""
    project = tiny_registry(tmp_path / "shop", ("rec",), 1)
    project.git("branch", "--move", "trunk")
    modelref.open(project.root).promote("rec@v0.1.0", "prod")
    project.git("clone", "--quiet", ".", str(tmp_path / "job"))
    job = Project(tmp_path / "job", project.commits)
    job.git("switch", "--quiet", "--detach")
    return job


def check_out(job: Project, rules: str) -> None:
    job.write("modelref.yaml", rules)
    job.git("add", "--all")
    job.git("commit", "--quiet", "--message", "my rules")


@pytest.mark.parametrize("args", READS, ids=lambda args: args[0])
def test_signers_that_are_checked_out_are_not_believed(job: Project, args: list[str]) -> None:
    check_out(job, ITS_OWN)
    job.git("remote", "set-head", "origin", "--delete")
    done = run(job.root, *args)
    assert done.code == 1, done
    assert not done.out
    assert done.err.endswith(
        "error: what 'rec#prod' means must be signed, and no default branch is known here that "
        f"says by whom\n{HINT}\n"
    )


@pytest.mark.parametrize("branch", ["refs/remotes/origin/main", "refs/heads/main"])
def test_whoever_may_push_a_branch_of_a_likely_name_does_not_say_who_signs(
    job: Project, branch: str
) -> None:
    job.git("remote", "set-head", "origin", "--delete")
    check_out(job, ITS_OWN)
    job.git("update-ref", branch, "HEAD")
    job.git("checkout", "--quiet", "--detach", "origin/trunk")
    done = run(job.root, "resolve", "rec#prod")
    assert (done.code, done.out) == (1, "")
    assert HINT in done.err


@pytest.mark.parametrize("args", READS, ids=lambda args: args[0])
def test_where_nothing_can_be_known_of_signatures_that_is_said(
    job: Project, args: list[str]
) -> None:
    job.git("remote", "set-head", "origin", "--delete")
    done = run(job.root, *args)
    assert done.code == 0, done
    assert done.err == WARNING


@pytest.mark.parametrize("args", READS, ids=lambda args: args[0])
def test_a_default_branch_of_any_name_is_asked_whatever_is_checked_out(
    job: Project, args: list[str]
) -> None:
    check_out(job, ITS_OWN)
    done = run(job.root, *args)
    assert (done.code, done.err) == (0, ""), done


def test_a_repository_without_a_remote_has_no_other_word_than_its_own(job: Project) -> None:
    job.git("remote", "remove", "origin")
    assert run(job.root, "resolve", "rec#prod").err == ""
    check_out(job, ITS_OWN)
    done = run(job.root, "resolve", "rec#prod")
    assert "the tag rec#prod#1 is not signed, as signing.stages.prod of modelref.yaml" in done.err


def test_verify_says_so_too(job: Project) -> None:
    job.git("remote", "set-head", "origin", "--delete")
    done = run(job.root, "verify")
    assert done.code == 0
    assert "warning: no default branch is known here, so what must be signed" in done.out
