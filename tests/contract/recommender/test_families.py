"""One suite for every model family; a new file in `recommender/models` joins it by itself."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recommender.errors import ModelError, UnknownUserError
from recommender.fitting.dataset import FitData
from recommender.fitting.recommender import Recommender
from recommender.fitting.store import load, save
from recommender.interactions import IdMap
from recommender.models import chosen_family, family_class, family_name, family_names
from recommender.params import parse_yaml
from unit.recommender import sample

USERS = np.array(["ann", "bob", "cid", "dan"], dtype=object)
ITEMS = np.array([10, 20, 30, 40, 50, 60])

# Two tastes: ann and bob like 10, 20 and 30; cid and dan 40, 50 and 60. Bob has not met 30, dan not
# 60. Within a taste, the lower item is met more often.
PAIRS = {
    "ann": [10, 10, 10, 20, 20, 30],
    "bob": [10, 10, 20],
    "cid": [40, 40, 40, 50, 50, 60],
    "dan": [40, 40, 50],
}


# What a family promises beyond the suite; a new family promises all of it unless it is named here.
PERSONAL = [name for name in family_names() if name != "popularity"]
COLLABORATIVE = [name for name in PERSONAL if name != "recency_frequency"]
EXACT = [name for name in family_names() if name != "als"]  # random starts tell equals apart


def data(pairs: dict[str, list[int]] | None = None) -> FitData:
    rows = [(user, item) for user, items in (pairs or PAIRS).items() for item in items]
    users, items = IdMap(USERS), IdMap(ITEMS)
    return FitData(
        users=users,
        items=items,
        user=users.index(np.array([user for user, _ in rows], dtype=object)),
        item=items.index(np.array([item for _, item in rows])),
        age_days=np.ones(len(rows), dtype=np.float32),
        weight=np.ones(len(rows), dtype=np.float32),
    )


def fresh(name: str) -> Recommender:
    changes: dict[str, Any] = {
        "train__als__factors": 2,
        "train__als__regularization": 0.1,
        "train__ease__regularization": 1,
        "train__blend__components__ease__params__regularization": 1,
    }
    family, _ = chosen_family(sample.root(train__model=name, **changes))
    return Recommender(family)


@pytest.fixture(params=family_names())
def name(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


@pytest.fixture
def model(name: str) -> Recommender:
    return fresh(name).fit(data(), seed=1)


def lists(model: Recommender, k: int = 6, *, exclude_seen: bool = False) -> list[list[int]]:
    items, _ = model.recommend(USERS, k, exclude_seen=exclude_seen)
    return [line.tolist() for line in items]


@pytest.mark.parametrize("name", PERSONAL)
def test_each_user_gets_the_own_taste_first(model: Recommender) -> None:
    assert [sorted(line) for line in lists(model, 2)] == [[10, 20], [10, 20], [40, 50], [40, 50]]


@pytest.mark.parametrize("name", COLLABORATIVE)
def test_the_unseen_item_of_the_own_taste_comes_before_the_others(model: Recommender) -> None:
    _, bob, _, dan = lists(model, 1, exclude_seen=True)
    assert (bob, dan) == ([30], [60])


def test_seen_items_are_never_shown_when_excluded(model: Recommender) -> None:
    for user, line in zip(USERS, lists(model, exclude_seen=True), strict=True):
        assert set(line) == set(ITEMS) - set(PAIRS[user])


def test_scores_belong_to_their_items_and_descend(model: Recommender) -> None:
    items, scores = model.recommend(USERS, 6, exclude_seen=False)
    whole = model.scores(np.arange(4))
    for row, (line, values) in enumerate(zip(items, scores, strict=True)):
        assert values.tolist() == whole[row, model.fitted.items.index(line)].tolist()
        assert (np.diff(values) <= 0).all()
    assert whole.dtype == np.float32
    assert np.isfinite(whole).all()


@pytest.mark.parametrize("name", EXACT)
def test_ties_go_to_the_lower_item_index(name: str) -> None:
    """Items 50 and 60 are met by the same users alike, so no family can tell them apart."""
    alike = {"ann": [10, 10], "bob": [10, 20], "cid": [50, 60], "dan": [50, 60]}
    model = fresh(name).fit(data(alike), seed=1)
    for line in lists(model):
        assert line.index(50) + 1 == line.index(60)


def test_k_beyond_the_catalogue_gives_the_whole_catalogue(model: Recommender) -> None:
    assert [sorted(line) for line in lists(model, 1000)] == [ITEMS.tolist()] * 4


def test_a_shorter_list_is_the_head_of_a_longer_one(model: Recommender) -> None:
    assert lists(model, 2) == [line[:2] for line in lists(model, 6)]


def test_a_user_alone_gets_the_list_of_the_batch(model: Recommender) -> None:
    alone, _ = model.recommend(USERS[2:3], 6, exclude_seen=False)
    assert alone[0].tolist() == lists(model)[2]


def test_no_users_get_no_lists(model: Recommender) -> None:
    assert model.recommend(USERS[:0], 3, exclude_seen=True) == ([], [])


def test_an_unknown_user_is_an_error_that_names_them(model: Recommender) -> None:
    with pytest.raises(UnknownUserError, match="user eve is not among the 4 users"):
        model.recommend(np.array(["ann", "eve"], dtype=object), 3, exclude_seen=False)


def test_k_below_one_is_refused(model: Recommender) -> None:
    with pytest.raises(ModelError, match="lists of 0 items"):
        model.recommend(USERS, 0, exclude_seen=False)


def test_an_unfitted_model_says_so(name: str) -> None:
    with pytest.raises(ModelError, match="is not fitted"):
        fresh(name).recommend(USERS, 3, exclude_seen=False)


def test_the_same_data_and_seed_give_the_same_tensors(name: str, model: Recommender) -> None:
    again = fresh(name).fit(data(), seed=1)
    assert again.fitted.tensors.keys() == model.fitted.tensors.keys()
    for tensor, value in model.fitted.tensors.items():
        assert value.tobytes() == again.fitted.tensors[tensor].tobytes()


def test_another_seed_makes_another_model_where_the_family_draws(
    name: str, model: Recommender
) -> None:
    other = fresh(name).fit(data(), seed=2)
    same = all(
        value.tobytes() == other.fitted.tensors[tensor].tobytes()
        for tensor, value in model.fitted.tensors.items()
    )
    assert same is not model.family.draws


def test_a_second_fit_forgets_the_first(name: str, model: Recommender) -> None:
    other = {"ann": [60], "bob": [50], "cid": [10], "dan": [20, 10]}
    model.fit(data(other), seed=1)
    expected = fresh(name).fit(data(other), seed=1)
    assert model.scores(np.arange(4)).tobytes() == expected.scores(np.arange(4)).tobytes()
    assert lists(model, exclude_seen=True) == lists(expected, exclude_seen=True)


def test_scores_are_the_callers_to_change(model: Recommender) -> None:
    before = lists(model)
    model.scores(np.arange(4))[:] = 7
    assert lists(model) == before


def test_what_is_saved_comes_back_and_saves_to_the_same_bytes(
    model: Recommender, tmp_path: Path
) -> None:
    for folder in (tmp_path / "a", tmp_path / "b"):
        save(model, folder, seed=1, made_from={"fit_on": ["train"]})
        again = load(folder)
        assert again.family == model.family
        assert lists(again) == lists(model)
        assert lists(again, exclude_seen=True) == lists(model, exclude_seen=True)
        model = again
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert files == ["items.parquet", "model.json", "users.parquet", "weights.safetensors"]
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_dvc_yaml_says_whose_each_row_of_a_tensor_is(model: Recommender) -> None:
    """So that a comparison of two versions can name the users and items whose weights moved."""
    pipeline = parse_yaml((sample.REPOSITORY / "dvc.yaml").read_text())
    described = pipeline["artifacts"]["recommender"]["meta"]["modelref"]["ids"]
    rows = {len(USERS): "user", len(ITEMS): "item"}
    for tensor, value in model.fitted.tensors.items():
        owner = rows.get(len(value))
        if owner:  # others have one value a seen pair
            file = f"models/recommender/{owner}s.parquet"
            assert described[tensor].items() >= {"file": file, "column": owner}.items()
            square = value.ndim == 2 and value.shape[0] == value.shape[1]
            assert described[tensor].get("square", False) or not square


def test_a_family_is_known_by_the_name_of_its_file(name: str) -> None:
    assert family_name(fresh(name).family) == name
    assert isinstance(fresh(name).family, family_class(name))
