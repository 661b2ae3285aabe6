"""What every ``Commits`` promises of where two commits parted: git's, and the twin in memory."""

from pathlib import Path

import pytest

from modelref.adapters.git.commits import GitCommits
from modelref.adapters.git.repository import Repository
from modelref.ports import Commits
from modelref.testing import MemoryCommits
from support.project import Project


@pytest.fixture(params=["git", "memory"])
def history(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Commits, dict[str, str]]:
    """``ours`` and ``theirs`` stand on ``first``; ``later`` stands on ``ours``."""
    if request.param == "memory":
        memory = MemoryCommits()
        memory.trees[None] = {"a": b"1"}
        first = memory.commit()
        theirs = memory.beside({"a": b"2"})
        memory.trees[None] = {"a": b"3"}
        ours = memory.commit()
        memory.trees[None] = {"a": b"4"}
        return memory, {
            "first": first, "theirs": theirs, "ours": ours, "later": memory.commit(),
        }  # fmt: skip
    project = Project(tmp_path, ())
    project.git("init", "--quiet")
    ids: dict[str, str] = {}
    for name, start in (("first", ""), ("theirs", "first"), ("ours", "first"), ("later", "ours")):
        if start:
            project.git("checkout", "--quiet", ids[start])
        project.git("commit", "--quiet", "--allow-empty", "--message", name)
        ids[name] = project.git("rev-parse", "HEAD")
    return GitCommits(Repository.locate(tmp_path)), ids


@pytest.mark.parametrize(
    ("a", "b", "base"),
    [("theirs", "later", "first"), ("ours", "later", "ours"), ("later", "later", "later")],
)
def test_two_commits_part_at_the_newest_that_both_have(
    history: tuple[Commits, dict[str, str]], a: str, b: str, base: str
) -> None:
    port, ids = history
    assert port.merge_base(ids[a], ids[b]) == ids[base]
    assert port.merge_base(ids[b], ids[a]) == ids[base]


def test_strangers_have_none(tmp_path: Path) -> None:
    project = Project(tmp_path, ())
    project.git("init", "--quiet")
    project.git("commit", "--quiet", "--allow-empty", "--message", "one")
    one = project.git("rev-parse", "HEAD")
    project.git("checkout", "--quiet", "--orphan", "other")
    project.git("commit", "--quiet", "--allow-empty", "--message", "two")
    other = project.git("rev-parse", "HEAD")
    assert GitCommits(Repository.locate(tmp_path)).merge_base(one, other) is None
