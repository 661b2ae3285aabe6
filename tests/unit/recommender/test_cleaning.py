import pandas as pd
import pytest

from recommender import params
from recommender.cleaning import clean
from recommender.errors import ParamsError
from unit.recommender import sample

RULES = params.prepare_params(sample.root()).cleaning


def dirty() -> pd.DataFrame:
    """Six rows: a good one, then one for each rule."""
    rows = sample.interactions().query("item >= 1002").head(1)
    rows = pd.concat([rows] * 6, ignore_index=True)
    rows["time"] += pd.to_timedelta([0, 1, 2, 3, 4, 0], unit="h")
    rows.loc[1, "item"] = 77  # not in the items table
    rows.loc[2, "item"] = 1000  # department FUEL
    rows.loc[3, "item"] = 1001  # type GASOLINE-REG
    rows.loc[4, "quantity"] = 0
    return rows


def test_each_rule_leaves_out_its_row_and_counts_it() -> None:
    cleaned = clean(dirty(), sample.items(), RULES)
    assert cleaned.rows.index.tolist() == [0]
    assert cleaned.dropped == {
        "unknown_items": 1,
        "exclude_department": 1,
        "exclude_containing_type": 1,
        "non_positive_quantity": 1,
        "duplicates": 1,
    }
    assert cleaned.total == 5


def test_a_row_that_falls_to_two_rules_is_one_row() -> None:
    rows = dirty()
    rows.loc[2, "quantity"] = -1
    cleaned = clean(rows, sample.items(), RULES)
    assert cleaned.dropped["non_positive_quantity"] == 2
    assert cleaned.total == 5


def test_a_rule_on_a_column_the_items_lack_is_refused() -> None:
    with pytest.raises(ParamsError, match=r"prepare\.cleaning\.exclude\.department: the items"):
        clean(dirty(), sample.items()[["item", "name"]], RULES)
