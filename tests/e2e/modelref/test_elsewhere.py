"""A repository that nobody cloned: every read answers as in a clone, and nothing is written."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import pytest

import modelref
from modelref.adapters.git.elsewhere import server
from modelref.adapters.git.elsewhere import tags as elsewhere_tags
from modelref.errors import OutOfReach, Refused
from support import remotes
from support.elsewhere import Remote, everything, kept, script, serve
from support.inprocess import run
from support.project import Project
from support.tiny import tiny_registry

READS = [
    ["show"],
    ["show", "rec"],
    ["show", "rec@v0.1.0"],
    ["show", "rec", "--at", "2020-01-01"],
    ["history"],
    ["history", "rec", "--stage", "prod"],
    ["resolve", "rec#prod"],
    ["diff", "rec@v0.1.0", "rec@latest"],
    ["verify"],
]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = tiny_registry(tmp_path_factory.mktemp("elsewhere") / "shop", ("rec", "sim"), 3)
    registry = modelref.open(project.root)
    registry.promote("rec@v0.1.0", "prod")
    registry.promote("rec@v0.2.0", "prod")
    return project


@pytest.fixture
def remote(clone: Project, tmp_path: Path) -> Iterator[Remote]:
    with pytest.MonkeyPatch.context() as patch:
        yield serve(clone.copied_to(tmp_path / "clone"), tmp_path / "remote", patch)


@pytest.mark.parametrize("args", READS, ids=" ".join)
def test_a_url_is_read_as_a_clone_is(remote: Remote, args: list[str]) -> None:
    here, there = run(remote.clone.root, *args, "--json"), remote.read(*args, "--json")
    assert (there.code, there.out) == (here.code, here.out)
    assert here.code == 0 or "--at" in args


@pytest.mark.parametrize("args", READS, ids=" ".join)
def test_a_folder_is_read_where_it_lies_and_left_as_it_is(remote: Remote, args: list[str]) -> None:
    before = everything(remote.clone.root)
    here = run(remote.clone.root, *args, "--json")
    there = run(remote.bare.root, "--repo", str(remote.clone.root), *args, "--json")
    assert (there.code, there.out) == (here.code, here.out)
    assert everything(remote.clone.root) == before


@pytest.mark.parametrize("form", ["file://{}", "{}", "{}/.git", "relative", "worktree", "linked"])
def test_a_folder_may_be_named_in_many_ways(remote: Remote, tmp_path: Path, form: str) -> None:
    root = remote.clone.root
    if form == "worktree":
        remote.clone.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "tree"))
        form = str(tmp_path / "tree")
    elif form == "linked":
        (root / ".git").rename(tmp_path / "moved.git")
        (root / ".git").symlink_to(tmp_path / "moved.git")
        form = "{}"
    elif form == "relative":
        form = "clone"
    shown = run(tmp_path, "--repo", form.format(root), "show", "rec")
    assert (shown.code, shown.out.count("\nv0.")) == (0, 3)


def test_a_relative_folder_starts_from_the_one_that_is_named(remote: Remote) -> None:
    shown = run(Path("/"), "-C", str(remote.clone.root.parent), "--repo", "clone", "show")
    assert shown.code == 0


def test_files_come_from_a_url(remote: Remote, tmp_path: Path) -> None:
    got = remote.read("get", "rec#prod", "-o", str(tmp_path / "out"))
    assert got.code == 0
    assert (tmp_path / "out" / "rec.txt").read_text() == "rec 2\n"


def test_python_opens_a_url(remote: Remote) -> None:
    registry = modelref.open(remote.url)
    assert registry.resolve("rec#prod").version == "v0.2.0"
    (path,) = registry.get("rec@v0.1.0").values()
    assert path.read_text() == "rec 1\n"
    assert path.is_relative_to(remote.log.parent / "cache")
    with pytest.raises(Refused, match="is only read") as caught:
        registry.promote("rec@v0.3.0", "prod")
    assert caught.value.hint == f"git clone {remote.url}, and run the command in that clone"
    assert [model.name for model in modelref.open(f"file://{remote.bare.root}").models()]


@pytest.mark.parametrize(
    "args",
    [
        ["register", "rec"],
        ["promote", "rec@v0.3.0", "prod"],
        ["rollback", "rec#prod"],
        ["unassign", "rec#prod"],
        ["deregister", "rec@v0.3.0"],
        ["deprecate", "rec"],
        ["restore", "rec@v0.1.0"],
        ["init"],
    ],
    ids=lambda args: args[0],
)
def test_nothing_is_written_elsewhere(remote: Remote, args: list[str]) -> None:
    for repo in (remote.url, str(remote.clone.root)):
        before = everything(remote.log.parent.parent)
        refused = run(remote.log.parent, "--repo", repo, *args)
        assert refused.code == 1
        assert refused.err == (
            f"error: modelref {args[0]} writes, and a repository named by --repo is only read\n"
            "hint: git clone it, and run the command in that clone\n"
        )
        assert everything(remote.log.parent.parent) == before


def test_there_is_no_workspace_elsewhere(remote: Remote) -> None:
    refused = remote.read("diff", "rec@v0.1.0")
    assert refused.code == 2
    assert "it has no workspace\nhint: name a version or a commit" in refused.err


def test_a_repository_without_a_version_says_so(remote: Remote, tmp_path: Path) -> None:
    Project(tmp_path, ()).git("init", "--quiet", "--bare", str(tmp_path / "empty.git"))
    shown = run(tmp_path, "--repo", "empty.git", "show")
    said = "no version of any model is registered in that repository\n"
    assert (shown.code, shown.out, shown.err) == (0, "", said)


def test_only_one_models_tags_come_and_no_files(remote: Remote) -> None:
    assert remote.read("show", "rec").code == 0
    mirror = Project(kept(remote), ())
    tags = mirror.git("for-each-ref", "--format=%(refname:strip=2)").splitlines()
    assert tags == ["rec#prod#1", "rec#prod#2", "rec@v0.1.0", "rec@v0.2.0", "rec@v0.3.0"]
    kinds = mirror.git("cat-file", "--batch-all-objects", "--batch-check=%(objecttype)").split()
    assert sorted(set(kinds)) == ["commit", "tag", "tree"]


def test_files_come_in_one_connection_and_once(remote: Remote) -> None:
    assert remote.read("show", "rec@v0.1.0").code == 0
    # One to greet, one for the tags, one for the default branch (which says who must sign), one for
    # dvc.yaml, one for the file that is the model.
    assert remote.connections == 5
    assert remote.read("show", "rec@v0.1.0").code == 0
    assert remote.connections == 7


def test_all_versions_metrics_come_together(project: Project, tmp_path: Path) -> None:
    for commit in project.commits:
        project.modelref("register", "rec", "--rev", commit)
    with pytest.MonkeyPatch.context() as patch:
        remote = serve(project, tmp_path / "remote", patch)
        assert remote.read("show", "rec").code == 0
        before = remote.connections
        shown = remote.read("show", "rec", "--json")
        assert shown.out == run(project.root, "show", "rec", "--json").out
        # One for the tags, one for all dvc.yaml and dvc.lock, one for all metrics.
        assert remote.connections == before + 3


def test_what_is_new_there_is_seen_at_each_read(remote: Remote) -> None:
    registry = modelref.open(remote.url)
    moves = islice(registry.follow("rec#prod", interval=0), 2)
    assert str(next(moves).version) == "v0.2.0"
    modelref.open(remote.clone.root).promote("rec@v0.3.0", "prod")
    remote.push("--tags")
    assert str(next(moves).version) == "v0.3.0"
    assert registry.resolve("rec#prod").version == "v0.3.0"


def test_moved_and_deleted_tags_are_told_once(remote: Remote) -> None:
    assert remote.read("show").code == 0
    old = remote.bare.git("rev-parse", "refs/tags/rec@v0.2.0")[:10]
    gone = remote.bare.git("rev-parse", "refs/tags/rec@v0.3.0")[:10]
    remote.bare.git("tag", "--force", "-a", "-m", "x", "rec@v0.2.0", "main")
    remote.bare.git("update-ref", "-d", "refs/tags/rec@v0.3.0")
    new = remote.bare.git("rev-parse", "refs/tags/rec@v0.2.0")[:10]
    told = remote.read("show", "rec").err
    since = f"since {remote.url} was last read\n"
    assert f"the tag 'rec@v0.2.0' was moved there, from {old} to {new}, {since}" in told
    assert f"the tag 'rec@v0.3.0' was deleted there (it was {gone}), {since}" in told
    again = remote.read("show", "rec")
    assert again.err == ""
    assert "v0.3.0" not in again.out


@pytest.mark.parametrize("by", ["url", "folder"])
@pytest.mark.parametrize("what", ["deleted", "moved"])
def test_a_newest_event_that_its_lease_alone_names_is_told(
    remote: Remote, by: str, what: str
) -> None:
    newest = remote.bare.git("rev-parse", "refs/tags/rec#prod#2")
    remote.bare.git("update-ref", "refs/modelref/head/rec#prod#", newest)
    where = remote.url if by == "url" else str(remote.bare.root)
    assert run(remote.clone.root, "--repo", where, "resolve", "rec#prod").err == ""
    assert remote.read("resolve", "rec#prod").err == ""
    remote.bare.git("update-ref", "-d", "refs/tags/rec#prod#2")
    if what == "moved":
        older = remote.bare.git("rev-parse", "refs/tags/rec#prod#1")
        remote.bare.git("update-ref", "refs/tags/rec#prod#2", older)
    shutil.rmtree(remote.log.parent / "cache")  # nobody here has seen it
    for args in (["resolve", "rec#prod"], ["show"], ["verify"], ["history", "rec"]):
        told = run(remote.clone.root, "--repo", where, *args)
        assert "the tag 'rec#prod#2' is " in told.out + told.err
        assert newest[:10] in told.out + told.err
        assert told.code == (1 if args == ["verify"] else 0)
    assert run(remote.clone.root, "--repo", where, "resolve", "sim@latest").err == ""


@pytest.mark.parametrize("by", ["url", "folder"])
def test_a_lease_that_was_seen_before_its_tag_is_looked_at_again(
    remote: Remote, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = remote.bare.git("rev-parse", "refs/tags/rec#prod#2")
    remote.bare.git("update-ref", "refs/modelref/head/rec#prod#", newest)
    remote.bare.git("update-ref", "-d", "refs/tags/rec#prod#2")

    def push_ends(_: float) -> None:
        remote.bare.git("update-ref", "refs/tags/rec#prod#2", newest)

    monkeypatch.setattr(elsewhere_tags, "sleep", push_ends)
    where = remote.url if by == "url" else str(remote.bare.root)
    resolved = run(remote.clone.root, "--repo", where, "resolve", "rec#prod", "--json")
    assert (resolved.err, resolved.json["tag"]) == ("", "rec#prod#2")


def test_the_default_branch_is_known_where_nothing_is_checked_out(remote: Remote) -> None:
    gate = ["gate", "rec@v0.3.0", "prod"]
    for where in (remote.url, str(remote.bare.root)):
        asked = run(remote.clone.root, "--repo", where, *gate)
        assert (asked.code, asked.err) == (0, "")
        assert "no rule of the default branch guards prod" in asked.out
    checked_out = run(remote.clone.root, "--repo", str(remote.clone.root), *gate)
    assert "no default branch is known here, so the rules are those of HEAD" in checked_out.err
    assert "hint: name the repository that it was cloned from: modelref --repo" in checked_out.err


def test_a_hint_needs_no_clone(remote: Remote, tmp_path: Path) -> None:
    out = remotes.put_folder(tmp_path / "bytes", "big", {"w": b"weights"})
    clone = remote.clone
    clone.write("big.dvc", f"outs:\n- path: big\n  hash: md5\n  md5: {out.hash}\n")
    clone.write("dvc.yaml", "artifacts:\n  big: {path: big, type: model}\n")
    clone.git("add", "big.dvc", "dvc.yaml")
    clone.git("commit", "--quiet", "--message", "big")
    clone.git("tag", "--annotate", "--message", "big", "big@v1.0.0")
    remote.push("main", "--tags")
    found = remote.read("verify", "big", "--json").json["findings"]
    command = f"modelref --repo {remote.url} get big@v1.0.0"
    assert [one["hint"] for one in found if one["kind"] == "missing-bytes"] == [command]
    assert "dvc fetch" not in remote.read("diff", "big@v1.0.0", "rec@latest").err


def test_a_server_that_cannot_filter_gives_the_commits_asked_for(remote: Remote) -> None:
    remote.bare.git("config", "uploadpack.allowFilter", "false")
    for args in READS:
        assert remote.read(*args, "--json").out == run(remote.clone.root, *args, "--json").out
    history = Project(kept(remote), ()).git("rev-list", "--count", "refs/tags/rec@v0.3.0")
    assert history == "1"


def test_a_repository_of_sha256_ids(remote: Remote, tmp_path: Path) -> None:
    clone = Project(tmp_path / "new", ())
    clone.root.mkdir()
    clone.git("init", "--quiet", "--object-format=sha256")
    clone.write("dvc.yaml", "artifacts: {rec: {path: rec.txt, type: model}}")
    clone.write("rec.txt", "1")
    clone.git("add", "--all")
    clone.git("commit", "--quiet", "-m", "x")
    modelref.open(clone.root).register("rec")
    clone.git("clone", "--quiet", "--bare", str(clone.root), str(tmp_path / "new.git"))
    here = run(clone.root, "resolve", "rec@latest", "--json").out
    url = f"ssh://git@example.test{tmp_path / 'new.git'}"
    for repo in (url, str(clone.root)):
        assert run(tmp_path, "--repo", repo, "resolve", "rec@latest", "--json").out == here


def test_a_damaged_mirror_is_made_anew(remote: Remote) -> None:
    for damage in (cut_packs, empty_head, leave_locks, lose_refs, unnote):
        assert remote.read("show", "rec@v0.1.0").code == 0
        damage(kept(remote))
        shown = remote.read("show", "rec@v0.1.0", "--json")
        assert shown.out == run(remote.clone.root, "show", "rec@v0.1.0", "--json").out, damage


def cut_packs(git: Path) -> None:
    for pack in git.glob("objects/pack/*.pack"):
        pack.chmod(0o644)
        os.truncate(pack, pack.stat().st_size // 2)


def empty_head(git: Path) -> None:
    (git / "HEAD").write_text("")


def leave_locks(git: Path) -> None:
    """As a killed fetch does."""
    (git / "refs" / "tags" / "rec@v0.1.0.lock").write_text("")
    (git / "packed-refs.lock").write_text("")
    shutil.rmtree(git / "refs" / "tags")
    (git / "refs" / "tags").mkdir()
    (git / "refs" / "tags" / "rec@v0.1.0.lock").write_text("")


def lose_refs(git: Path) -> None:
    shutil.rmtree(git / "refs")


def unnote(git: Path) -> None:
    """As an initialisation that was killed before its end."""
    (git.parent / "remote.json").unlink()


def test_two_processes_may_fetch_at_once(remote: Remote) -> None:
    argv = [sys.executable, "-m", "modelref", "--repo", remote.url, "show", "--json"]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: subprocess.run(argv, capture_output=True), range(4)))  # noqa: PLW1510
    here = json.loads(run(remote.clone.root, "show", "--json").out)
    assert [json.loads(one.stdout) for one in done] == [here] * 4


def test_the_cache_is_for_its_owner_alone(remote: Remote) -> None:
    assert remote.read("show").code == 0
    top = kept(remote).parents[1]
    assert top.stat().st_mode & 0o777 == 0o700
    top.chmod(0o777)
    refused = remote.read("show")
    assert refused.code == 5
    assert f"error: {top} is not yours alone: others could have put things there" in refused.err


def test_a_remote_that_is_gone_is_out_of_reach(remote: Remote) -> None:
    assert remote.read("show").code == 0
    remote.bare.root.rename(remote.bare.root.with_name("gone.git"))
    refused = remote.read("show")
    assert refused.code == 5
    assert refused.err.startswith(f"error: cannot read {remote.url}: ")
    assert "does not appear to be a git repository" in refused.err


def test_a_remote_that_says_nothing_is_given_up(
    remote: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asleep = tmp_path / "asleep"
    hang = script(tmp_path / "hang", f"sleep 600 & echo $! > {asleep}; wait")
    monkeypatch.setenv("GIT_SSH_COMMAND", str(hang))
    monkeypatch.setattr(server, "QUIET", 1.0)
    refused = remote.read("show")
    assert refused.code == 5
    assert "git ls-remote was given up: the remote said nothing for 1 seconds" in refused.err
    assert not runs(int(asleep.read_text())), "what git started was left"


def runs(pid: int) -> bool:
    """Whether a program runs, or is about to end."""
    command = Path(f"/proc/{pid}/cmdline")
    for _ in range(100):
        if not command.exists() or not command.read_bytes():  # gone, or only to be buried
            return False
        time.sleep(0.02)
    return True


def test_a_follower_outlives_a_remote_that_goes_away(remote: Remote) -> None:
    away = remote.bare.root.with_name("away.git")
    registry = modelref.open(remote.url)
    moves = registry.follow("rec#prod", interval=0)
    assert str(next(moves).version) == "v0.2.0"
    remote.bare.root.rename(away)
    with pytest.raises(OutOfReach):
        next(modelref.open(remote.url).follow("rec#prod", interval=0))
    modelref.open(remote.clone.root).promote("rec@v0.1.0", "prod")
    remote.clone.git("push", "--quiet", "--tags", str(away))
    away.rename(remote.bare.root)
    assert str(next(moves).version) == "v0.1.0"


@pytest.mark.parametrize("lie", ["cut", "bent", "noise"])
def test_a_remote_that_lies_leaves_what_is_kept_usable(
    remote: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    assert remote.read("show", "rec").code == 0
    before = run(remote.clone.root, "show", "rec", "--json").out
    modelref.open(remote.clone.root).promote("rec@v0.3.0", "prod")
    remote.push("--tags")
    filters = {"cut": "head -c 1500", "bent": "sed -u s/PACK/PUCK/", "noise": "cat /dev/zero"}
    liar = script(
        tmp_path / "liar", f'for last; do :; done\nsh -c "$last" | {filters[lie]} | head -c 9999999'
    )
    honest = os.environ["GIT_SSH_COMMAND"]
    monkeypatch.setenv("GIT_SSH_COMMAND", str(liar))
    monkeypatch.setattr(server, "QUIET", 2.0)
    refused = remote.read("show", "rec")
    assert (refused.code, refused.out) == (5, "")
    monkeypatch.setenv("GIT_SSH_COMMAND", honest)
    after = remote.read("show", "rec", "--json").out
    assert after == run(remote.clone.root, "show", "rec", "--json").out != before
