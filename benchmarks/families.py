"""Every model family on the test weeks: quality, cost, and the peers' figures beside them.

    python benchmarks/families.py                  after `dvc repro featurize`
    python benchmarks/families.py --peers          also measures `implicit`, where it is installed
    python benchmarks/families.py --movielens ml-100k.inter

Each model is fitted and measured in a process of its own, so that the peak is its own. CPU seconds
are user and system time of one thread; figures move from machine to machine, ratios less so.
Hyper-parameters are those of params.yaml, chosen on the validation weeks.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from peers import EARLIER, IMPLICIT, MOVIELENS, ImplicitAls
from recommender.errors import RecommenderError
from recommender.evaluation import metrics
from recommender.evaluation.measure import measure
from recommender.files import read_table
from recommender.fitting.dataset import FitData
from recommender.fitting.recommender import Recommender
from recommender.fitting.threads import one_thread
from recommender.interactions import IdMap
from recommender.models import family_class, family_names
from recommender.models.ease import Ease
from recommender.params import Part, read_params
from recommender.stages.prepared import read_parts
from recommender.stages.train import read_fit_data

if TYPE_CHECKING:
    from recommender.fitting.family import Family

SHOWN = ("recall", "ndcg", "map", "f1", "hit", "coverage")
EASE_RECENCY = "ease, recency"
PREPARED = Path("data/prepared")


def family(name: str) -> Family:
    """The family of a row, with its hyper-parameters from params.yaml."""
    if name == EASE_RECENCY:
        return Ease(30.0, "recency", 180.0)
    if name == IMPLICIT:
        return ImplicitAls()
    train = read_params(Path("params.yaml")).section("train")
    chosen: Family = family_class(name).parse(train.section(name))
    return chosen


def measure_one(name: str) -> dict[str, Any]:
    """Fit and measure one row, in this process."""
    data = read_fit_data(Path("data/features"))
    truth = read_table(PREPARED / "holdout/test.parquet")
    started = time.process_time()
    model = Recommender(family(name)).fit(data, 42)
    result: dict[str, Any] = {"fit": time.process_time() - started}
    users = model.fitted.users.index(truth["user"].unique())
    started = time.process_time()
    model.rank(users, 20)
    result["rate"] = len(users) / (time.process_time() - started)
    result["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    history = read_parts(PREPARED, (Part.TRAIN, Part.VALIDATION))
    for task in EARLIER:
        summary = measure(model, truth, history, task).summary
        result[task] = [summary[f"{metric}@20"] for metric in SHOWN]
    return result


def in_own_process(name: str) -> dict[str, Any]:
    """Run `measure_one` in a fresh interpreter."""
    command = [sys.executable, __file__, "--one", name]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def table(*, peers: bool) -> None:
    """Print both tasks as Markdown tables."""
    rows = [*family_names(), EASE_RECENCY]
    if peers and importlib.util.find_spec("implicit"):
        rows.append(IMPLICIT)
    elif peers:
        print("implicit is not installed: its figures below are the earlier ones\n")
    results = {name: in_own_process(name) for name in rows}
    for task, earlier in EARLIER.items():
        costs = "fit CPU s | users / CPU s | peak MB"
        print(f"| *{task}* @20 | {' | '.join(SHOWN)} | {costs} |")
        print("|---" * (len(SHOWN) + 4) + "|")
        for name, result in sorted(results.items(), key=lambda row: -row[1][task][1]):
            cost = f"{result['fit']:.1f} | {result['rate']:,.0f} | {result['peak']:,.0f}"
            print(f"| {name} | {cells(result[task])} | {cost} |")
        for name, values in earlier.items():
            print(f"| *{name} (earlier)* | {cells(values)} | | | |")
        print()


def cells(values: Any) -> str:
    """Table cells with four digits; empty where there is no value."""
    return " | ".join("" if value is None else f"{value:.4f}".lstrip("0") for value in values)


def movielens(path: Path) -> None:
    """nDCG@20 on MovieLens 100k: per user by time, the last 20 % are the test; seen masked."""
    rows = pd.read_csv(path, sep="\t")
    rows.columns = pd.Index(["user", "item", "rating", "time"])
    rows = rows.sort_values(["user", "time", "item"], kind="stable")
    size = rows.groupby("user")["item"].transform("size")
    late = rows.groupby("user").cumcount() >= size - np.maximum(1, np.floor(size * 0.2))
    train = rows[~late]
    test = rows[late & rows["item"].isin(train["item"])]
    users, items = (IdMap(np.sort(train[column].unique())) for column in ("user", "item"))
    ones = np.ones(len(train), dtype=np.float32)
    user, item = users.index(train["user"].to_numpy()), items.index(train["item"].to_numpy())
    data = FitData(users, items, user, item, age_days=ones, weight=ones)
    started = time.process_time()
    model = Recommender(Ease(200.0, "binary", 180.0)).fit(data, 42)
    seconds = time.process_time() - started
    owner, ids = pd.factorize(test["user"], sort=True)
    lists, _ = model.rank(users.index(np.asarray(ids)), 20, model.fitted.seen)
    true_items = items.index(test["item"].to_numpy())
    hit = metrics.hits(lists, owner.astype(np.int64), true_items, len(items))
    ndcg = metrics.per_user(hit, np.bincount(owner), 20)["ndcg"].mean()
    print("| MovieLens 100k | nDCG@20 |\n|---|---|")
    print(f"| ease, {seconds:.2f} CPU s | {ndcg:.4f} |")
    for name, value in MOVIELENS.items():
        print(f"| *{name} (earlier)* | {value:.4f} |")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Model families: quality and cost")
    parser.add_argument("--peers", action="store_true", help="measure implicit too, if installed")
    parser.add_argument("--movielens", type=Path, metavar="FILE", help="ml-100k.inter")
    parser.add_argument("--one", metavar="ROW", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    try:
        if arguments.movielens:
            movielens(arguments.movielens)
        elif arguments.one:
            with one_thread():
                print(json.dumps(measure_one(arguments.one)))
        else:
            table(peers=arguments.peers)
    except RecommenderError as error:
        sys.exit(f"error: {error.message}\nhint: {error.hint}")


if __name__ == "__main__":
    main()
