"""One's own clone over https: git asks whom the person has set up, as plain git would."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.clones import host_and_clone, host_tags
from support.elsewhere import script
from support.https import Host, serving
from support.inprocess import run
from support.killing import tags
from support.project import Project

PASSWORD = "open:sesame"  # noqa: S105  # of a host that lives for a second


@pytest.fixture
def clone(tmp_path: Path) -> Project:
    """A clone with a version, none of whose events were told to its host."""
    host, clone = host_and_clone(tmp_path / "all", ["rec"], 1)
    Project(host, ()).git("config", "http.receivepack", "true")
    clone.modelref("register", "rec", "--no-push")
    return clone


@pytest.fixture
def host(clone: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    monkeypatch.setenv("GIT_TERMINAL_PROMPT", "0")
    (tmp_path / "tls").mkdir()
    with serving(clone.root.parent, tmp_path / "tls", f"ada:{PASSWORD}") as running:
        monkeypatch.setenv("GIT_SSL_CAINFO", str(running.certificate))
        clone.git("remote", "set-url", "origin", running.url("host.git"))
        yield running


def askpass(folder: Path, password: str) -> str:
    """A program that answers git, and notes what it was asked."""
    answers = f"case $1 in User*) echo ada;; *) echo {password};; esac"
    return str(script(folder / "askpass", f'echo "$1" >> {folder}/heard; {answers}'))


def test_the_persons_own_askpass_is_asked_by_each_command(
    clone: Project, host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_ASKPASS", askpass(tmp_path, PASSWORD))
    for args in (["fetch"], ["push"], ["promote", "rec@v0.1.0", "prod"]):
        told = run(clone.root, *args)
        assert (told.code, told.err) == (0, ""), told
        heard = (tmp_path / "heard").read_text()
        (tmp_path / "heard").unlink()
        assert f"Password for 'https://ada@127.0.0.1:{host.port}': " in heard.splitlines()
    assert host_tags(clone.root.parent / "host.git") == tags(clone)
    assert "git-receive-pack" in "".join(host.asked)


def test_a_refused_password_ends_each_command_and_is_not_shown(
    clone: Project, host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_ASKPASS", askpass(tmp_path, "wrong-sesame"))
    before = tags(clone)
    for args in (["fetch"], ["push"], ["promote", "rec@v0.1.0", "prod"]):
        told = run(clone.root, *args)
        assert (told.code, told.out) == (5, ""), told
        assert told.err.startswith("error: the remote origin does not answer: Authentication fail")
        assert "sesame" not in told.err
    assert host.asked
    assert tags(clone) == before
