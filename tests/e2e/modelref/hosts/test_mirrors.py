"""The commands of docs/how-to/host-rules.md keep a mirror that answers as the host does."""

import re
import subprocess
from pathlib import Path

import pytest

from support.clones import host_and_clone, host_tags
from support.inprocess import run
from support.project import Project

GUIDE = Path(__file__).parents[4] / "docs" / "how-to" / "host-rules.md"


def commands(folder: Path) -> list[str]:
    """What the guide says to type, on a host and a mirror in a folder."""
    section = GUIDE.read_text().partition("## Mirrors\n")[2].partition("\n## ")[0]
    places = {
        "https://git.example.com/models.git": "host.git",
        "/srv/git/models.git": "host.git",
        "https://mirror.example.com/models.git": "mirror.git",
        "/srv/git/mirror.git": "mirror.git",
    }
    text = "\n".join(re.findall(r"^\$ (.*)$", section, re.MULTILINE))
    for said, name in places.items():
        text = text.replace(said, str(folder / name))
    return text.splitlines()


def type_in(command: str) -> None:
    subprocess.run(["sh", "-c", command], check=True, capture_output=True)


@pytest.fixture
def clone(tmp_path: Path) -> Project:
    """The clone of somebody who writes to the host."""
    _, clone = host_and_clone(tmp_path, ["rec"], 2)
    for commit in clone.commits:
        clone.modelref("register", "rec", "--rev", commit)
    clone.modelref("promote", "rec@v0.1.0", "prod")
    return clone


def write_more(clone: Project) -> None:
    """A promotion, and a tag that somebody who may do so takes away on the host."""
    clone.modelref("promote", "rec@v0.1.1", "prod")
    Project(clone.root.parent / "host.git", ()).git("update-ref", "-d", "refs/tags/rec#prod#1")


@pytest.mark.parametrize("way", ["the mirror asks", "the host tells"])
def test_a_mirror_has_all_refs_and_answers_alike(
    clone: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made, asked, told = commands(tmp_path)
    host, mirror = tmp_path / "host.git", tmp_path / "mirror.git"
    if way == "the mirror asks":
        type_in(made)
        again = asked
    else:
        Project(tmp_path, ()).git("init", "--quiet", "--bare", str(mirror))
        type_in(again := told)
    assert host_tags(mirror, "refs") == host_tags(host, "refs")
    write_more(clone)
    assert host_tags(mirror, "refs") != host_tags(host, "refs")
    type_in(again)
    assert host_tags(mirror, "refs") == host_tags(host, "refs")
    assert "rec#prod#" in host_tags(mirror, "refs/modelref/head")
    for args in (["show", "--json"], ["resolve", "rec#prod"]):
        of_host, of_mirror = (run(tmp_path, "--repo", str(one), *args) for one in (host, mirror))
        assert (of_mirror.code, of_mirror.out) == (0, of_host.out)
        assert "v0.1.1" in of_mirror.out
