"""A remote that says nothing more, as each command meets it: exit code 5, in time, nothing done."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from modelref.adapters.git.sync.remote import GitRemote
from modelref.api.compose import RepositoryWorld
from support.clones import host_and_clone, host_tags
from support.elsewhere import script
from support.inprocess import run
from support.killing import tags
from support.project import Project

LIMITS = (60.0, 300.0)
"""Seconds that docs/how-to/sharing.md names: of a remote that is asked, and that is told."""
COMMANDS = [["promote", "rec@v0.1.0", "prod"], ["push"], ["fetch"]]


@pytest.fixture
def clone(tmp_path: Path) -> Project:
    """A clone with a version that its remote does not know yet; it is reached by ssh."""
    host, clone = host_and_clone(tmp_path, ["rec"], 2)
    clone.modelref("register", "rec", "--rev", clone.commits[0])
    clone.modelref("register", "rec", "--rev", clone.commits[1], "--no-push")
    clone.git("remote", "set-url", "origin", f"ssh://git@host.invalid{host}")
    return clone


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> set[tuple[float, float]]:
    """Have every command give up after half a second; the limits that it would have gone by."""
    met: set[tuple[float, float]] = set()
    bound = RepositoryWorld.remote

    def remote(world: RepositoryWorld, name: str | None = None) -> GitRemote:
        found = bound(world, name)
        met.add((found.fetch_quiet, found.push_quiet))
        return replace(found, fetch_quiet=0.5, push_quiet=0.5)

    monkeypatch.setattr(RepositoryWorld, "remote", remote)
    return met


@pytest.mark.parametrize(
    ("silent", "command", "args"),
    [
        *(("*-pack*", "fetch", args) for args in COMMANDS),
        *(("*receive-pack*", "push", args) for args in COMMANDS[:2]),
    ],
    ids=lambda one: " ".join(one[:1]) if isinstance(one, list) else None,
)
def test_a_command_ends_in_time_and_a_repeat_does_the_rest(
    clone: Project,
    limits: set[tuple[float, float]],
    monkeypatch: pytest.MonkeyPatch,
    silent: str,
    command: str,
    args: list[str],
) -> None:
    folder, host = clone.root.parent, clone.root.parent / "host.git"
    last = 'for last; do :; done\ncase "$last" in '
    ssh = script(folder / "ssh", f'{last}{silent}) exec sleep 600;; esac\nexec sh -c "$last"')
    monkeypatch.setenv("GIT_SSH_COMMAND", str(ssh))
    here, there, began = tags(clone), host_tags(host), time.monotonic()
    told = run(clone.root, *args)
    assert time.monotonic() - began < 30
    said = f"error: git {command} was given up: the remote said nothing for "
    assert (told.code, told.out) == (5, ""), told
    assert told.err.startswith(said)
    assert (tags(clone), host_tags(host)) == (here, there)
    assert limits == {LIMITS}
    script(folder / "ssh", f'{last}esac\nexec sh -c "$last"')
    assert run(clone.root, *args).code == 0
    assert (len(host_tags(host)) > len(there)) is (args != ["fetch"])
