import pandas as pd
import pytest

from recommender import params
from recommender.errors import ParamsError, SourceError, UnknownUserError
from recommender.params import Part
from recommender.split import before, id_map, id_table, known, split, truth, with_weeks
from unit.recommender import sample

WEEKS = params.prepare_params(sample.root()).split


def parts(rows: pd.DataFrame | None = None) -> dict[Part, pd.DataFrame]:
    rows = sample.interactions() if rows is None else rows
    return split(with_weeks(rows, sample.FIRST_DAY), WEEKS)


def test_a_part_holds_its_weeks_and_no_others() -> None:
    cut = parts()
    assert {part: (rows["week"].min(), rows["week"].max()) for part, rows in cut.items()} == {
        "train": (1, 8),
        "validation": (9, 10),
        "test": (11, 12),
    }
    assert cut[Part.TRAIN]["time"].max() < cut[Part.VALIDATION]["time"].min()


def test_weeks_begin_where_params_say() -> None:
    moments = pd.to_datetime(["2024-01-01 00:00:00", "2024-01-07 23:59:59", "2024-01-08 00:00:00"])
    weeks = with_weeks(pd.DataFrame({"time": moments}), sample.FIRST_DAY)["week"]
    assert weeks.tolist() == [1, 1, 2]


def test_week_numbers_must_come_from_somewhere() -> None:
    with pytest.raises(ParamsError, match=r"prepare\.first_week is missing"):
        with_weeks(sample.interactions(), None)


def test_the_order_of_the_source_does_not_matter() -> None:
    shuffled = sample.interactions().sample(frac=1, random_state=1)
    for part, rows in parts().items():
        pd.testing.assert_frame_equal(rows, parts(shuffled)[part])


def test_an_empty_part_is_refused_with_the_weeks_there_are() -> None:
    rows = sample.interactions().query("time < '2024-03-11'")
    with pytest.raises(SourceError, match=r"no rows in weeks 11 to 12 \(test\); the data have"):
        parts(rows)


def test_week_numbers_that_contradict_the_clock_are_refused() -> None:
    rows = with_weeks(sample.interactions(), sample.FIRST_DAY)
    rows.loc[rows["time"].idxmin(), "week"] = 12
    with pytest.raises(SourceError, match="do not follow the clock"):
        split(rows, WEEKS)


def test_what_is_known_at_a_cut_is_a_prefix_of_the_id_table() -> None:
    cut = parts(sample.interactions(n_items=300))
    table = id_table(cut, "item")
    assert table["item"].is_unique
    for upto in (before(Part.VALIDATION), before(Part.TEST)):
        ids = known(table, upto)["item"]
        assert ids.tolist() == table["item"].head(len(ids)).tolist()
        assert set(ids) == set(pd.concat([cut[part] for part in upto])["item"])


def test_truth_is_of_known_users_and_items_and_marks_what_is_new_to_the_user() -> None:
    history = pd.DataFrame({"user": [1, 2], "item": [10, 11]})
    rows = pd.DataFrame({"user": [2, 1, 1, 1, 9], "item": [11, 11, 11, 99, 10]})
    pairs = truth(history, rows)
    assert pairs.to_dict("list") == {"user": [1, 2], "item": [11, 11], "novel": [True, False]}


def test_an_unknown_user_is_named() -> None:
    users = id_map(pd.DataFrame({"user": ["a", "b"]}), "user")
    assert users.index(pd.array(["b", "x"]).to_numpy()).tolist() == [1, -1]
    with pytest.raises(UnknownUserError, match="user x is not among the 2 users"):
        users.known(pd.array(["b", "x"]).to_numpy())
