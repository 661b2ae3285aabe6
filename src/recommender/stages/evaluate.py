"""DVC stage `evaluate`: measure the model on the hold-out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tqdm import tqdm

from recommender.errors import LeakError
from recommender.evaluation.measure import TASKS, measure, per_user_table
from recommender.evaluation.panel import panel_lists, panel_users
from recommender.evaluation.plots import ndcg_by_segment, recall_by_cutoff
from recommender.evaluation.segments import segments
from recommender.files import read_table, write_json, write_table
from recommender.fitting.store import load, read_card
from recommender.interactions import USER
from recommender.params import evaluate_params
from recommender.split import before
from recommender.stages.prepared import read_known, read_parts
from recommender.stages.run import EVALUATION, METRICS, MODEL, PREPARED, run

if TYPE_CHECKING:
    from recommender.params import Section


def evaluate(root: Section) -> str:
    """Write metrics.json and data/evaluation."""
    params = evaluate_params(root)
    fitted_on = read_card(MODEL)["made_from"]["fit_on"]
    if params.holdout in fitted_on:
        raise LeakError(
            f"{MODEL}: fitted on {', '.join(fitted_on)}, and evaluate.holdout is {params.holdout}",
            "run `dvc repro` to fit it again, or set evaluate.holdout to test",
        )
    model = load(MODEL)
    earlier = before(params.holdout)
    history = read_parts(PREPARED, earlier)
    users, _ = read_known(PREPARED, earlier)
    truth = read_table(PREPARED / "holdout" / f"{params.holdout}.parquet")
    groups = segments(history, users, params.new_weeks)
    results = {
        task: measure(model, truth, history, task)
        for task in tqdm(TASKS, desc="evaluate", disable=None)
    }
    panel = panel_users(users[USER].to_numpy(), params.panel_users)
    write_table(EVALUATION / "users.parquet", per_user_table(results, groups))
    write_table(EVALUATION / "panel.parquet", panel_lists(model, panel))
    write_json(EVALUATION / "recall.json", recall_by_cutoff(results))
    write_json(EVALUATION / "segments.json", ndcg_by_segment(results, groups))
    write_json(METRICS, {task: result.summary for task, result in results.items()})
    shown = ", ".join(
        f"{task} nDCG@20 {result.summary['ndcg@20']:.4f} ({len(result.users):,} users)"
        for task, result in results.items()
    )
    return f"on {params.holdout}: {shown}"


if __name__ == "__main__":
    run("evaluate", evaluate)
