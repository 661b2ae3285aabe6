"""What people type by mistake names what they meant."""

import pytest

from support.inprocess import run
from support.project import Project
from support.tiny import tiny_registry


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return tiny_registry(tmp_path_factory.mktemp("mistaken") / "shop", ("rec", "ranker"), 2)


def test_two_branches_are_compared_by_a_review(shop: Project) -> None:
    said = run(shop.root, "diff", "main", "HEAD")
    assert said.code == 2
    assert "error: main is no version of a model" in said.err
    assert "hint: to compare revisions: modelref review main..HEAD" in said.err
    assert "HEAD is no version" in run(shop.root, "diff", "rec", "HEAD").err
    assert "versions of different models" in run(shop.root, "diff", "rec", "ranker").err


def test_the_history_of_a_stage_is_an_option(shop: Project) -> None:
    said = run(shop.root, "history", "rec#prod")
    assert said.code == 2
    assert "hint: modelref history rec --stage prod" in said.err
