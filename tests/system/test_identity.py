"""Whoever git says one is here, one is for the remote too, however git came to know it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from modelref.adapters.git.signing import sshsig
from support.clones import clone_of, host_and_clone
from support.keys import SshKeys, content_of
from support.project import Project


def by_folder(project: Project, settings: Path) -> Project:
    project.git("config", f"includeIf.gitdir:{project.root}/.git.path", str(settings))
    return project


def by_folder_of_the_persons_own(project: Project, settings: Path) -> Project:
    own = settings.with_name("gitconfig")
    where = f'[includeIf "gitdir:{project.root}/.git"]\n\tpath = {settings}\n'
    own.write_text(Path(os.environ["GIT_CONFIG_GLOBAL"]).read_text() + where)
    return project


def by_branch(project: Project, settings: Path) -> Project:
    project.git("config", "includeIf.onbranch:main.path", str(settings))
    return project


def by_relative_path(project: Project, settings: Path) -> Project:
    (project.root / ".git" / "team").write_text(settings.read_text())
    project.git("config", "include.path", "team")
    return project


def by_worktree_settings(project: Project, settings: Path) -> Project:
    project.git("config", "extensions.worktreeConfig", "true")
    project.git("config", "--worktree", "include.path", str(settings))
    return project


def by_a_linked_worktree(project: Project, settings: Path) -> Project:
    linked = settings.with_name("linked")
    project.git("worktree", "add", "--quiet", str(linked))
    project.git("config", "extensions.worktreeConfig", "true")
    other = Project(linked, project.commits)
    other.git("config", "--worktree", "include.path", str(settings))
    return other


@pytest.mark.parametrize(
    "known",
    [
        by_folder,
        by_folder_of_the_persons_own,
        by_branch,
        by_relative_path,
        by_worktree_settings,
        by_a_linked_worktree,
    ],
    ids=lambda known: known.__name__,
)
def test_events_for_a_remote_are_by_whom_git_knows_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: Callable[[Project, Path], Project]
) -> None:
    host, ada = host_and_clone(tmp_path, ["rec"], 1)
    bob = clone_of(host, tmp_path / "bob", "Nobody", ada.commits)
    keys = SshKeys(tmp_path / "keys")
    settings = tmp_path / "settings"
    settings.write_text(
        "[user]\n\tname = Bob\n\temail = bob@shop.example\n"
        f"\tsigningKey = {keys.make('bob')}\n"
        "[gpg]\n\tformat = ssh\n[tag]\n\tgpgSign\n"
    )
    for key in ("user.name", "user.email"):
        bob.git("config", "--unset", key)
    bob = known(bob, settings)
    if settings.with_name("gitconfig").exists():
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings.with_name("gitconfig")))
    told = bob.modelref("register", "rec", "--rev", bob.commits[0], "--json").json["event"]
    assert told["pushed"] is True
    content = content_of(bob, told["tag"])
    assert b"tagger Bob <bob@shop.example> " in content
    signature = sshsig.parse(content[content.index(sshsig.BEGIN) :])
    assert signature is not None
    assert signature.key == keys.fingerprint("bob")
