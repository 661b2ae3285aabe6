"""Whose lists change, in a line: a segment is named where it differs by more than chance."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from modelref.api.kinds.behaviour import bar
from modelref.api.review.facts import Question, diff_facts
from modelref.domain.diff.behaviour import diff_behaviour
from support.pages import rich_diff

FIRST = tuple(range(10))


def lists_of(kept: Mapping[str, tuple[int, int]]) -> list[str]:
    """What is said of segments, each of some users that keep some items of ten."""
    before = {f"{name}{at}": FIRST for name, (users, _) in kept.items() for at in range(users)}
    after = {
        user: (*FIRST[: kept[user[0]][1]], *range(50, 60 - kept[user[0]][1])) for user in before
    }
    changed = {**after, "a0": tuple(range(70, 80))}
    found = diff_behaviour(before, changed, segments={user: {"of": user[0]} for user in before})
    told = {one.question: one.lines for one in diff_facts(replace(rich_diff(), behaviour=found))}
    return list(told[Question.LISTS][2:])


@pytest.mark.parametrize(
    ("share", "drawn"),
    [(0.0, ""), (0.03, "▏"), (0.5, "██"), (0.55, "██▎"), (1.0, "████"), (1.5, "████"), (-1.0, "")],
)
def test_a_bar_is_as_long_as_its_share(share: float, drawn: str) -> None:
    assert bar(share, 4) == drawn


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ({"a": (40, 4), "b": (90, 9)}, ["most for of a: 39.0 % stay"]),
        ({"a": (40, 8), "b": (90, 8)}, ["about alike for all segments of 30 users or more"]),
        ({"a": (20, 4), "b": (40, 9)}, ["least for of b: 90.0 % stay"]),
        ({"a": (20, 4), "b": (20, 9)}, []),
    ],
)
def test_who_changes_most(kept: Mapping[str, tuple[int, int]], said: list[str]) -> None:
    assert lists_of(kept) == said
