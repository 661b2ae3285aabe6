"""A recommender as plain files: tensors, ids beside them, and how it was made.

weights.safetensors   the family's tensors, and the seen pairs as a CSR pattern
users.parquet         user id of each user row
items.parquet         item id of each item row
model.json            family, hyper-parameters, seed, library versions, hashes of the inputs
"""

from __future__ import annotations

import dataclasses
import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from safetensors import SafetensorError
from safetensors.numpy import load_file
from safetensors.numpy import save as to_bytes

from recommender.errors import ModelError
from recommender.files import read_table, replacing, write_json, write_table
from recommender.fitting.family import Fitted, Sizes
from recommender.fitting.recommender import Recommender
from recommender.interactions import ITEM, USER
from recommender.models import family_class, family_name
from recommender.params import Section
from recommender.split import id_map

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from recommender.arrays import Csr

FORMAT = 1
WEIGHTS = "weights.safetensors"
USERS = "users.parquet"
ITEMS = "items.parquet"
CARD = "model.json"

_LIBRARIES = ("numpy", "scipy", "safetensors")
_INDPTR, _INDICES = "seen.indptr", "seen.indices"
_HINT = "run `dvc checkout`, or `dvc repro train` to fit it again"


def save(model: Recommender, folder: Path, *, seed: int, made_from: Mapping[str, Any]) -> None:
    """Write a fitted model, whole or not at all.

    The bytes depend on the model and the library versions alone.

    Args:
        model: Fitted.
        folder: Directory to make or replace.
        seed: The seed it was fitted with.
        made_from: JSON facts of its data: hashes of the inputs, weeks.
    """
    fitted = model.fitted
    sizes = Sizes(len(fitted.users), len(fitted.items), fitted.seen.nnz)
    check_tensors(fitted.tensors, model.family.shapes(sizes), family_name(model.family))
    tensors = {name: np.ascontiguousarray(value) for name, value in fitted.tensors.items()}
    tensors[_INDPTR] = fitted.seen.indptr.astype(np.int64)
    tensors[_INDICES] = fitted.seen.indices.astype(np.int32)
    card = {
        "format": FORMAT,
        "family": family_name(model.family),
        "params": dataclasses.asdict(model.family),  # type: ignore[call-overload]
        "seed": seed,
        "libraries": {name: version(name) for name in _LIBRARIES},
        "made_from": dict(made_from),
    }
    with replacing(folder) as draft:
        draft.mkdir()
        (draft / WEIGHTS).write_bytes(to_bytes(tensors))
        write_table(draft / USERS, pd.DataFrame({USER: fitted.users.ids}))
        write_table(draft / ITEMS, pd.DataFrame({ITEM: fitted.items.ids}))
        write_json(draft / CARD, card)


def read_card(folder: Path) -> dict[str, Any]:
    """Read `model.json`.

    Raises:
        ModelError: There is none, or it is not one this release reads.
    """
    path = folder / CARD
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(f"{path}: no such file", _HINT) from error
    except ValueError as error:
        raise ModelError(f"{path}: not readable as JSON ({error})", _HINT) from error
    if not isinstance(card, dict) or card.get("format") != FORMAT:
        raise ModelError(f"{path}: not a model of format {FORMAT}", _HINT)
    for key, kind in (("family", str), ("params", dict), ("made_from", dict)):
        if not isinstance(card.get(key), kind):
            raise ModelError(f"{path}: {key!r} is missing or of the wrong type", _HINT)
    return card


def load(folder: Path) -> Recommender:
    """Read what `save` wrote; nothing in the files is run.

    Raises:
        ModelError: A file is missing, damaged, or does not fit the others.
        ParamsError: `model.json` names a family or hyper-parameter that this release lacks.
    """
    card = read_card(folder)
    family = family_class(card["family"]).parse(Section(str(folder / CARD), card["params"]))
    path = folder / WEIGHTS
    try:
        tensors = load_file(path)
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{path}: not readable as safetensors ({error})", _HINT) from error
    users = id_map(read_table(folder / USERS), USER)
    items = id_map(read_table(folder / ITEMS), ITEM)
    seen = _seen(tensors, (len(users), len(items)), path)
    check_tensors(tensors, family.shapes(Sizes(len(users), len(items), seen.nnz)), str(path))
    return Recommender(family, Fitted(users, items, seen, tensors))


def check_tensors(
    tensors: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]], where: str
) -> None:
    """Refuse tensors that are not what a family learns.

    Args:
        tensors: By name.
        shapes: What they must be.
        where: The file they stand in, or the family that learned them, for the message.

    Raises:
        ModelError: One is missing, of another shape or type, not finite, or too many.
    """
    for name, shape in shapes.items():
        if name not in tensors:
            raise ModelError(f"{where}: the tensor {name!r} is missing", _HINT)
        tensor = tensors[name]
        if tensor.shape != shape or tensor.dtype != np.float32:
            raise ModelError(
                f"{where}: {name!r} is {tensor.dtype} {tensor.shape}, not float32 {shape}",
                _HINT,
            )
        if not np.isfinite(tensor).all():
            raise ModelError(
                f"{where}: the tensor {name!r} has values that are not finite",
                "correct the parameters or the data that lead to them, and fit again",
            )
    strange = sorted(tensors.keys() - shapes.keys())
    if strange:
        raise ModelError(f"{where}: the tensor {strange[0]!r} is no tensor of this family", _HINT)


def _seen(tensors: dict[str, Any], shape: tuple[int, int], path: Path) -> Csr:
    try:
        indptr, indices = tensors.pop(_INDPTR), tensors.pop(_INDICES)
        ones = np.ones(len(indices), dtype=np.float32)
        seen = sp.csr_array((ones, indices, indptr), shape=shape)
        seen.check_format(full_check=True)
    except (KeyError, ValueError) as error:
        raise ModelError(f"{path}: does not fit the ids beside it ({error})", _HINT) from error
    return seen
