"""Metric values worked by hand."""

import math

import numpy as np
import pytest

from recommender.evaluation import metrics
from recommender.topk import EMPTY

# Three users, lists of four, five items. User 0 has items {0, 4}, user 1 {1}, user 2 {3, 2, 0}.
LISTS = np.array([[0, 1, 4, 2], [0, 2, 3, 4], [3, EMPTY, EMPTY, EMPTY]])
OWNER = np.array([0, 0, 1, 2, 2, 2])
ITEMS = np.array([0, 4, 1, 3, 2, 0])
TRUTHS = np.array([2, 1, 3])


def test_a_hit_is_a_true_item_of_the_same_user() -> None:
    hit = metrics.hits(LISTS, OWNER, ITEMS, 5)
    assert hit.tolist() == [
        [True, False, True, False],
        [False, False, False, False],
        [True, False, False, False],
    ]


def test_an_item_the_model_does_not_know_and_an_empty_slot_never_match() -> None:
    lists = np.array([[EMPTY, EMPTY]])
    assert not metrics.hits(lists, np.array([0]), np.array([EMPTY]), 5).any()
    # An empty slot of user 1 must not read as the last item of user 0.
    lists = np.array([[0, 1], [EMPTY, EMPTY]])
    assert not metrics.hits(lists, np.array([0]), np.array([4]), 5).any()


def test_values_by_hand_at_4() -> None:
    values = metrics.per_user(metrics.hits(LISTS, OWNER, ITEMS, 5), TRUTHS, 4)
    ideal = {1: 1.0, 2: 1 + 1 / math.log2(3), 3: 1 + 1 / math.log2(3) + 0.5}
    assert values["precision"].tolist() == [2 / 4, 0, 1 / 4]
    assert values["recall"].tolist() == [1, 0, 1 / 3]
    assert values["f1"].tolist() == pytest.approx([2 / 3, 0, 2 / 7])
    assert values["ndcg"].tolist() == pytest.approx([1.5 / ideal[2], 0, 1 / ideal[3]])
    assert values["map"].tolist() == pytest.approx([(1 + 2 / 3) / 2, 0, 1 / 3])
    assert values["hit"].tolist() == [1, 0, 1]


def test_ndcg_and_map_are_normalised_by_what_the_cut_off_can_hold() -> None:
    hit = np.ones((1, 2), dtype=bool)
    values = metrics.per_user(hit, np.array([50]), 2)
    assert values["ndcg"].tolist() == [1]
    assert values["map"].tolist() == [1]
    assert values["recall"].tolist() == [2 / 50]


def test_lists_shorter_than_k_count_as_misses() -> None:
    values = metrics.per_user(np.array([[True]]), np.array([3]), 10)
    assert values["precision"].tolist() == [0.1]
    assert values["map"].tolist() == pytest.approx([1 / 3])


def test_coverage_and_novelty() -> None:
    assert metrics.coverage(LISTS, 2, 5) == 4 / 5
    buyers = np.array([4, 2, 1, 8, 8])
    lists = np.array([[0, 1], [2, EMPTY]])
    # Of 8 users 4, 2 and 1 met the three items: 1, 2 and 3 bits.
    assert metrics.novelty(lists, 2, buyers, 8) == 2
    assert metrics.novelty(np.full((1, 2), EMPTY), 2, buyers, 8) == 0
