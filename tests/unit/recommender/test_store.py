"""A model folder that is damaged is refused, and nothing in it is run."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from safetensors.numpy import load_file, save_file

from contract.recommender.test_families import data, fresh
from recommender.errors import ModelError, ParamsError
from recommender.files import write_table
from recommender.fitting.store import load, save
from recommender.models.ease import Ease, dual


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(fresh("blend").fit(data(), 1), tmp_path / "m", seed=1, made_from={"inputs": {"a": "b"}})
    return tmp_path / "m"


def test_the_card_says_how_the_model_was_made(folder: Path) -> None:
    card = json.loads((folder / "model.json").read_text())
    assert card["family"] == "blend"
    assert card["params"]["components"]["ease"]["weight"] == 0.6
    assert card["seed"] == 1
    assert card["made_from"] == {"inputs": {"a": "b"}}
    assert set(card["libraries"]) == {"numpy", "scipy", "safetensors"}


def test_no_file_of_a_model_holds_a_pickle(folder: Path) -> None:
    for path in folder.iterdir():
        assert path.suffix in {".json", ".parquet", ".safetensors"}


@pytest.mark.parametrize("name", ["weights.safetensors", "model.json"])
def test_a_missing_or_cut_off_file_is_named(folder: Path, name: str) -> None:
    path = folder / name
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match=name):
        load(folder)
    path.unlink()
    with pytest.raises(ModelError, match=name):
        load(folder)


def test_weights_that_do_not_fit_the_ids_are_refused(folder: Path) -> None:
    write_table(folder / "users.parquet", pd.DataFrame({"user": ["ann"]}))
    with pytest.raises(ModelError, match="does not fit the ids beside it"):
        load(folder)


def test_an_index_out_of_range_is_refused(folder: Path) -> None:
    tensors = load_file(folder / "weights.safetensors")
    tensors["seen.indices"][-1] = 10_000
    save_file(tensors, folder / "weights.safetensors")
    with pytest.raises(ModelError, match="does not fit the ids beside it"):
        load(folder)


def test_another_format_or_family_is_refused(folder: Path) -> None:
    path = folder / "model.json"
    card = json.loads(path.read_text())
    path.write_text(json.dumps({**card, "family": "bert"}))
    with pytest.raises(ParamsError, match="'bert'"):
        load(folder)
    path.write_text(json.dumps({**card, "params": None}))
    with pytest.raises(ModelError, match="'params' is missing or of the wrong type"):
        load(folder)
    path.write_text(json.dumps({**card, "format": 99}))
    with pytest.raises(ModelError, match="not a model of format 1"):
        load(folder)


def test_an_inverse_too_large_for_memory_is_refused_before_it_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("recommender.models.ease._LARGEST", 3)
    with pytest.raises(ModelError, match="ease needs a dense inverse of 4 rows; the most is 3"):
        fresh("ease").fit(data(), 1)


def test_ease_uses_the_smaller_side() -> None:
    wide = Ease(1.0, "log", 180.0).learn(data(), 0)
    assert wide["inverse"].shape == (4, 4)
    assert wide["diagonal"].shape == (6,)
    many = np.array([f"u{n}" for n in range(9)], dtype=object)
    whole = data()
    tall = Ease(1.0, "log", 180.0).learn(
        type(whole)(
            users=type(whole.users)(many),
            items=whole.items,
            user=whole.user,
            item=whole.item,
            age_days=whole.age_days,
            weight=whole.weight,
        ),
        0,
    )
    assert tall["weights"].shape == (6, 6)


@pytest.mark.parametrize(
    ("name", "damage", "said"),
    [
        ("ease.inverse", None, "the tensor 'ease.inverse' is missing"),
        ("ease.inverse", lambda t: t[:-1], "'ease.inverse' is float32"),
        ("ease.diagonal", lambda t: t.astype(np.float64), "'ease.diagonal' is float64"),
        ("recency_frequency.decayed", lambda t: t * np.nan, "values that are not finite"),
        ("stranger", lambda _: np.zeros(1, np.float32), "'stranger' is no tensor of this family"),
    ],
)
def test_a_tensor_that_the_family_does_not_learn_is_named(
    folder: Path, name: str, damage: Callable[[Any], Any] | None, said: str
) -> None:
    tensors = load_file(folder / "weights.safetensors")
    old = tensors.pop(name, None)
    if damage is not None:
        tensors[name] = damage(old)
    save_file(tensors, folder / "weights.safetensors")
    with pytest.raises(ModelError, match=said):
        load(folder)


def test_a_matrix_that_cannot_be_inverted_is_no_model() -> None:
    with pytest.raises(ModelError, match="ease cannot invert"):
        dual(sp.csr_array(np.ones((3, 4), dtype=np.float32)), 1e-300)
