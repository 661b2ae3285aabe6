"""Reading over https: the person's own certificate and askpass, a password that nobody sees."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

import modelref
from modelref.adapters.git.elsewhere import server
from support.elsewhere import script
from support.https import Host, serving
from support.inprocess import run
from support.project import Project
from support.tiny import tiny_registry

LOGIN = "ada:open%3Asesame"
PASSWORD = "open:sesame"  # noqa: S105  # of a host that lives for a second


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = tiny_registry(tmp_path_factory.mktemp("https") / "clone", ("rec",), 2)
    modelref.open(project.root).promote("rec@v0.1.0", "prod")
    bare = project.root.parent / "shop.git"
    project.git("clone", "--quiet", "--bare", str(project.root), str(bare))
    Project(bare, ()).git("config", "uploadpack.allowFilter", "true")
    return project


@pytest.fixture
def host(clone: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("GIT_TERMINAL_PROMPT", "0")
    (tmp_path / "tls").mkdir()
    with serving(clone.root.parent, tmp_path / "tls", f"ada:{PASSWORD}") as running:
        monkeypatch.setenv("GIT_SSL_CAINFO", str(running.certificate))
        yield running


def test_a_password_in_the_url_is_used_and_seen_nowhere(
    host: Host, clone: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = script(tmp_path / "keeper", f'echo "$1" >> {tmp_path}/kept; cat >> {tmp_path}/kept')
    for name, value in (("KEY", "credential.helper"), ("VALUE", str(keeper))):
        monkeypatch.setenv(f"GIT_CONFIG_{name}_0", value)
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    argv = script(tmp_path / "bin" / "git", f'echo "$@" >> {tmp_path}/argv; exec {real_git()} "$@"')
    monkeypatch.setenv("PATH", f"{argv.parent}:/usr/bin:/bin")
    url = host.url("shop.git", LOGIN)
    for args in (["show", "rec"], ["resolve", "rec#prod"], ["show", "rec@v0.1.0", "--json"]):
        read = run(tmp_path, "--repo", url, *args)
        assert (read.code, read.err) == (0, "")
        assert read.out == run(clone.root, *args).out
        assert "sesame" not in read.out
    told = [
        path for path in tmp_path.rglob("*") if path.is_file() and b"sesame" in path.read_bytes()
    ]
    assert not told
    assert not (tmp_path / "kept").exists(), "the person's own helper was asked or told"


def test_a_token_in_the_place_of_the_user_is_told_to_no_helper(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = "ghp_6sesame7sesame8sesame9"  # noqa: S105  # of a host that lives for a second
    host.login = f"{token}:"
    heard = tmp_path / "heard"
    helper = script(tmp_path / "helper", f"echo $* >> {heard}; cat >> {heard}")
    monkeypatch.setenv("GIT_ASKPASS", str(helper))
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "credential.helper")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(helper))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    assert run(tmp_path, "--repo", host.url("shop.git", token), "show").code == 0
    host.login = "ada:other"
    refused = run(tmp_path, "--repo", host.url("shop.git", token), "show")
    assert refused.code == 5
    assert "sesame" not in refused.err
    assert not heard.exists()


def real_git() -> str:
    import shutil

    found = shutil.which("git")
    assert found
    return found


@pytest.mark.parametrize("login", ["ada:wrong-sesame", "ghp_sesame", "x-token:ghp_sesame"])
def test_a_refused_password_is_not_repeated(host: Host, tmp_path: Path, login: str) -> None:
    refused = run(tmp_path, "--repo", host.url("shop.git", login), "show", "--json")
    assert refused.code == 5
    assert "sesame" not in refused.err
    assert f"cannot read {host.url('shop.git')}: " in refused.err


def test_the_persons_own_askpass_is_asked(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = f"case $1 in User*) echo ada;; *) echo {PASSWORD};; esac"
    monkeypatch.setenv("GIT_ASKPASS", str(script(tmp_path / "askpass", answers)))
    assert run(tmp_path, "--repo", host.url("shop.git"), "show").code == 0
    assert run(tmp_path, "--repo", host.url("shop.git", "ada"), "show").code == 0


def test_a_certificate_that_nobody_vouches_for_is_refused(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GIT_SSL_CAINFO")
    refused = run(tmp_path, "--repo", host.url("shop.git", LOGIN), "show")
    assert refused.code == 5
    assert "certificate" in refused.err
    assert not host.asked


def test_a_server_that_never_answers_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(server, "QUIET", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/x.git"
        refused = run(tmp_path, "--repo", url, "show")
    assert refused.code == 5
    assert re.search(r"error: git ls-remote was given up: the remote said nothing for", refused.err)
    assert "hint: see that the remote is up, then repeat the command" in refused.err
