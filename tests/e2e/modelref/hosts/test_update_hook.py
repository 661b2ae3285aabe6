"""The update hook of docs/hosts on a real bare repository: what must pass, what must not."""

import time
from pathlib import Path

import pytest

import modelref
from support.clones import guard
from support.keys import content_of, put_tag
from support.project import Project, Result
from support.tiny import tiny_registry


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A clone with three versions of two models; its remote has the hook, and prod#1 to prod#2."""
    project = tiny_registry(tmp_path / "clone", ("rec", "shop/eu/ranker"), 3)
    bare = tmp_path / "server.git"
    project.git("init", "--quiet", "--bare", str(bare))
    guard(bare)
    project.git("remote", "add", "origin", str(bare))
    registry = modelref.open(project.root)
    registry.promote("rec@v0.1.0", "prod")
    registry.promote("rec@v0.2.0", "prod")
    project.git("push", "--quiet", "origin", "main", "--tags")
    return project


def push(project: Project, *refs: str) -> Result:
    return project.run("git", "push", "--quiet", "origin", *refs, check=False)


def refused(project: Project, message: str, *refs: str) -> None:
    before = project.git("ls-remote", "origin")
    result = push(project, *refs)
    assert result.code != 0, result
    assert f"modelref: refused: {message}" in result.err
    assert project.git("ls-remote", "origin") == before


def annotated(project: Project, tag: str, rev: str = "rec@v0.1.0^{}", date: str = "") -> str:
    date = date or f"@{int(time.time())} +0000"
    project.run("git", "tag", "--annotate", "--message", tag, tag, rev, GIT_COMMITTER_DATE=date)
    return f"refs/tags/{tag}"


def test_every_event_of_modelref_passes(project: Project) -> None:
    registry = modelref.open(project.root)
    registry.promote("rec@v0.3.0", "eu/prod")
    registry.rollback("rec#prod")
    registry.unassign("rec#prod")
    registry.deregister("rec@v0.2.0")
    registry.promote("shop/eu/ranker@v0.1.0", "prod")
    registry.deprecate("shop/eu/ranker")
    for number in range(12):
        registry.promote(f"rec@v0.{1 + 2 * (number % 2)}.0", "dev")
    pushed = push(project, "--tags")
    assert pushed.code == 0, pushed.err


def test_tags_that_are_no_events_are_nobodys_business(project: Project) -> None:
    project.git("tag", "build-7")
    project.git("tag", "v1.0.0")
    assert push(project, "build-7", "v1.0.0").code == 0
    project.git("tag", "--force", "build-7", "HEAD~1")
    assert push(project, "--force", "build-7").code == 0
    assert push(project, "--delete", "build-7").code == 0


@pytest.mark.parametrize("tag", ["rec@v0.1.0", "rec#prod#1", "shop/eu/ranker@v0.3.0"])
def test_an_event_is_not_deleted(project: Project, tag: str) -> None:
    refused(project, f"{tag} is an event, and events are not deleted", "--delete", tag)


@pytest.mark.parametrize("tag", ["rec@v0.1.0", "rec#prod#1"])
def test_an_event_is_not_moved(project: Project, tag: str) -> None:
    project.git("tag", "--force", "--annotate", "--message", "moved", tag, "HEAD~1")
    message = f"{tag} is an event, and events are not moved"
    refused(project, message, "--force", f"refs/tags/{tag}")


@pytest.mark.parametrize("tag", ["rec@v0.9.0", "rec#prod#9", "rec@v0.1.0!", "rec@deprecated"])
def test_a_lightweight_tag_is_no_event(project: Project, tag: str) -> None:
    project.git("tag", tag)
    refused(project, f"{tag} is a lightweight tag, which is no event", f"refs/tags/{tag}")


def test_an_event_under_another_name_is_refused(project: Project) -> None:
    project.git("update-ref", "refs/tags/rec#prod#9", project.git("rev-parse", "rec#prod#1"))
    message = "rec#prod#9 holds a tag object that was made as rec#prod#1"
    refused(project, message, "refs/tags/rec#prod#9")


def test_an_event_of_a_tree_is_refused(project: Project) -> None:
    refused(
        project,
        "rec#prod#9 does not name a commit",
        annotated(project, "rec#prod#9", "HEAD^{tree}"),
    )


@pytest.mark.parametrize("tag", ["rec#prod!#2", "rec#prod!#1"])
def test_a_counter_is_used_once_in_a_stage(project: Project, tag: str) -> None:
    theirs = tag.replace("!", "")
    message = f"{tag} has the counter of {theirs}: somebody else was first"
    refused(project, message, annotated(project, tag))


def test_a_newer_event_has_no_lower_counter(project: Project) -> None:
    assert push(project, annotated(project, "rec#prod#9", date="@4000000000 +0000")).code == 0
    late = annotated(project, "rec#prod#7", date="@4000000001 +0000")
    refused(project, "rec#prod#7 has a counter below rec#prod#9, but is newer", late)
    assert push(project, annotated(project, "rec#prod#8", date="@3999999999 +0000")).code == 0


def test_other_stages_and_models_have_counters_of_their_own(project: Project) -> None:
    tags = ["rec#prod/eu#1", "rec#pro#2", "rec2#prod#2", "shop/eu=rec#prod#2", "rec#prod2#2"]
    assert push(project, *[annotated(project, tag) for tag in tags]).code == 0


def test_a_lease_goes_forward_only(project: Project) -> None:
    lease = "refs/modelref/head/rec#prod#"
    first, second = (project.git("rev-parse", f"rec#prod#{number}") for number in (1, 2))
    bare = lease.removesuffix("#")
    refused(project, f"{bare} names an event of another chain", f"{second}:{bare}")
    assert push(project, f"{second}:{lease}").code == 0
    refused(project, f"{lease} would go back from 2 to 1", "--force", f"{first}:{lease}")
    refused(project, f"{lease} is a lease, and leases are not deleted", f":{lease}")
    commit = project.git("rev-parse", "HEAD")
    refused(project, f"{lease} does not name an event", "--force", f"{commit}:{lease}")
    other = project.git("rev-parse", "rec@v0.1.0")
    refused(project, f"{lease} names an event of another chain", "--force", f"{other}:{lease}")
    modelref.open(project.root).rollback("rec#prod")
    third = project.git("rev-parse", "rec#prod#3")
    done = push(project, "--atomic", "--force", f"{third}:{lease}", "refs/tags/rec#prod#3")
    assert done.code == 0, done.err


def test_a_lease_of_versions_goes_forward_only(project: Project) -> None:
    lease = "refs/modelref/head/shop/eu/ranker@"
    old, new = (project.git("rev-parse", f"shop/eu/ranker@v0.{number}.0") for number in (1, 2))
    assert push(project, f"{old}:{lease}").code == 0
    assert push(project, "--force", f"{new}:{lease}").code == 0
    refused(project, f"{lease} would go back in time", "--force", f"{old}:{lease}")


def test_a_lease_may_name_an_older_version_that_comes_with_it(project: Project) -> None:
    lease = "refs/modelref/head/rec@"
    assert push(project, f"{project.git('rev-parse', 'rec@v0.3.0')}:{lease}").code == 0
    tag = annotated(project, "rec@v0.4.0", date="@1000000000 +0000")
    done = push(project, "--atomic", "--force", tag, f"{tag}:{lease}")
    assert done.code == 0, done.err


def test_in_an_atomic_push_one_refusal_refuses_all(project: Project) -> None:
    good = annotated(project, "rec#prod#5")
    refused(project, "rec#prod!#2 has", "--atomic", good, annotated(project, "rec#prod!#2"))


@pytest.mark.parametrize("tags", [("rec#prod#3", "rec#prod!#3"), ("rec#dev#7", "rec#dev#007")])
def test_two_events_of_one_push_have_no_place_in_common(
    project: Project, tags: tuple[str, str]
) -> None:
    place = tags[0]
    made = [annotated(project, tag) for tag in ("shop/eu=rec#prod#3", *tags)]
    refused(project, f"two events of this push have the counter of {place}", "--atomic", *made)
    assert push(project, "--atomic", *made[:2]).code == 0


def test_a_push_that_deletes_and_makes_is_told_by_what_it_makes(project: Project) -> None:
    project.git("tag", "build-7")
    assert push(project, "build-7").code == 0
    assert push(project, ":refs/tags/build-7", annotated(project, "rec#prod#3")).code == 0


@pytest.mark.parametrize("counter", ["90071992547409931234", "1000000000000000"])
def test_a_counter_that_no_shell_can_compare_is_refused(project: Project, counter: str) -> None:
    tag = f"rec#dev#{counter}"
    refused(project, f"{tag} has a counter of more than 15 digits", annotated(project, tag))
    assert push(project, annotated(project, "rec#dev#1")).code == 0
    far = annotated(project, "rec#dev#999999999999998")
    refused(project, "rec#dev#999999999999998 has a counter far above 1, the highest of its", far)
    assert push(project, annotated(project, "rec#dev#5000")).code == 0


def test_a_name_that_a_shell_would_run_is_a_name(project: Project) -> None:
    content = content_of(project, "rec#prod#1").replace(b"tag rec#prod#1", b"tag $(touch pwned)")
    put_tag(project, "rec#prod#9", content)
    message = "rec#prod#9 holds a tag object that was made as $(touch pwned)"
    refused(project, message, "refs/tags/rec#prod#9")
    assert not list(project.root.parent.rglob("pwned"))
