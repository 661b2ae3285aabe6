"""What ``Commits`` and ``Outputs`` promise of differences and bytes: git, DVC and the twins."""

from hashlib import md5
from pathlib import Path

import pytest

from modelref.adapters.dvc.config import Caches
from modelref.adapters.dvc.store.cache import DvcOutputs
from modelref.adapters.dvc.store.checked import Checked
from modelref.adapters.git.commits import GitCommits
from modelref.adapters.git.repository import Repository
from modelref.domain.diff.code import FileChange, read_by
from modelref.domain.diff.values import Status
from modelref.domain.outs import MD5, OutFile
from modelref.errors import OutOfReach
from modelref.ports import Commits, Outputs
from modelref.testing import MemoryCommits, MemoryOutputs
from support.project import Project

BEFORE = {
    "src/fit.py": b"a\nb\nc\n",
    "src/gone.py": b"x\n",
    "src/same.py": b"y\n",
    "logo.png": b"\x89PNG\0\0",
    "notes.md": b"1\n",
    "ö |`.py": b"1\n",
}
AFTER = BEFORE | {
    "src/fit.py": b"a\nB\nc\nd\n",
    "src/new.py": b"1\n2\n",
    "logo.png": b"\x89PNG\0\1",
    "notes.md": b"2\n",
    "ö |`.py": b"",
}
del AFTER["src/gone.py"]


@pytest.fixture(params=["git", "memory"])
def commits(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Commits, str, str]:
    """The port, and two commits."""
    if request.param == "memory":
        memory = MemoryCommits()
        ids = []
        for tree in (BEFORE, AFTER):
            memory.trees[None] = dict(tree)
            ids.append(memory.commit())
        memory.trees[None] = dict(BEFORE)
        return memory, ids[0], ids[1]
    project = Project(tmp_path, ())
    project.git("init", "--quiet")
    ids = [commit(project, tree) for tree in (BEFORE, AFTER)]
    write(project, BEFORE)
    return GitCommits(Repository.locate(tmp_path)), ids[0], ids[1]


def write(project: Project, tree: dict[str, bytes]) -> None:
    for path in {*BEFORE, *AFTER}:
        (project.root / path).unlink(missing_ok=True)
    for path, data in tree.items():
        (project.root / path).parent.mkdir(exist_ok=True)
        (project.root / path).write_bytes(data)


def commit(project: Project, tree: dict[str, bytes]) -> str:
    write(project, tree)
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "x")
    return project.git("rev-parse", "HEAD")


def put(commits: Commits, path: str, data: bytes) -> None:
    """Write a file of the workspace."""
    if isinstance(commits, MemoryCommits):
        commits.trees[None][path] = data
    elif isinstance(commits, GitCommits):
        (commits.repository.root / path).write_bytes(data)


def test_a_checkout_is_known_again_by_what_git_may_keep_of_it(
    commits: tuple[Commits, str, str],
) -> None:
    port, *_ = commits
    digest = port.checkout_digest()
    seen = {digest}
    for path, data in (("src/same.py", b"z\n"), ("untracked.py", b"1\n"), ("notes.md", b"\0")):
        put(port, path, data)
        seen.add(port.checkout_digest())
    assert len(seen) == 4
    assert port.checkout_digest() in seen
    put(port, "src/same.py", BEFORE["src/same.py"])
    assert port.checkout_digest() not in seen
    assert "" not in seen


def test_files_that_differ_below_the_paths_with_their_lines(
    commits: tuple[Commits, str, str],
) -> None:
    port, before, after = commits
    assert list(port.changes(before, after, ["src", "logo.png", "ö |`.py"])) == [
        FileChange("logo.png", Status.CHANGED, None, None),
        FileChange("src/fit.py", Status.CHANGED, 2, 1),
        FileChange("src/gone.py", Status.REMOVED, 0, 1),
        FileChange("src/new.py", Status.ADDED, 2, 0),
        FileChange("ö |`.py", Status.CHANGED, 0, 1),
    ]


_MIRROR = {Status.ADDED: Status.REMOVED, Status.REMOVED: Status.ADDED}


def test_files_that_differ_mirror_there_and_back(commits: tuple[Commits, str, str]) -> None:
    port, before, after = commits
    there, back = (
        port.changes(*pair, ["src", "logo.png"]) for pair in ((before, after), (after, before))
    )
    assert [
        FileChange(one.path, _MIRROR.get(one.status, one.status), one.removed, one.added)
        for one in back
    ] == list(there)
    readers = {"src": ("train",)}, {"src/fit.py": ("tune",), "logo.png": ("draw",)}
    forth, home = (read_by(there, *pair) for pair in (readers, readers[::-1]))
    assert [set(one.stages) for one in forth] == [set(one.stages) for one in home]


def test_the_workspace_counts_with_files_that_git_does_not_know_yet(
    commits: tuple[Commits, str, str],
) -> None:
    port, _, after = commits
    assert list(port.changes(after, None, ["src"])) == [
        FileChange("src/fit.py", Status.CHANGED, 1, 2),
        FileChange("src/gone.py", Status.ADDED, 1, 0),
        FileChange("src/new.py", Status.REMOVED, 0, 2),
    ]


def test_a_patch_is_given_of_text_where_it_is_asked_for(commits: tuple[Commits, str, str]) -> None:
    port, before, after = commits
    logo, code = port.changes(before, after, ["src/fit.py", "logo.png"], patch=True)
    assert logo.patch is None
    assert code.patch is not None
    lines = code.patch.splitlines()
    assert {"-b", "+B", "+d"} <= set(lines)


def test_a_tree_is_known_again_whatever_commit_it_stands_in(
    commits: tuple[Commits, str, str], tmp_path: Path
) -> None:
    port, before, after = commits
    if isinstance(port, MemoryCommits):
        again = port.commit()
    else:
        again = commit(Project(tmp_path, ()), BEFORE)
    assert again != before
    assert port.tree_id(again) == port.tree_id(before) != port.tree_id(after)


def test_equal_commits_do_not_differ(commits: tuple[Commits, str, str]) -> None:
    port, before, _ = commits
    assert list(port.changes(before, before, ["src"])) == []


def test_no_program_of_the_repository_shows_the_difference(tmp_path: Path) -> None:
    project = Project(tmp_path, ())
    project.git("init", "--quiet")
    first = commit(project, BEFORE)
    (tmp_path / ".gitattributes").write_text("*.py diff=evil\n")
    for key in ("command", "textconv"):
        project.git("config", f"diff.evil.{key}", f"touch {tmp_path / 'owned'}; cat")
    project.git("config", "diff.external", f"touch {tmp_path / 'owned'}")
    second = commit(project, AFTER)
    port = GitCommits(Repository.locate(tmp_path))
    assert len(port.changes(first, second, ["src"], patch=True)) == 3
    assert not (tmp_path / "owned").exists()


@pytest.fixture(params=["dvc", "memory"])
def outputs(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Outputs, OutFile]:
    """The port, and a file that it has."""
    data = b"bytes"
    digest = md5(data, usedforsecurity=False).hexdigest()
    if request.param == "memory":
        memory = MemoryOutputs()
        memory.add(data)
        return memory, OutFile("kept", MD5, digest)
    project = Project(tmp_path, ())
    project.git("init", "--quiet")
    project.run("dvc", "init", "--quiet")
    place = tmp_path / ".dvc" / "cache" / "files" / "md5" / digest[:2] / digest[2:]
    place.parent.mkdir(parents=True)
    place.write_bytes(data)
    git = Repository.locate(tmp_path).git
    checked = Checked(tmp_path / "checked.db")
    return DvcOutputs(Caches(tmp_path), checked, git), OutFile("kept", MD5, digest)


def test_bytes_are_read_where_they_lie(outputs: tuple[Outputs, OutFile]) -> None:
    port, file = outputs
    with port.reading(file, None) as path:
        assert path.read_bytes() == b"bytes"


def test_bytes_that_are_nowhere_are_out_of_reach(outputs: tuple[Outputs, OutFile]) -> None:
    port, file = outputs
    gone = OutFile(file.path, MD5, "0" * 32)
    with pytest.raises(OutOfReach, match="the bytes of kept are not"), port.reading(gone, None):
        pass
