"""What `strace` sees: an event is on disk before anybody is told of it."""

import re
from pathlib import Path

import pytest

from support.project import SCRIPTS, Project

_SYNC = re.compile(r"(?:fsync|fdatasync)\(\d+<([^>]*)>")


@pytest.mark.parametrize("packed", [False, True], ids=["loose", "packed"])
def test_object_ref_and_their_names_are_synced_before_the_answer(
    project: Project, tmp_path: Path, packed: bool
) -> None:
    project.modelref("register", "rec", "--rev", project.commits[0])
    if packed:
        project.git("pack-refs", "--all")
    log = tmp_path / "calls"
    wanted = "trace=fsync,fdatasync,write"
    told = project.run(
        "strace", "-f", "-y", "-e", wanted, "-o", str(log),
        str(SCRIPTS / "modelref"), "promote", "rec@v0.1.0", "prod",
    )  # fmt: skip
    assert "now holds v0.1.0" in told.out
    calls = log.read_text(errors="replace").splitlines()
    answer = next(at for at, call in enumerate(calls) if "now holds" in call)
    synced = _SYNC.findall("\n".join(calls[:answer]))
    git = project.root / ".git"
    oid = project.git("rev-parse", "refs/tags/rec#prod#1")
    assert any(path.startswith(f"{git}/objects/") and "tmp_obj" in path for path in synced)
    assert f"{git}/refs/tags/rec#prod#1.lock" in synced
    assert {f"{git}/objects/{oid[:2]}", f"{git}/refs/tags"} <= set(synced)
