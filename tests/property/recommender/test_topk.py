import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from recommender.topk import top_k


@given(
    arrays(
        np.float32,
        array_shapes(min_dims=2, max_dims=2, max_side=600),
        # Few values: ties everywhere.
        elements=st.sampled_from([np.float32(value) for value in (-1, 0, 0.5, 2)]),
        fill=st.just(np.float32(0)),
    ),
    st.integers(1, 30),
)
def test_top_k_is_the_head_of_a_stable_sort(scores: np.ndarray, k: int) -> None:
    index, _ = top_k(scores, k)
    assert index.tolist() == np.argsort(-scores, axis=1, kind="stable")[:, :k].tolist()
