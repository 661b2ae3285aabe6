"""Score a model on a hold-out that it was not evaluated on: `python -m recommender.score --help`.

Two versions whose hold-outs differ (rolling weeks) compare once the older one is measured on the
newer one's hold-out. Beside the hold-out this needs what was known before it: the parts and the
hold-outs that the DVC stage `prepare` writes lie in one folder, and the hold-out is read where it
lies there.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from recommender.errors import LeakError, SourceError
from recommender.evaluation.measure import TASKS, measure, per_user_table
from recommender.files import read_table, write_table
from recommender.fitting.store import load, read_card
from recommender.interactions import TIME, USER
from recommender.params import Part
from recommender.reporting import reported
from recommender.split import before
from recommender.stages.prepared import read_parts

if TYPE_CHECKING:
    from collections.abc import Sequence


def score(model: Path, holdout: Path, out: Path) -> str:
    """Write results per user: `user`, `task`, one column a metric.

    Args:
        model: Folder of a saved model.
        holdout: `holdout/PART.parquet` in a folder that `prepare` wrote.
        out: The Parquet file to write.

    Returns:
        What was done, in a line.

    Raises:
        SourceError: The hold-out does not lie in such a folder.
        LeakError: The model was fitted on rows that are not earlier than the hold-out.
    """
    part, prepared = _place(holdout)
    history = read_parts(prepared, before(part))
    _refuse_leak(model, history)
    fitted = load(model)
    truth = read_table(holdout)
    results = {task: measure(fitted, truth, history, task) for task in TASKS}
    write_table(out, per_user_table(results, history[[USER]].drop_duplicates()))
    return ", ".join(
        f"{task} nDCG@20 {result.summary['ndcg@20']:.4f} ({len(result.users):,} users)"
        for task, result in results.items()
    )


def _place(holdout: Path) -> tuple[Part, Path]:
    """The part that a hold-out is the truth of, and the folder that `prepare` wrote."""
    folder = holdout.resolve().parent
    if folder.name != "holdout" or holdout.stem not in list(Part):
        raise SourceError(
            f"{holdout}: not a hold-out that the DVC stage prepare wrote",
            "name holdout/test.parquet in its folder data/prepared",
        )
    return Part(holdout.stem), folder.parent


def _refuse_leak(model: Path, history: pd.DataFrame) -> None:
    as_of = read_card(model)["made_from"].get("as_of")
    last = history[TIME].max()
    if as_of is not None and pd.Timestamp(as_of) > last:
        raise LeakError(
            f"{model}: fitted on rows up to {as_of}, and the hold-out begins after {last}",
            "score it on a later hold-out",
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m recommender.score", description=score.__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    for name, what in (
        ("--model", "folder of a saved model"),
        ("--holdout", "hold-out in the folder that prepare wrote, its history beside it"),
        ("--out", "Parquet file to write"),
    ):
        parser.add_argument(name, type=Path, required=True, metavar="PATH", help=what)
    given = parser.parse_args(arguments)
    reported("score", lambda: score(given.model, given.holdout, given.out))


if __name__ == "__main__":
    main()
