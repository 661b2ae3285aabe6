"""Bytes that are only on a DVC remote, as people meet them on the command line."""

import fcntl
import os
import pty
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from hashlib import md5
from pathlib import Path

import pytest

import modelref
from support import remotes
from support.project import SCRIPTS, Project


def cache(project: Project) -> Path:
    return project.root / ".dvc" / "cache"


def forget(project: Project) -> None:
    """Empty the cache, as in a fresh clone."""
    shutil.rmtree(cache(project), ignore_errors=True)


@pytest.fixture(scope="module")
def registered(built_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with three registered versions, each in prod once."""
    project = built_project.copied_to(tmp_path_factory.mktemp("registered") / "shop")
    for commit in project.commits:
        project.modelref("register", "rec", "--rev", commit)
        project.modelref("promote", "rec@latest", "prod")
    return project


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """An empty folder for a DVC remote."""
    (tmp_path / "store").mkdir()
    return tmp_path / "store"


@pytest.fixture
def unpushed(registered: Project, store: Path, tmp_path: Path) -> Project:
    """The project, with a remote that has nothing yet."""
    project = registered.copied_to(tmp_path / "shop")
    remotes.configure(project.root, store)
    project.git("commit", "--quiet", "--all", "--message", "where bytes go")
    return project


@pytest.fixture
def pushed(unpushed: Project, store: Path) -> Project:
    """The project, with all its bytes on its remote."""
    shutil.copytree(cache(unpushed) / "files", store / "files")
    return unpushed


@pytest.fixture
def web(pushed: Project, store: Path) -> Iterator[tuple[Project, remotes.Server]]:
    """The same, its remote behind a web server whose URL has a password."""
    with remotes.serving(store) as server:
        url = server.url.replace("http://", "http://ada:hunter22@")
        pushed.run("dvc", "remote", "modify", "--quiet", "--local", "store", "url", url)
        yield pushed, server


def test_get_brings_what_only_the_remote_has(pushed: Project) -> None:
    forget(pushed)
    said = pushed.modelref("get", "rec#prod", "-o", "out")
    assert (said.out, said.err) == ("rec@v0.1.2: 2 files in out/\n", "")
    assert (pushed.root / "out" / "ids" / "items.json").read_text() == "[1, 2, 3]"
    modes = {stat.S_IMODE(path.stat().st_mode) for path in cache(pushed).glob("files/md5/*/*")}
    assert modes == {0o444}
    shutil.rmtree(pushed.root / "models" / "rec")
    pushed.run("dvc", "checkout", "--quiet", "models/rec")
    assert "up to date" in pushed.run("dvc", "status", "train").out, "DVC takes them as its own"


def test_get_tells_what_came_so_far_on_a_terminal(pushed: Project) -> None:
    forget(pushed)
    digest = md5(b"[1, 2, 3]", usedforsecurity=False).hexdigest()
    part = cache(pushed) / "modelref" / f"md5-{digest}.part"
    part.parent.mkdir(parents=True)
    screen, terminal = pty.openpty()
    with part.open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # as another process that brings that file
        child = get_in(pushed, stderr=terminal)
        os.close(terminal)
        read_until(screen, b"bringing 1 of 2 files from the DVC remote 'store', 0.0 MB")
    with suppress(OSError):  # what a terminal says once nobody can write to it any more
        read_until(screen, b"(nothing)")
    os.close(screen)
    assert child.communicate()[0] == b"rec@v0.1.2: 2 files in out/\n"
    assert child.returncode == 0


def test_get_tells_nothing_of_it_where_errors_go_to_no_terminal(pushed: Project) -> None:
    forget(pushed)
    screen, terminal = pty.openpty()
    with get_in(pushed, stdout=terminal, stderr=subprocess.PIPE) as child:
        assert child.communicate()[1] == b""
    assert b"bringing" not in os.read(screen, 4096)
    os.close(terminal)
    os.close(screen)


def get_in(
    project: Project, *, stdout: int = subprocess.PIPE, stderr: int
) -> "subprocess.Popen[bytes]":
    """Begin to get a version, its streams as given."""
    return subprocess.Popen(
        [str(SCRIPTS / "modelref"), "get", "rec#prod", "-o", "out"],
        cwd=project.root,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
        stdout=stdout,
        stderr=stderr,
    )


def read_until(screen: int, words: bytes) -> None:
    """Read what is shown on a terminal until some words are."""
    shown = b""
    while words not in shown:
        shown += os.read(screen, 4096)


def test_get_of_one_file_brings_no_other(pushed: Project) -> None:
    forget(pushed)
    pushed.modelref("get", "rec#prod", "ids/items.json", "-o", "out")
    files = [path for path in (cache(pushed) / "files").rglob("*") if path.is_file()]
    assert sorted(path.suffix for path in files) == ["", ".dir"]


def test_resolve_asks_no_remote_and_keeps_its_keys(web: tuple[Project, remotes.Server]) -> None:
    project, server = web
    forget(project)
    (out,) = project.modelref("resolve", "rec#prod", "--json").json["outs"]
    assert set(out) == {"path", "hash", "algorithm", "size", "files", "cached"}
    assert out["cached"] is False
    assert server.asked == []


def test_the_python_api_brings_them_too(pushed: Project) -> None:
    forget(pushed)
    files = modelref.open(pushed.root).get("rec#prod")
    assert files["models/rec/ids/items.json"].read_text() == "[1, 2, 3]"


def test_restore_brings_them_or_begins_nothing(pushed: Project, store: Path) -> None:
    forget(pushed)
    shutil.rmtree(pushed.root / "models" / "rec")
    before = pushed.git("status", "--porcelain")
    pushed.modelref("restore", "rec@v0.1.0", "--dry-run")
    assert not list(cache(pushed).rglob("*.part"))
    assert len([p for p in (cache(pushed) / "files").rglob("*") if p.is_file()]) == 1
    shutil.move(store, store.with_name("away"))
    said = pushed.modelref("restore", "rec@v0.1.1", check=False)
    assert said.code == 5
    assert "there is no folder" in said.err
    assert pushed.git("status", "--porcelain") == before
    shutil.move(store.with_name("away"), store)
    pushed.modelref("restore", "rec@v0.1.0")
    assert b"x 8" in (pushed.root / "models" / "rec" / "weights.bin").read_bytes()


def test_rollback_asks_the_remote_before_it_writes(pushed: Project, store: Path) -> None:
    forget(pushed)
    assert pushed.modelref("rollback", "rec#prod").code == 0
    shutil.rmtree(store / "files")
    forget(pushed)
    said = pushed.modelref("rollback", "rec#prod", check=False)
    assert said.code == 5
    assert "not whole, in the DVC cache or on a DVC remote (models/rec)" in said.err
    assert "--unchecked" in said.err
    shutil.rmtree(store)
    said = pushed.modelref("rollback", "rec#prod", check=False)
    assert said.code == 5
    assert "'store' cannot be read" in said.err
    assert "modelref rollback 'rec#prod' --unchecked" in said.err
    assert pushed.modelref("resolve", "rec#prod", "--json").json["version"] == "v0.1.1"
    assert "holds v0.1.0 again" in pushed.modelref("rollback", "rec#prod", "--unchecked").out


def test_rollback_needs_no_remote_while_the_cache_has_all(
    web: tuple[Project, remotes.Server],
) -> None:
    project, server = web
    server.fault = 500
    project.modelref("rollback", "rec#prod")
    assert server.asked == []


def test_register_that_is_pushed_wants_the_bytes_pushed_first(
    unpushed: Project, store: Path
) -> None:
    project = unpushed
    project.write("modelref.yaml", "remote: origin\n")
    commit = project.commits[-1]
    said = project.modelref("register", "rec", "--rev", commit, "--dry-run", check=False)
    assert said.code == 5
    assert "models/rec" in said.err
    assert "not on their DVC remote, so that nobody else could load the version" in said.err
    assert "hint: dvc push models/rec" in said.err
    project.run("dvc", "push", "--quiet", "models/rec")
    project.modelref("register", "rec", "--rev", commit, "--dry-run")


def test_what_a_model_was_measured_by_is_pushed_with_it(tmp_path: Path, store: Path) -> None:
    project = Project(tmp_path / "shop", ())
    project.root.mkdir()
    project.git("init", "--quiet", "--initial-branch=main")
    project.run("dvc", "init", "--quiet")
    remotes.configure(project.root, store)
    project.write("modelref.yaml", "remote: origin\n")
    project.write(
        "dvc.yaml",
        "stages:\n"
        "  train: {cmd: cp p.txt m.bin, deps: [p.txt], outs: [m.bin]}\n"
        "  rank: {cmd: mkdir eval && cp m.bin eval/l.csv, deps: [m.bin], outs: [eval]}\n"
        "artifacts:\n"
        "  rec: {path: m.bin, type: model, meta: {modelref: {panel: eval/l.csv, items: p.txt}}}\n",
    )
    for branch in ("main", "hold"):
        project.git("checkout", "--quiet", "-B", branch)
        project.write("p.txt", branch)
        project.run("dvc", "repro", "--quiet")
        project.git("add", "--all")
        project.git("commit", "--quiet", "--message", branch)
    project.git("checkout", "--quiet", "main")
    project.run("dvc", "checkout", "--quiet")
    project.git("init", "--quiet", "--bare", str(tmp_path / "host.git"))
    project.git("remote", "add", "origin", str(tmp_path / "host.git"))
    said = project.modelref("register", "rec", check=False)
    assert said.err.endswith("hint: dvc push m.bin eval\n")
    said = project.modelref("register", "rec", "--rev", "hold", check=False)
    assert said.err.endswith("hint: dvc push --all-commits m.bin eval\n")
    project.run("dvc", "push", "--all-commits", "m.bin", "eval")
    project.modelref("register", "rec", "--rev", "hold", "--no-push")
    shutil.rmtree(store / "files")
    said = project.modelref("push", check=False)
    assert "hint: dvc push --all-tags m.bin eval, then modelref push\n" in said.out


def test_push_wants_the_bytes_pushed_first(unpushed: Project, store: Path, tmp_path: Path) -> None:
    project = unpushed
    project.git("init", "--quiet", "--bare", str(tmp_path / "host.git"))
    project.git("remote", "set-url", "origin", str(tmp_path / "host.git"))
    said = project.modelref("push", check=False)
    assert said.code == 5
    assert "waits: the bytes of models/rec at commit" in said.out
    push = "dvc push --all-tags models/rec"
    add = "dvc remote add --local --default NAME URL, with the URL that it has now"
    hint = f"hint: {add}, then {push}, then modelref push"
    assert said.out.count(hint) == 3, "DVC reads the settings of each commit, older than the remote"
    project.run(
        "dvc", "remote", "add", "--quiet", "--local", "--default", "--quiet", "later", str(store)
    )
    assert f"hint: {push}, then modelref push" in project.modelref("push", check=False).out
    project.run(*push.split())
    assert "pushed 'rec@" in project.modelref("push").out


def test_push_says_what_helps_where_the_remote_was_moved_since(
    unpushed: Project, store: Path, tmp_path: Path
) -> None:
    """DVC sends the bytes of a commit to where that commit's settings say."""
    project = unpushed
    host = tmp_path / "host.git"
    project.git("init", "--quiet", "--bare", str(host))
    project.git("remote", "set-url", "origin", str(host))
    project.train(64)
    project.modelref("register", "rec")
    moved = tmp_path / "moved"
    moved.mkdir()
    project.run("dvc", "remote", "modify", "--quiet", "--quiet", "store", "url", str(moved))
    project.git("commit", "--quiet", "--all", "--message", "where bytes go now")
    waiting = project.modelref("push", check=False).out
    assert waiting.count("  hint: dvc remote add --local --default NAME URL, with the URL") == 4
    project.run(
        "dvc", "remote", "add", "--quiet", "--local", "--default", "--quiet", "store", str(moved)
    )
    assert "dvc remote add" not in project.modelref("push", check=False).out
    project.run("dvc", "push", "--quiet", "--all-tags", "models/rec")
    assert "pushed 'rec@" in project.modelref("push").out


def test_push_says_who_makes_the_folder_of_a_new_remote(
    unpushed: Project, store: Path, tmp_path: Path
) -> None:
    project = unpushed
    project.git("init", "--quiet", "--bare", str(tmp_path / "host.git"))
    project.git("remote", "set-url", "origin", str(tmp_path / "host.git"))
    project.train(64)
    project.modelref("register", "rec")
    store.rmdir()
    said = project.modelref("push", check=False).out
    assert f"cannot be read: there is no folder {store}\n" in said
    assert "  hint: if it is new, dvc push makes it; if not, see that it is up" in said
    assert said.count("then repeat\n") == 4
    project.run("dvc", "push", "--quiet")
    assert "there is no folder" not in project.modelref("push", check=False).out


def test_verify_says_whether_the_remote_has_what_is_missing(pushed: Project, store: Path) -> None:
    forget(pushed)
    said = pushed.modelref("verify")  # it brings the manifests, to know what to ask for
    assert "not in the cache here, but on their DVC remote (models/rec)" in said.out
    shutil.rmtree(store / "files")
    forget(pushed)
    said = pushed.modelref("verify", check=False)
    assert said.code == 1
    assert "nor on their DVC remote (models/rec)" in said.out
    assert "dvc push --all-tags models/rec" in said.out
    shutil.rmtree(store)
    said = pushed.modelref("verify")
    assert "it is not known who has them: the DVC remote 'store' cannot be read" in said.out


def test_credentials_are_shown_nowhere(web: tuple[Project, remotes.Server]) -> None:
    project, server = web
    forget(project)
    told = ""
    for fault in (403, "lie", None):
        server.fault = fault
        for args in (["get", "rec#prod"], ["get", "rec#prod", "--json"], ["verify"], ["-h"]):
            said = project.modelref(*args, check=False)
            told += said.out + said.err
    assert "403" in told
    assert "other bytes" in told
    assert "hunter22" not in told
    files = (path for path in (project.root / ".git" / "modelref").rglob("*") if path.is_file())
    assert not any(b"hunter22" in path.read_bytes() for path in files)


def test_a_remote_with_other_bytes_is_refused_and_leaves_nothing(
    web: tuple[Project, remotes.Server],
) -> None:
    project, server = web
    forget(project)
    server.fault = "lie"
    said = project.modelref("get", "rec#prod", check=False)
    assert said.code == 5
    assert "the DVC remote 'store' has other bytes for models/rec than its hash says" in said.err
    assert not [path for path in cache(project).rglob("*") if path.is_file()]
    assert not (project.root / "rec-v0.1.2").exists()


def test_a_remote_that_hangs_is_given_up_on(web: tuple[Project, remotes.Server]) -> None:
    project, server = web
    project.run("dvc", "remote", "modify", "--quiet", "--local", "store", "read_timeout", "0.2")
    forget(project)
    server.fault = "hang"
    said = project.modelref("get", "rec#prod", check=False)
    assert said.code == 5
    assert "the DVC remote 'store'" in said.err
    server.fault = None
    project.modelref("get", "rec#prod")


@pytest.mark.parametrize("how_much", [1, 3, 6])
def test_killed_half_way_a_repeat_brings_the_rest(
    project: Project, tmp_path: Path, how_much: int
) -> None:
    store = tmp_path / "store"
    files = {f"{number}.bin": bytes([number]) * (1 << 20) for number in range(8)}
    out = remotes.put_folder(store, "big", files)
    with remotes.serving(store) as server:
        project.run("dvc", "remote", "add", "--quiet", "--default", "--quiet", "store", server.url)
        project.run("dvc", "remote", "modify", "--quiet", "--quiet", "store", "jobs", "1")
        project.write("big.dvc", f"outs:\n- path: big\n  hash: md5\n  md5: {out.hash}\n")
        with (project.root / "dvc.yaml").open("a") as file:
            file.write("  big: {path: big, type: model}\n")
        project.git("add", "--all")
        project.git("commit", "--quiet", "--message", "big")
        project.git("tag", "--annotate", "--message", "big", "big@v1.0.0")
        server.stop_after = how_much + 1  # the manifest is the first
        child = subprocess.Popen(
            [str(SCRIPTS / "modelref"), "get", "big@v1.0.0"],
            cwd=project.root,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert server.reached.wait(60)
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        server.over.set()
        server.stop_after = None
        assert not (project.root / "big-v1.0.0").exists()
        asked = len(server.asked)
        project.modelref("get", "big@v1.0.0")
        assert len(server.asked) - asked == 8 - how_much, "what had come was not asked for again"
    assert (project.root / "big-v1.0.0" / "7.bin").read_bytes() == files["7.bin"]
    assert not list(cache(project).rglob("*.part"))


def test_a_default_remote_that_is_none_is_named(project: Project) -> None:
    project.run("dvc", "config", "--quiet", "core.remote", "nope")
    for args in (["register", "rec"], ["register", "--changed"]):
        said = project.modelref(*args, "--rev", project.commits[0], check=False)
        assert said.code == 2
        assert "config file error: remote 'nope' doesn't exist" in said.err
        assert "hint: dvc remote list shows the remotes that DVC knows" in said.err
