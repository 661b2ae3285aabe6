"""Several writers and readers in one clone: what was acknowledged is recorded, once, in order."""

import subprocess
from pathlib import Path

import pytest

import modelref
from modelref.errors import Conflict
from support.contention import MODELS, VERSIONS, check_history, write_together
from support.project import Project
from support.tiny import tiny_registry


@pytest.fixture
def clone(tmp_path: Path) -> Project:
    return tiny_registry(tmp_path / "clone", MODELS, VERSIONS)


def test_eight_writers_lose_nothing_and_double_nothing(clone: Project) -> None:
    told, beaten = write_together(clone.root, writers=8, events=40)
    assert len(told) == 8 * 40
    check_history(clone.root, told)
    assert beaten, "some expectation was overtaken, and its writer was told"
    assert "dangling" not in clone.git("fsck", "--no-dangling", "--strict")


def test_who_expected_something_else_is_told_who_was_first(clone: Project) -> None:
    registry = modelref.open(clone.root)
    registry.promote("ada@v0.1.0", "prod")
    registry.promote("ada@v0.2.0", "prod", expect="v0.1.0")
    with pytest.raises(Conflict, match=r"ada#prod holds v0.2.0, not v0.1.0, by Ada Lovelace"):
        registry.promote("ada@v0.3.0", "prod", expect="v0.1.0")
    result = clone.modelref("rollback", "ada#prod", "--expect", "v0.1.0", check=False)
    assert result.code == 4
    assert "hint: modelref history ada --stage prod" in result.err


def test_no_listing_is_wrong_while_refs_are_being_packed(clone: Project) -> None:
    registry = modelref.open(clone.root)
    for number in (1, 2, 3):
        registry.promote(f"ada@v0.{number}.0", "prod")
    expected = registry.models()
    loop = """
    while :; do
        git pack-refs --all
        for tag in $(git tag | head -3); do  # back into a file of its own, as a new tag is
            git rev-parse "refs/tags/$tag" > .git/scratch && mv .git/scratch ".git/refs/tags/$tag"
        done
    done
    """
    packing = subprocess.Popen(
        ["bash", "-c", loop],
        cwd=clone.root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        for _ in range(300):
            assert registry.models() == expected
        assert packing.poll() is None, "the loop that packs has ended"
    finally:
        packing.kill()
        packing.wait()
