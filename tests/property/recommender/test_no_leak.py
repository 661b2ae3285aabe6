"""Nothing at or after the cut-off changes a byte of what was made before it."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.stages.featurize import featurize
from recommender.stages.prepare import prepare
from recommender.stages.train import train
from unit.recommender import sample

CUT = sample.FIRST_DAY + pd.Timedelta(weeks=8)
END = sample.FIRST_DAY + pd.Timedelta(weeks=sample.WEEKS)
ROWS = sample.interactions(n_users=20, n_items=40)

later_rows = st.lists(
    st.tuples(
        st.integers(0, 60),  # users 0 and beyond 20 are new
        st.integers(1000, 1070),  # items beyond 1040 are new
        st.floats(0, 1, exclude_max=True),
    ),
    max_size=30,
)


def bytes_made(folder: Path, rows: pd.DataFrame) -> dict[str, bytes]:
    sample.write_raw(folder, rows)
    root = sample.root(fit_on=["train"])
    for stage in (prepare, featurize, train):
        stage(root)
    made = [*Path("data/features").glob("*"), *Path("models/recommender").glob("*")]
    return {str(path): path.read_bytes() for path in made}


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(added=later_rows, keep=st.floats(0.2, 1))
def test_rows_at_or_after_the_cut_change_no_byte_of_features_and_model(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    added: list[tuple[int, int, float]],
    keep: float,
) -> None:
    monkeypatch.chdir(tmp_path)
    new = ROWS.head(len(added)).assign(
        user=[user for user, _, _ in added],
        item=[item for _, item, _ in added],
        time=[CUT + (END - CUT) * share for _, _, share in added],
    )
    early, late = ROWS[ROWS["time"] < CUT], ROWS[ROWS["time"] >= CUT]
    changed = pd.concat([new, late.sample(frac=keep, random_state=0), early], ignore_index=True)
    changed = changed.astype(ROWS.dtypes.to_dict())
    before = bytes_made(tmp_path, ROWS)
    assert before
    assert bytes_made(tmp_path, changed) == before
