"""The update hook of docs/hosts, told to ask for signatures."""

import shutil
from pathlib import Path

import modelref
from support.keys import SshKeys
from support.tiny import tiny_registry

HOOK = Path(__file__).parents[2] / "docs" / "hosts" / "update"


def test_only_signed_events_reach_a_stage_that_asks_for_them(tmp_path: Path) -> None:
    keys = SshKeys(tmp_path / "keys")
    project = tiny_registry(tmp_path / "clone", ("rec",), 2)
    server = tmp_path / "server.git"
    project.git("init", "--quiet", "--bare", str(server))
    shutil.copy(HOOK, server / "hooks" / "update")
    (tmp_path / "allowed").write_text(keys.allowed("alice") + "\n")
    for key, value in (
        ("gpg.ssh.allowedSignersFile", str(tmp_path / "allowed")),
        ("modelref.signed", "approved prod"),
    ):
        project.git("-C", str(server), "config", "--add", key, value)
    project.git("remote", "add", "origin", str(server))
    registry = modelref.open(project.root)
    keys.use(project, "mallory")
    registry.promote("rec@v0.1.0", "prod")
    registry.promote("rec@v0.1.0", "dev")
    for tag, signer, passes in (
        ("rec#dev#1", "", True),
        ("rec#prod#1", "", False),
        ("rec#prod#2", "mallory", False),
        ("rec#prod#3", "alice", True),
        ("rec#prod!#4", "", False),
    ):
        if tag not in project.git("tag"):
            how = ["--annotate"]
            if signer:
                keys.use(project, signer)
                how = ["--sign"]
            project.git("tag", *how, "--message", tag, tag, "rec@v0.1.0^{}")
        done = project.run("git", "push", "origin", f"refs/tags/{tag}", check=False)
        assert (done.code == 0) is passes, done
        if not passes:
            assert f"refused: {tag} is not signed by anybody who is known here" in done.err
