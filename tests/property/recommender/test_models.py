"""Identities that the families rest on."""

import numpy as np
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.models.als import improve
from recommender.models.ease import dual, primal

matrices = st.builds(
    lambda users, items, seed: sp.random_array(
        (users, items), density=0.3, format="csr", dtype=np.float32, rng=seed
    ),
    st.integers(2, 30),
    st.integers(2, 30),
    st.integers(0, 2**32 - 1),
)


@given(matrices, st.floats(0.5, 500))
def test_the_dual_form_of_ease_is_the_primal_form(matrix: sp.csr_array, lam: float) -> None:
    parts = dual(matrix, lam)
    dense = matrix.toarray()
    from_dual = dense - (parts["inverse"] @ dense) / parts["diagonal"]
    np.testing.assert_allclose(from_dual, dense @ primal(matrix, lam), atol=1e-5)


@given(matrices, st.floats(0.5, 500))
def test_ease_never_lets_an_item_vouch_for_itself(matrix: sp.csr_array, lam: float) -> None:
    weights = primal(matrix, lam)
    assert (np.diag(weights) == 0).all()


@settings(deadline=None)
@given(matrices, st.integers(1, 4), st.floats(0.1, 50), st.integers(0, 99))
def test_a_half_step_of_als_lowers_its_objective(
    matrix: sp.csr_array, factors: int, lam: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    rows, others = (
        random.standard_normal((side, factors), dtype=np.float32) for side in matrix.shape
    )
    before = objective(matrix, rows, others, lam)
    after = objective(matrix, improve(rows, others, matrix, lam), others, lam)
    assert after <= before * (1 + 1e-5)


def objective(extra: sp.csr_array, users: np.ndarray, items: np.ndarray, lam: float) -> float:
    """Hu, Koren & Volinsky 2008, equation 3."""
    extra_dense = extra.toarray().astype(np.float64)
    seen = extra_dense > 0
    error = (seen - users.astype(np.float64) @ items.T) ** 2
    length = (users.astype(np.float64) ** 2).sum() + (items.astype(np.float64) ** 2).sum()
    return float(((1 + extra_dense) * error).sum() + lam * length)
