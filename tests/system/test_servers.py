"""Clones of one remote over ssh and https: the same promises as over the file system."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import modelref
from support.clones import (
    FIRST,
    MODELS,
    check_clones,
    clone_of,
    host_and_clone,
    host_tags,
    write_from_clones,
)
from support.killing import tags
from support.project import SCRIPTS, Project
from support.servers import Server, https_server, ssh_server


@contextmanager
def served(kind: str, folder: Path) -> Iterator[Server]:
    open_server = {"ssh": ssh_server, "https": https_server}[kind]
    with open_server(folder / kind, folder) as server, pytest.MonkeyPatch.context() as patch:
        for name, value in server.env.items():
            patch.setenv(name, value)
        yield server


@pytest.fixture(params=["ssh", "https"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, str, Project]]:
    """A host, its address, and a clone with three registered versions of each model."""
    host, project = host_and_clone(tmp_path, MODELS, FIRST)
    Project(host, ()).git("config", "http.receivepack", "true")
    with served(request.param, tmp_path) as server:
        project.git("remote", "set-url", "origin", f"{server.url}/host.git")
        registry = modelref.open(project.root)
        for number, commit in enumerate(project.commits, start=1):
            for model in MODELS:
                registry.register(model, rev=commit, version=f"v0.{number}.0")
        yield host, f"{server.url}/host.git", project


def test_clones_that_write_at_once_lose_nothing(
    shop: tuple[Path, str, Project], tmp_path: Path
) -> None:
    host, url, first = shop
    others = [clone_of(url, tmp_path / f"clone{n}", f"Writer {n}").root for n in range(3)]
    roots = [first.root, *others]
    told = write_from_clones(roots, events=5)
    assert check_clones(host, roots, told) == 0


def test_a_push_whose_server_dies_is_found_out_by_the_repeat(
    shop: tuple[Path, str, Project], tmp_path: Path
) -> None:
    host, _, project = shop
    hook = host / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\necho $PPID > {tmp_path}/pid\nsleep 30\n")
    hook.chmod(0o755)
    before = tags(project)
    child = subprocess.Popen(
        [str(SCRIPTS / "modelref"), "promote", "ada@v0.1.0", "prod"],
        cwd=project.root,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().strip():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)  # receive-pack, in mid-push
    _, said = child.communicate(timeout=90)
    assert child.returncode == 5, said
    assert "error: the remote origin does not answer" in said
    assert "repeat to see" in said
    assert tags(project) == before
    hook.unlink()
    assert project.modelref("promote", "ada@v0.1.0", "prod").code == 0
    assert host_tags(host) == tags(project)
    assert "ada#prod#1" in tags(project)
