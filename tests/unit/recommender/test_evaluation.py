import numpy as np
import pandas as pd

from recommender import params
from recommender.evaluation.measure import measure, per_user_table
from recommender.evaluation.panel import panel_lists, panel_users
from recommender.evaluation.plots import ndcg_by_segment, recall_by_cutoff
from recommender.evaluation.segments import SEGMENTS, segments
from recommender.features import fit_data
from recommender.fitting.recommender import Recommender
from recommender.models.recency_frequency import RecencyFrequency
from recommender.params import Part
from recommender.split import id_table, known, split, truth, with_weeks
from unit.recommender import sample

WEEKS = params.prepare_params(sample.root()).split
PARTS = split(with_weeks(sample.interactions(), sample.FIRST_DAY), WEEKS)
TRAIN = PARTS[Part.TRAIN]
HISTORY = pd.concat([TRAIN, PARTS[Part.VALIDATION]], ignore_index=True)
TRUTH = truth(HISTORY, PARTS[Part.TEST])


def fitted(rows: pd.DataFrame) -> Recommender:
    tables = [id_table({Part.TRAIN: rows}, column) for column in ("user", "item")]
    return Recommender(RecencyFrequency(120.0, 56)).fit(fit_data(rows, *tables), 0)


def test_the_novel_task_never_shows_what_was_met_before_the_hold_out() -> None:
    """Even to a model fitted on fewer weeks than those before the hold-out."""
    model = fitted(TRAIN)
    result = measure(model, TRUTH, HISTORY, "novel")
    met = set(zip(HISTORY["user"], HISTORY["item"], strict=True))
    items = model.fitted.items.ids
    for user, line in zip(result.users, result.lists, strict=True):
        assert not {(user, items[index]) for index in line if index >= 0} & met


def test_users_and_items_the_model_does_not_know_count_against_it() -> None:
    half = TRAIN[TRAIN["user"] <= 20]
    whole, part = (measure(fitted(rows), TRUTH, HISTORY, "all") for rows in (TRAIN, half))
    assert part.users.tolist() == whole.users.tolist()
    assert part.truths.tolist() == whole.truths.tolist()
    strangers = part.users > 20
    assert strangers.any()
    assert (part.per_user["recall@20"][strangers] == 0).all()


def test_a_model_that_knows_the_habits_beats_one_that_does_not() -> None:
    assert measure(fitted(HISTORY), TRUTH, HISTORY, "all").summary["recall@20"] > 0.6


def test_the_table_has_a_row_a_user_and_task_and_means_to_the_summary() -> None:
    results = {task: measure(fitted(HISTORY), TRUTH, HISTORY, task) for task in ("all", "novel")}
    groups = segments(HISTORY, known(id_table(PARTS, "user"), (Part.TRAIN,)), 2)
    table = per_user_table(results, groups)
    assert not table.duplicated(["user", "task"]).any()
    assert not table[list(SEGMENTS)].isna().any(axis=None)
    for task, result in results.items():
        mean = table.loc[table["task"] == task, "ndcg@20"].mean()
        assert round(mean, 6) == result.summary["ndcg@20"]
    recall = recall_by_cutoff(results)
    assert recall[-1]["all"] == results["all"].summary["recall@20"]
    assert [point["k"] for point in recall] == list(range(1, 21))
    bars = ndcg_by_segment(results, groups)
    activity = [bar["users"] for bar in bars if str(bar["segment"]).startswith("activity")]
    assert sum(int(str(users)) for users in activity) == len(results["all"].users)


def test_segments_tell_new_from_loyal_and_light_from_heavy() -> None:
    history = pd.DataFrame(
        {
            "user": [1, 1, 1, 2, 2, 3],
            "item": [7, 8, 9, 7, 8, 7],
            "time": pd.to_datetime(["2024-01-01"] * 5 + ["2024-03-01"]),
        }
    )
    table = segments(history, pd.DataFrame({"user": [1, 2, 3], "age": ["65+", None, None]}), 4)
    assert table["loyalty"].tolist() == ["loyal", "loyal", "new"]
    assert table["activity"].tolist() == ["heavy", "regular", "light"]
    assert table["taste"].tolist() == ["tail", "mixed", "head"], "item 7 is the head"
    assert table["age"].tolist() == ["65+", "unknown", "unknown"]
    assert table["income"].tolist() == ["unknown"] * 3


def test_the_panel_stays_when_users_join() -> None:
    before = panel_users(np.arange(1000), 50)
    after = panel_users(np.arange(1010), 50)
    assert len(set(before) - set(after)) <= 10
    assert set(after) <= set(before) | set(range(1000, 1010))


def test_panel_lists_are_ranked_from_one_and_descend() -> None:
    lists = panel_lists(fitted(HISTORY), np.array([5, 9, 12345]))
    assert lists["user"].unique().tolist() == [5, 9]
    for _, one in lists.groupby("user"):
        assert one["rank"].tolist() == list(range(1, 21))
        assert (one["score"].diff().dropna() <= 0).all()
