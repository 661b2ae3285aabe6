"""One bad object or file: it is named, and takes nothing else down."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from modelref.adapters.dvc.declared.places import Place
from modelref.adapters.dvc.engine.opened import all_files, check_opened
from modelref.adapters.git.commits import GitCommits
from modelref.adapters.git.repository import Repository
from modelref.errors import BadInput
from support.inprocess import run
from support.locked import commit_lock, keep, locked_clone, out, version
from support.project import SCRIPTS, Project
from support.tiny import tiny_registry

BOMB = "a: &a [{}]\n".format("x," * 1000) + "b: [{}]\n".format("*a," * 1900)


@pytest.fixture
def clone(tmp_path: Path) -> Project:
    """Two versions that DVC keeps, with metrics in git."""
    project = locked_clone(tmp_path / "clone")
    for number in (1, 2):
        project.write("metrics.json", f'{{"auc": 0.{number}}}')
        commit_lock(
            project,
            [out("w.bin", keep(project, str(number).encode()), size=1)],
            path="w.bin",
            definition={"metrics": [{"metrics.json": {"cache": False}}]},
            locked={"params": {"params.yaml": {"lr": 0.1}}},
        )
        version(project, f"m@v0.1.{number}")
    return project


@pytest.fixture
def tiny(tmp_path: Path) -> Project:
    """Two versions of a file in git, which prod held in turn."""
    project = tiny_registry(tmp_path / "tiny", ("rec",), 3)
    for number in (1, 2):
        run(project.root, "promote", f"rec@v0.{number}.0", "prod")
    return project


def lose(project: Project, name: str) -> None:
    """Remove an object from a clone."""
    oid = project.git("rev-parse", name)
    (project.root / ".git" / "objects" / oid[:2] / oid[2:]).unlink()


@pytest.mark.parametrize("path", ["params.yaml", "conf/vars.yaml", "dvc.yaml"])
def test_a_bomb_is_found_before_dvc_opens_it(clone: Project, path: str) -> None:
    if path == "conf/vars.yaml":
        text = (clone.root / "dvc.yaml").read_text()
        clone.write("dvc.yaml", text[:-1] + ', "vars": ["conf/vars.yaml"]}')
    clone.write(path, BOMB)
    clone.git("add", "--all")
    clone.git("commit", "--quiet", "--message", "bomb")
    refused = run(clone.root, "register", "m")
    assert refused.code == 2
    assert f"{path} repeats its aliases without end" in refused.err


def test_a_bomb_of_another_model_is_found_when_all_files_are_opened(clone: Project) -> None:
    clone.write("other/dvc.yaml", BOMB)
    clone.git("add", "--all")
    clone.git("commit", "--quiet", "--message", "bomb")
    commits = GitCommits(Repository.locate(clone.root))
    place = Place(commits, clone.git("rev-parse", "HEAD"))
    check_opened(place, ["dvc.yaml"])
    with pytest.raises(BadInput, match=r"other/dvc\.yaml repeats its aliases without end"):
        check_opened(place, all_files(place))


def test_metrics_that_cannot_be_read_keep_no_other_version_back(clone: Project) -> None:
    clone.write("metrics.json", "{bad")
    clone.git("commit", "--quiet", "--all", "--message", "bad")
    version(clone, "m@v0.1.3")
    rows = run(clone.root, "show", "m", "--json").json["versions"]
    assert [row["metrics"] for row in rows][1:] == [
        {"metrics.json": {"auc": 0.2}},
        {"metrics.json": {"auc": 0.1}},
    ]
    assert rows[0]["metrics"] == {}
    told = run(clone.root, "verify")
    assert told.code == 0
    assert "metrics.json is not valid JSON" in told.out


@pytest.mark.parametrize("number", ["9" * 400, "-" + "9" * 400, "1" + "0" * 4000])
def test_a_number_that_no_float_holds_is_told(clone: Project, number: str) -> None:
    clone.write("metrics.json", f'{{"auc": {number}}}')
    clone.write("params.yaml", "lr: 0x" + "F" * 5000)
    clone.git("add", "--all")
    clone.git("commit", "--quiet", "--all", "--message", "long")
    version(clone, "m@v0.1.3")
    assert run(clone.root, "show", "m@v0.1.3", "--json").code == 0
    card = run(clone.root, "show", "m@v0.1.3")
    assert "has a number of more than 300 digits: auc" in card.out + card.err
    compared = run(clone.root, "diff", "m@v0.1.1", "m@v0.1.3")
    assert compared.code == 0
    assert "a number of 5,002 digits" in compared.out + compared.err


def test_lost_metrics_are_not_taken_for_none(clone: Project) -> None:
    lose(clone, "m@v0.1.1^{commit}:metrics.json")
    card = run(clone.root, "show", "m@v0.1.1")
    assert card.code == 0
    assert "the bytes of metrics.json of commit" in card.out + card.err
    rows = run(clone.root, "show", "m", "--json").json["versions"]
    assert rows[0]["metrics"] == {"metrics.json": {"auc": 0.2}}
    told = run(clone.root, "verify")
    assert told.code == 1
    assert "has metrics that cannot be read: the bytes of metrics.json" in told.out
    assert "git fetch --refetch" in told.out


def test_a_lost_lock_is_named_by_every_command(clone: Project) -> None:
    lose(clone, "m@v0.1.1^{commit}:dvc.lock")
    for command in (["show", "m@v0.1.1"], ["get", "m@v0.1.1"], ["restore", "m@v0.1.1"]):
        refused = run(clone.root, *command)
        assert refused.code == 5
        assert "the bytes of dvc.lock of commit" in refused.err
        assert "are missing from this clone" in refused.err
    told = run(clone.root, "verify")
    assert told.code == 1
    assert "cannot be loaded: the bytes of dvc.lock" in told.out


def test_a_lost_file_of_a_model_in_git_is_named(tiny: Project) -> None:
    lose(tiny, "rec@v0.1.0^{commit}:rec.txt")
    for command in (["get", "rec@v0.1.0"], ["rollback", "rec#prod"]):
        refused = run(tiny.root, *command)
        assert refused.code == 5
        assert "the bytes of rec.txt of commit" in refused.err


def test_a_write_says_what_is_odd_about_the_tags(tiny: Project) -> None:
    lose(tiny, "rec@v0.1.0")
    done = run(tiny.root, "rollback", "rec#prod")
    assert done.code == 0
    assert "warning: " in done.err
    assert "rec@v0.1.0" in done.err


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("put", [endless, os.mkfifo])
@pytest.mark.parametrize("name", ["modelref.yaml", ".gto"])
def test_settings_that_never_end_are_not_read(
    tiny: Project, name: str, put: Callable[[Path], None]
) -> None:
    put(tiny.root / name)
    refused = run(tiny.root, "promote", "rec@v0.3.0", "prod")
    assert refused.code == 2
    assert f"{name} is no plain file" in refused.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[cache]\ndir = ~nobody-has-this-name/x\n", "is no folder"),
        ("[cache]\ndir = a\0b\n", "is no folder"),
        (None, "is no DVC config"),
    ],
)
def test_a_cache_that_cannot_be_is_told(clone: Project, text: str | None, said: str) -> None:
    config = clone.root / ".dvc" / "config"
    config.unlink()
    if text is None:
        endless(config)
    else:
        config.write_text(text)
    refused = run(clone.root, "get", "m@v0.1.1")
    assert refused.code == 2
    assert said in refused.err


def test_a_lock_file_of_git_is_named_with_its_age(clone: Project) -> None:
    clone.write("w.bin", "2")
    clone.write(".gitignore", "/w.bin\n")
    clone.git("add", "--all")
    clone.git("commit", "--quiet", "--message", "ignore")
    lock = clone.root / ".git" / "index.lock"
    lock.touch()
    refused = run(clone.root, "restore", "m@v0.1.1", "--commit")
    assert refused.code == 4
    assert "index.lock, " in refused.err
    assert " old, is in the way" in refused.err
    assert refused.err.count("--abort") == 1
    lock.unlink()
    assert run(clone.root, "restore", "m@v0.1.1", "--commit").code == 0


def test_a_comment_character_of_ones_own_hides_no_trailer(tiny: Project) -> None:
    run(tiny.root, "promote", "rec@v0.3.0", "prod")
    tiny.git("config", "core.commentChar", "M")
    for _ in range(2):
        assert run(tiny.root, "rollback", "rec#prod").code == 0
    assert run(tiny.root, "resolve", "rec#prod", "--json").json["version"] == "v0.1.0"


def test_what_redirects_git_is_not_believed(tiny: Project, tmp_path: Path) -> None:
    other = tiny_registry(tmp_path / "other", ("other",), 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_DIR", str(other.root / ".git"))
        patch.setenv("GIT_WORK_TREE", str(other.root))
        shown = run(tiny.root, "show", "--json").json
    assert [row["name"] for row in shown["models"]] == ["rec"]


def test_an_object_is_what_its_name_says_whatever_replaces_it(tiny: Project) -> None:
    first, last = tiny.commits[0], tiny.commits[-1]
    before = run(tiny.root, "resolve", "rec@v0.1.0", "--json").json
    tiny.git("replace", first, last)
    assert run(tiny.root, "resolve", "rec@v0.1.0", "--json").json == before


def test_a_rollback_that_nobody_heard_of_pops_once(tiny: Project) -> None:
    run(tiny.root, "promote", "rec@v0.3.0", "prod")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [str(SCRIPTS / "modelref"), "rollback", "rec#prod"],
            cwd=tiny.root, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 5
    assert "cannot write to standard output" in done.stderr
    assert "holds v0.2.0 already" in run(tiny.root, "rollback", "rec#prod").out
    assert "holds v0.1.0 again" in run(tiny.root, "rollback", "rec#prod").out


def test_what_was_wrong_later_is_not_seen_at_an_earlier_time(tiny: Project) -> None:
    name = "rec#prod#3"
    date = "@1900000000 +0000"
    tiny.run(
        "git", "tag", "-a", "-m", "two of one stage", name, tiny.commits[0], GIT_COMMITTER_DATE=date
    )
    now = run(tiny.root, "verify", "--json").json["checked"]["events"]
    then = run(tiny.root, "verify", "--at", "2029-12-31", "--json").json["checked"]["events"]
    assert then == now - 1


def test_each_move_is_a_line_of_json(tiny: Project) -> None:
    done = run(tiny.root, "follow", "rec#prod", "--json", "--once", "--exec", "exit 3")
    (line,) = done.out.splitlines()
    assert json.loads(line) == {
        "ref": "rec#prod",
        "model": "rec",
        "version": "v0.2.0",
        "tag": "rec#prod#2",
        "commit": tiny.commits[1],
    }
    assert (done.code, "ended with exit code 3" in done.err) == (1, True)
    refused = run(tiny.root, "follow", "rec#prod")
    assert (refused.code, "add --exec CMD, or --json" in refused.err) == (2, True)


@pytest.mark.parametrize("kind", ["hardlink", "symlink"])
def test_what_shares_its_bytes_with_the_cache_cannot_be_written(clone: Project, kind: str) -> None:
    clone.write(".dvc/config", f"[cache]\ntype = {kind}\n")
    cached = next((clone.root / ".dvc/cache/files/md5").glob("*/*"))
    cached.chmod(0o644)
    assert run(clone.root, "get", "m@v0.1.1", "-o", "one").code == 0
    assert run(clone.root, "get", "m@v0.1.2", "-o", "two").code == 0
    for path in ("one/w.bin", "two/w.bin"):
        assert (clone.root / path).stat().st_mode & 0o222 == 0
