"""Repositories that are read without a clone: a bare one, and an ssh that needs no server."""

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.inprocess import run
from support.project import Project, Result


@dataclass(frozen=True)
class Remote:
    """A bare repository, reached through a stand-in for ssh that runs what it is asked to here.

    Attributes:
        clone: the team's clone, whose remote it is.
        bare: the repository.
        log: a line for each time that it was connected to.
    """

    clone: Project
    bare: Project
    log: Path

    @property
    def url(self) -> str:
        return f"ssh://git@example.test{self.bare.root}"

    @property
    def connections(self) -> int:
        return len(self.log.read_text().splitlines()) if self.log.exists() else 0

    def push(self, *args: str) -> None:
        self.clone.git("push", "--quiet", "--force", str(self.bare.root), *args)

    def read(self, *args: str) -> Result:
        """Read it from an empty folder."""
        nowhere = self.bare.root.parent / "nowhere"
        nowhere.mkdir(exist_ok=True)
        return run(nowhere, "--repo", self.url, *args)


def serve(clone: Project, folder: Path, patch: pytest.MonkeyPatch) -> Remote:
    """Make a bare repository of a clone, and reach it by ssh, with an empty user's cache."""
    folder.mkdir()
    bare = Project(folder / "shop.git", ())
    clone.git("clone", "--quiet", "--bare", str(clone.root), str(bare.root))
    bare.git("config", "uploadpack.allowFilter", "true")
    log = folder / "ssh.log"
    ssh = script(folder / "ssh", f'for last; do :; done\necho "$@" >> {log}\nexec sh -c "$last"')
    patch.setenv("GIT_SSH_COMMAND", shlex.quote(str(ssh)))
    patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    return Remote(clone, bare, log)


def script(path: Path, text: str) -> Path:
    """Write a program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def kept(remote: Remote) -> Path:
    """The one git folder that is kept in the user's cache."""
    (folder,) = (remote.log.parent / "cache" / "modelref" / "repos").iterdir()
    return folder / "git"


def everything(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Every file below a folder, with its size, time of change and mode."""
    found = {}
    for path in folder.rglob("*"):
        seen = path.lstat()
        found[os.fspath(path)] = (seen.st_size, seen.st_mtime_ns, seen.st_mode)
    return found
