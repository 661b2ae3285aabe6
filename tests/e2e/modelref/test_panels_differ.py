"""Panels of two versions that lack users, ranks or another seed: said, and no way past a gate."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from support.locked import keep, locked_clone, out
from support.project import Project

_USERS, _RANKS = range(40), range(1, 6)
_GATES = "gates:\n  prod:\n    - {overlap_with: prod, min: 70%}\n"


def lists(users: Sequence[int] = _USERS, ranks: Sequence[int] = _RANKS, start: int = 0) -> str:
    rows = [f"secret{user},{rank},{start + rank}" for user in users for rank in ranks]
    return "\n".join(["user,rank,item", *rows]) + "\n"


def commit(project: Project, **panels: str) -> None:
    """Commit and register another version that shows a panel, and may show one of another seed."""
    version = len(project.git("tag").splitlines())
    files = {"rec.txt": f"rec {version}", **{f"{name}.csv": panels[name] for name in panels}}
    outs = [out(path, keep(project, text.encode())) for path, text in files.items()]
    stages = {"train": {"cmd": "train", "outs": list(files)}}
    told = {name: f"{name}.csv" for name in panels}
    rec = {"path": "rec.txt", "type": "model", "meta": {"modelref": told}}
    project.write("dvc.yaml", json.dumps({"stages": stages, "artifacts": {"rec": rec}}))
    locked = {"train": {"cmd": "train", "outs": outs}}
    project.write("dvc.lock", json.dumps({"schema": "2.0", "stages": locked}))
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", f"version {version}")
    project.modelref("register", "rec")


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    """A version in prod whose gate wants 70 % of the lists of 40 users kept, five items each."""
    project = locked_clone(tmp_path / "shop")
    project.git("branch", "--move", "main")
    project.write("modelref.yaml", _GATES)
    commit(project, panel=lists())
    project.modelref("promote", "rec@v0.1.0", "prod")
    return project


@pytest.fixture
def bare(tmp_path: Path) -> Project:
    return locked_clone(tmp_path / "bare")


def behaviour(project: Project) -> dict[str, Any]:
    args = ("diff", "rec@v0.1.0", "rec@v0.1.1", "--only", "behaviour", "--json")
    found: dict[str, Any] = project.modelref(*args).json
    return found


@pytest.mark.parametrize(
    ("panel", "seen"),
    [
        (lists([7]), "2.5% of 5 for 40 users, 39 of whom have no list now"),
        (lists(ranks=[1]), "20.0% of 5 for 40 users; lists now end at 1"),
    ],
)
def test_no_version_passes_by_leaving_out_what_it_changes(
    shop: Project, panel: str, seen: str
) -> None:
    commit(shop, panel=panel)
    refused = shop.modelref("promote", "rec@v0.1.1", "prod", check=False)
    assert refused.code == 1
    assert seen in refused.err
    assert "write the panel for the same users and ranks" in (
        shop.modelref("gate", "rec@v0.1.1", "prod", check=False).out
    )
    review = shop.modelref("review", "HEAD~1..HEAD", "--md").out
    assert seen in review
    assert "secret" not in review + refused.err


def test_a_newcomer_costs_the_one_list_whose_place_is_taken(shop: Project) -> None:
    commit(shop, panel=lists([*_USERS[1:], 99]))
    assert behaviour(shop)["behaviour"]["kept"] == pytest.approx(39 / 40)
    assert shop.modelref("promote", "rec@v0.1.1", "prod").code == 0


def test_a_review_and_a_diff_say_who_and_what_is_not_compared(shop: Project) -> None:
    commit(shop, panel=lists([*_USERS[:30], 99], [1, 2]))
    review = shop.modelref("review", "HEAD~1..HEAD").out
    diff = shop.modelref("diff", "rec@v0.1.0", "rec@v0.1.1", "--only", "behaviour").out
    for said in (" ".join(review.split()), " ".join(diff.split())):
        assert (
            "not compared: 10 users that only the first version has lists for, 1 that only the "
            "second has"
        ) in said
        assert "lists of 5 and of 2 items: compared are the first 2" in said
        assert "of all that the first version lists, 30.0 % stays" in said


class TestFloor:
    def test_of_the_first_version_alone_it_is_held_against_its_own_lists(
        self, bare: Project
    ) -> None:
        commit(bare, panel=lists(), floor=lists(start=1))
        commit(bare, panel=lists(start=50))
        found = behaviour(bare)["behaviour"]
        assert found["overlap"] == 0
        assert found["floor"] == pytest.approx(0.8)

    def test_it_is_of_as_many_ranks_as_are_compared(self, bare: Project) -> None:
        commit(bare, panel=lists(ranks=[1, 2, 3]))
        seed = lists(ranks=[1, 2, 3, 4]) + "".join(f"secret{user},5,99\n" for user in _USERS)
        commit(bare, panel=lists(), floor=seed)
        found = behaviour(bare)["behaviour"]
        assert (found["k"], found["overlap"], found["floor"]) == (3, 1, 1)

    @pytest.mark.parametrize("seed", [lists(_USERS[1:]), lists(ranks=[1, 2, 3, 4])])
    def test_of_other_users_or_fewer_ranks_there_is_none_and_that_is_said(
        self, bare: Project, seed: str
    ) -> None:
        commit(bare, panel=lists())
        commit(bare, panel=lists(), floor=seed)
        found = behaviour(bare)
        assert found["behaviour"]["floor"] is None
        (absent,) = found["absent"]["behaviour"]
        assert absent["why"] == (
            "rec@v0.1.1: what another seed changes is not known: floor.csv lacks users of the "
            "panel, or ranks up to 5"
        )
