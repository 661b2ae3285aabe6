"""Score one model on one hold-out.

Truth, history and the number of known items come from the prepared data and never from the model.
A user the model does not know gets an empty list, an item it does not know is never hit: both
count against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import scipy.sparse as sp

from recommender.errors import SourceError
from recommender.evaluation import metrics
from recommender.interactions import ITEM, USER
from recommender.split import NOVEL
from recommender.topk import EMPTY

if TYPE_CHECKING:
    from recommender.arrays import Csr, Ids, Ints
    from recommender.fitting.recommender import Recommender

TASKS = ("all", "novel")
CUTOFFS = (10, 20)
LONGEST = max(CUTOFFS)
TASK = "task"
_DIGITS = 6


@dataclass(frozen=True)
class Result:
    """A task's outcome.

    Attributes:
        users: (users,) ids with at least one true item.
        lists: (users, LONGEST) item indices of the model.
        hit: (users, LONGEST) where a list is right.
        truths: (users,) number of true items.
        summary: Metric -> mean.
        per_user: Metric -> (users,).
    """

    users: Ids
    lists: Ints
    hit: np.ndarray
    truths: Ints
    summary: dict[str, float]
    per_user: dict[str, np.ndarray]


def measure(model: Recommender, truth: pd.DataFrame, history: pd.DataFrame, task: str) -> Result:
    """Measure.

    Args:
        model: Fitted on weeks before the hold-out.
        truth: A hold-out as `recommender.split.truth` gives it.
        history: Every row before the hold-out.
        task: `all`: everything met next, things met before included; `novel`: only items new to
            the user, those met before hidden.

    Raises:
        SourceError: The hold-out holds nothing to find.
    """
    fitted = model.fitted
    pairs = truth if task == "all" else truth[truth[NOVEL]]
    if pairs.empty:
        raise SourceError(
            f"no user known before the hold-out has a true item for the task {task!r}",
            "give the hold-out more weeks in prepare.split",
        )
    owner, users = pd.factorize(pairs[USER], sort=True)
    ids = np.asarray(users)
    hidden = None if task == "all" else met(model, history)
    lists = rank_known(model, ids, hidden)
    items = fitted.items.index(pairs[ITEM].to_numpy())
    hit = metrics.hits(lists, owner.astype(np.int64), items, len(fitted.items))
    truths = np.bincount(owner, minlength=len(ids))
    summary: dict[str, float] = {}
    per_user: dict[str, np.ndarray] = {}
    buyers = buyers_of(model, history)
    n_items, n_users = history[ITEM].nunique(), history[USER].nunique()
    for k in CUTOFFS:
        values = metrics.per_user(hit, truths, k)
        per_user |= {f"{name}@{k}": value for name, value in values.items()}
        summary |= {f"{name}@{k}": float(value.mean()) for name, value in values.items()}
        summary[f"coverage@{k}"] = metrics.coverage(lists, k, n_items)
        summary[f"novelty@{k}"] = metrics.novelty(lists, k, buyers, n_users)
    rounded = {name: round(value, _DIGITS) for name, value in summary.items()}
    return Result(ids, lists, hit, truths, rounded, per_user)


def rank_known(model: Recommender, users: Ids, hidden: Csr | None) -> Ints:
    """Lists of `LONGEST` items; `EMPTY` throughout for users the model does not know."""
    index = model.fitted.users.index(users)
    lists = np.full((len(users), LONGEST), EMPTY, dtype=np.int64)
    ranked, _ = model.rank(index[index >= 0], LONGEST, hidden)
    lists[index >= 0, : ranked.shape[1]] = ranked
    return lists


def met(model: Recommender, history: pd.DataFrame) -> Csr:
    """Users x items of the model, 1 where the pair is in `history`."""
    fitted = model.fitted
    pairs = history[[USER, ITEM]].drop_duplicates()
    user = fitted.users.index(pairs[USER].to_numpy())
    item = fitted.items.index(pairs[ITEM].to_numpy())
    both = (user >= 0) & (item >= 0)
    ones = np.ones(int(both.sum()), dtype=np.float32)
    return sp.csr_array(sp.coo_array((ones, (user[both], item[both])), shape=fitted.seen.shape))


def buyers_of(model: Recommender, history: pd.DataFrame) -> Ints:
    """(items,) users in `history` who met each item of the model."""
    pairs = history[[USER, ITEM]].drop_duplicates()
    item = model.fitted.items.index(pairs[ITEM].to_numpy())
    return np.bincount(item[item >= 0], minlength=len(model.fitted.items))


def per_user_table(results: dict[str, Result], groups: pd.DataFrame) -> pd.DataFrame:
    """`user`, `task`, one column a metric, one a segment; sorted by task and user."""
    tables = [
        pd.DataFrame({USER: result.users, TASK: task, **result.per_user}).merge(
            groups, how="left", on=USER
        )
        for task, result in results.items()
    ]
    return pd.concat(tables, ignore_index=True)
