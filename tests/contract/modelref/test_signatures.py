"""What every ``Signatures`` promises: the one of git, and the twin in memory."""

from pathlib import Path

import pytest

from modelref.adapters.git.repository import Repository
from modelref.adapters.git.signing.check import GitSignatures
from modelref.domain.signature import Outcome, Signature
from modelref.domain.signing import Signing
from modelref.ports import Signatures
from modelref.testing import MemorySignatures
from support.project import Project


@pytest.fixture(params=["git", "memory"])
def signatures(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Signatures, str]:
    if request.param == "memory":
        return MemorySignatures(), "a" * 40
    project = Project(tmp_path, ())
    project.git("init", "--quiet")
    project.git("commit", "--quiet", "--allow-empty", "--message", "empty")
    project.git("tag", "--annotate", "--message", "plain", "rec@v1.0.0")
    repository = Repository.locate(tmp_path)
    return GitSignatures(repository, Signing(), ""), project.git("rev-parse", "rec@v1.0.0")


def test_a_tag_without_a_signature_is_unsigned(signatures: tuple[Signatures, str]) -> None:
    port, oid = signatures
    unsigned = Signature(Outcome.UNSIGNED, why="is not signed")
    assert port.check([oid, oid]) == {oid: unsigned}
    assert port.check([]) == {}


def test_an_object_that_is_not_here_proves_nothing(signatures: tuple[Signatures, str]) -> None:
    port, _ = signatures
    assert not port.check(["b" * 40])["b" * 40].good


def test_a_person_goes_by_an_address(signatures: tuple[Signatures, str]) -> None:
    port, _ = signatures
    assert "ada@example.com" in port.own()
