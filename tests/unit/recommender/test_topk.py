import numpy as np
import pytest

from recommender.topk import EMPTY, top_k


def test_ties_go_to_the_lower_index() -> None:
    index, scores = top_k(np.array([[1, 3, 2, 3, 3]], dtype=np.float32), 3)
    assert index.tolist() == [[1, 3, 4]]
    assert scores.tolist() == [[3, 3, 3]]


def test_k_beyond_the_catalogue_gives_the_catalogue() -> None:
    index, _ = top_k(np.array([[1, 3, 2]], dtype=np.float32), 10)
    assert index.tolist() == [[1, 2, 0]]


def test_hidden_items_leave_empty_slots() -> None:
    index, scores = top_k(np.array([[-np.inf, 3, -np.inf]], dtype=np.float32), 3)
    assert index.tolist() == [[1, EMPTY, EMPTY]]
    assert scores.tolist() == [[3, -np.inf, -np.inf]]


@pytest.mark.parametrize("distinct", [1, 3, 10_000])
def test_a_wide_row_is_exact_with_few_and_many_ties(distinct: int) -> None:
    random = np.random.default_rng(distinct)
    scores = random.integers(0, distinct, size=(4, 9_001)).astype(np.float32)
    index, best = top_k(scores, 20)
    expected = np.argsort(-scores, axis=1, kind="stable")[:, :20]
    assert index.tolist() == expected.tolist()
    assert best.tolist() == np.take_along_axis(scores, expected, axis=1).tolist()
