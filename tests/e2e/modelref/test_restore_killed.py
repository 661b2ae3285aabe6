"""A restore that is killed at any point is completed by repeating it, or undone without a trace."""

import random
import subprocess
import sys

import pytest

from support.project import Project
from support.tree import tree_of

MOMENTS = 34
# Counts what touches the disk or starts a program, and dies at the n-th as if by a power cut.
_DYING = """
import os, signal, sys
at, seen = int(sys.argv.pop(1)), 0
touching = {"os.rename", "os.link", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "os.symlink",
            "subprocess.Popen"}
def count(event, args):
    global seen
    if event in touching or event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR):
        seen += 1
        if seen == at:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(count)
sys.dont_write_bytecode = True
from modelref.surfaces.cli import main
try:
    main()
finally:
    print(seen, file=sys.stderr)
"""


def dying(project: Project, at: int, *args: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", _DYING, str(at), *args],
        cwd=project.root,
        capture_output=True,
        text=True,
        check=False,
    )


def state(project: Project) -> tuple[object, str, str]:
    """Files, what HEAD is, and what git and its index see."""
    return (
        tree_of(project.root),
        project.git("rev-parse", "HEAD^{tree}"),
        project.run("git", "status", "--porcelain").out,
    )


@pytest.fixture(scope="module")
def ready(built_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = built_project.copied_to(tmp_path_factory.mktemp("killed") / "shop")
    project.modelref("register", "rec", "--rev", project.commits[0])
    dvc_yaml = project.root / "dvc.yaml"
    dvc_yaml.write_text(dvc_yaml.read_text().replace("python train.py", "python  train.py"))
    script = project.root / "train.py"
    script.write_text(script.read_text().replace('"ids"', '"keys"'))
    project.train(64)
    project.run("dvc", "config", "--quiet", "--local", "cache.type", "hardlink")
    project.run("dvc", "checkout", "--relink", "--quiet")
    project.write("notes.txt", "mine")
    return project


@pytest.mark.parametrize("options", [(), ("--commit",)])
@pytest.mark.parametrize("worker", range(2))
def test_killed_anywhere_it_is_completed_or_undone(
    ready: Project, tmp_path_factory: pytest.TempPathFactory, options: tuple[str, ...], worker: int
) -> None:
    command = ("restore", "rec@v0.1.0", "--with-pipeline", *options)
    whole = ready.copied_to(tmp_path_factory.mktemp("whole") / "shop")
    before = state(whole)
    ended = dying(whole, 0, *command)
    assert ended.returncode == 0, ended.stderr
    steps, after = int(ended.stderr.split()[-1]), state(whole)
    assert steps > 40
    moments = random.Random(worker).sample(range(1, steps + 1), MOMENTS // 2)
    for moment in moments:
        project = ready.copied_to(tmp_path_factory.mktemp("at") / "shop")
        killed = dying(project, moment, *command)
        assert killed.returncode == -9, (moment, killed.stderr)
        begun = (project.root / ".git/modelref/restore").exists()
        if begun and moment % 3:
            other = project.modelref("restore", "rec@v0.1.0", check=False)
            assert other.code == 1
            assert (
                "error: the restore of rec@v0.1.0 is unfinished\nhint: complete it: " in other.err
            )
            assert " or undo it: modelref restore --abort" in other.err
            dying(project, moment // 2 + 1, "restore", "--abort")
            if (project.root / ".git/modelref/restore").exists():
                project.modelref("restore", "--abort")
            assert state(project) == before, f"undone after {moment} of {steps}"
        else:
            dying(project, moment, *command)
            project.modelref(*command)
            assert state(project) == after, f"completed after {moment} of {steps}"
        # One that was killed while it tidied up is swept away after by the next.
        project.modelref("restore", "--abort", check=False)
        assert not list((project.root / ".git/modelref").glob("restore*/"))


def test_later_work_is_not_lost_to_a_repeat(
    ready: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    command = ("restore", "rec@v0.1.0", "--with-pipeline")
    for moment in range(20, 200):
        project = ready.copied_to(tmp_path_factory.mktemp("work") / "shop")
        dying(project, moment, *command)
        if (project.root / ".git/modelref/restore").exists():
            break
    (project.root / "params.yaml").write_text("mine: 1\n")
    for again in (command, ("restore", "--abort")):
        result = project.modelref(*again, check=False)
        assert result.code == 1
        assert result.err.startswith(
            "error: params.yaml was changed while the restore of rec@v0.1.0 was unfinished\n"
            "hint: move params.yaml away, then repeat the command"
        )
        assert (project.root / "params.yaml").read_text() == "mine: 1\n"
    (project.root / "params.yaml").rename(project.root / "mine.yaml")
    project.modelref("restore", "--abort")
    assert "factors: 64" in (project.root / "params.yaml").read_text()
