"""What the team has agreed on since: a write and a fetch bring it, whoever runs ``git fetch``."""

from pathlib import Path

import pytest

from support.clones import clone_of, host_and_clone
from support.project import Project

GATES = """\
gates:
  prod:
    - {size_of: model, max: 1 B, why: nothing ships this week}
"""


class Team:
    """A host, Bob who changes what was agreed, and Eve whose clone is older than that."""

    def __init__(self, folder: Path) -> None:
        self.host, ada = host_and_clone(folder, ["rec"], 3)
        for number, commit in enumerate(ada.commits[:2], start=1):
            ada.modelref("register", "rec", "--rev", commit, "--version", f"v0.{number}.0")
        self.bob, self.eve = (
            clone_of(self.host, folder / name, name, ada.commits) for name in ("bob", "eve")
        )

    def agree(self, text: str, branch: str = "main") -> str:
        """Bob adds lines to ``modelref.yaml`` of a branch."""
        self.bob.git("switch", "--quiet", "--force-create", branch)
        path = self.bob.root / "modelref.yaml"
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
        self.bob.git("add", "modelref.yaml")
        self.bob.git("commit", "--quiet", "--message", "agreed")
        self.bob.git("push", "--quiet", "origin", branch)
        return self.bob.git("rev-parse", "HEAD")


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return Team(tmp_path)


def agreed(project: Project, branch: str = "main") -> str:
    return project.git("rev-parse", f"refs/remotes/origin/{branch}")


def test_a_promotion_is_decided_by_the_rules_of_today(team: Team) -> None:
    team.agree(GATES)
    refused = team.eve.modelref("promote", "rec@v0.2.0", "prod", check=False)
    assert (refused.code, refused.out) == (1, "")
    assert "size at most 1 B" in refused.err


def test_a_clone_that_fetches_knows_what_must_be_signed(team: Team) -> None:
    team.bob.modelref("promote", "rec@v0.1.0", "prod")
    team.eve.modelref("fetch")
    assert team.eve.modelref("resolve", "rec#prod").code == 0
    team.bob.write("signers", "alice@shop.example ssh-ed25519 AAAA\n")
    team.bob.git("add", "signers")
    team.agree("signing: {allowed_signers: signers, stages: {prod: any}}\n")
    team.eve.modelref("fetch")
    refused = team.eve.modelref("resolve", "rec#prod", check=False)
    assert (refused.code, "is not signed" in refused.err) == (1, True)


def test_rules_of_another_branch_are_brought_too(team: Team) -> None:
    team.agree("gates_from: release\n")
    team.bob.git("push", "--quiet", "origin", "HEAD:release")
    team.eve.git("fetch", "--quiet")
    team.agree(GATES, "release")
    refused = team.eve.modelref("promote", "rec@v0.2.0", "prod", check=False)
    assert "size at most 1 B" in refused.err


def test_only_branches_that_rules_are_read_from_are_moved(team: Team) -> None:
    team.bob.git("push", "--quiet", "origin", "HEAD:tune")
    team.eve.git("fetch", "--quiet")
    before = agreed(team.eve, "tune")
    new = team.agree(GATES)
    team.bob.git("push", "--quiet", "origin", "HEAD:tune")
    team.eve.modelref("fetch")
    assert (agreed(team.eve), agreed(team.eve, "tune")) == (new, before)


def test_a_fetch_needs_no_default_branch(team: Team) -> None:
    team.bob.modelref("promote", "rec@v0.1.0", "prod")
    Project(team.host, ()).git("update-ref", "-d", "refs/heads/main")
    before = agreed(team.eve)
    assert "rec#prod#1" in team.eve.modelref("fetch").out
    assert agreed(team.eve) == before
