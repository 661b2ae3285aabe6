"""Every value that is not allowed is refused by name, with what is allowed."""

from pathlib import Path
from typing import Any

import pytest

from recommender import params
from recommender.errors import LeakError, ParamsError
from recommender.models import chosen_family, family_class, family_names
from recommender.params import Section
from unit.recommender import sample

REPOSITORY = sample.REPOSITORY


def parse_all(root: Section) -> None:
    params.collect_params(root)
    params.prepare_params(root)
    params.featurize_params(root)
    params.fit_on(root)
    params.evaluate_params(root)
    chosen_family(root)


def test_the_repositorys_own_params_are_allowed_for_every_family() -> None:
    parse_all(params.read_params(REPOSITORY / "params.yaml"))
    for name in family_names():
        assert isinstance(chosen_family(sample.root(train__model=name))[0], family_class(name))


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("collect__source", "s3", "one of completejourney, files"),
        ("collect__until", "yesterday", "a date or time such as"),
        ("prepare__first_week", 5, "a date or time such as"),
        ("prepare__split__train", [9, 3], "first <= last"),
        ("prepare__split__train", [True, 3], "whole numbers from 1"),
        ("prepare__split__validation", [8, 10], "weeks from 9, after the part before"),
        ("prepare__split__test", "last", "[first week, last week]"),
        ("prepare__cleaning__duplicates", "yes", "true or false"),
        ("prepare__cleaning__exclude__department", "FUEL", "a list of texts"),
        ("fit_on", ["test"], "[train] or [train, validation]"),
        ("fit_on", "train", "[train] or [train, validation]"),
        ("featurize__tau_days", 0, "a number above 0"),
        ("featurize__tau_days", float("nan"), "a number above 0"),
        ("featurize__popularity_days", 0, "a whole number from 1"),
        ("train__seed", -1, "a whole number from 0 to 4294967295"),
        ("train__blend__components__ease__weight", 0, "a number above 0"),
        ("train__blend__components__ease__params__regularization", -3, "a number above 0"),
        ("train__blend__components__ease__params__weighting", "tfidf", "one of binary, log"),
        ("evaluate__holdout", "train", "one of test, validation"),
        ("evaluate__panel_users", 2.5, "a whole number from 1"),
    ],
)
def test_a_value_out_of_range_is_named_with_what_is_allowed(
    key: str, value: Any, allowed: str
) -> None:
    with pytest.raises(ParamsError) as error:
        parse_all(sample.root(**{key: value}))
    assert key.replace("__", ".") in error.value.message
    assert repr(value) in error.value.message
    assert allowed in error.value.message
    assert "params.yaml" in error.value.hint


@pytest.mark.parametrize(
    ("model", "key", "value"),
    [
        ("als", "factors", 0),
        ("als", "factors", 5000),
        ("als", "iterations", 0),
        ("als", "regularization", 0),
        ("als", "alpha", -1),
        ("als", "weighting", "idf"),
        ("ease", "tau_days", 0),
        ("popularity", "days", 0),
        ("recency_frequency", "tau_days", 0),
        ("recency_frequency", "popularity_days", 1.5),
    ],
)
def test_hyper_parameters_are_checked_for_the_chosen_family(
    model: str, key: str, value: Any
) -> None:
    with pytest.raises(ParamsError, match=rf"train\.{model}\.{key} is .*; allowed: "):
        parse_all(sample.root(**{"train__model": model, f"train__{model}__{key}": value}))


def test_hyper_parameters_of_other_families_are_not_looked_at() -> None:
    chosen = chosen_family(sample.root(train__model="popularity", train__als__factors=0))
    assert isinstance(chosen[0], family_class("popularity"))


def test_an_unknown_family_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ParamsError) as error:
        chosen_family(sample.root(train__model="bert"))
    assert error.value.message == (
        "params.yaml: train.model is 'bert'; allowed: one of "
        "als, blend, ease, popularity, recency_frequency"
    )


def test_a_misspelt_key_is_refused_with_a_guess() -> None:
    with pytest.raises(ParamsError) as error:
        params.featurize_params(sample.root(featurize__tau_day=3))
    assert "featurize.tau_day is not a parameter" in error.value.message
    assert error.value.hint == "did you mean featurize.tau_days?"


def test_a_missing_key_is_named() -> None:
    document = sample.params()
    del document["prepare"]["split"]["test"]
    with pytest.raises(ParamsError, match=r"prepare\.split\.test is missing"):
        params.prepare_params(Section("", document))


def test_weeks_the_model_is_fitted_on_cannot_be_the_hold_out() -> None:
    with pytest.raises(LeakError, match="weeks the model is fitted on"):
        params.evaluate_params(sample.root(evaluate__holdout="validation"))
    allowed = sample.root(evaluate__holdout="validation", fit_on=["train"])
    assert params.evaluate_params(allowed).holdout == "validation"


def test_a_files_source_needs_its_columns() -> None:
    files = {"path": "shop", "columns": {"user": "u", "item": "i"}}
    with pytest.raises(ParamsError, match=r"collect\.files\.columns\.time is missing"):
        params.collect_params(sample.root(collect={"source": "files", "files": files}))


def test_event_weights_need_an_event_column() -> None:
    columns = {"user": "u", "item": "i", "time": "t"}
    files = {"path": "shop", "columns": columns, "events": {"order": 1}}
    with pytest.raises(ParamsError, match=r"only together with collect\.files\.columns\.event"):
        params.collect_params(sample.root(collect={"source": "files", "files": files}))


@pytest.mark.parametrize(("text", "reason"), [("a: [", "not readable"), ("- 1", "must hold")])
def test_a_file_that_is_not_a_mapping_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "params.yaml").write_text(text)
    with pytest.raises(ParamsError, match=reason):
        params.read_params(tmp_path / "params.yaml")


def test_on_and_no_are_words_as_dvc_reads_them(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text("on: no\nflag: true\n")
    root = params.read_params(tmp_path / "params.yaml")
    assert root.text("on") == "no"
    assert root.boolean("flag")


def test_dates_are_read_as_utc() -> None:
    section = Section("", {"a": "2024-01-01T01:00:00+01:00"})
    instant = section.instant("a")
    assert instant is not None
    assert instant.isoformat() == "2024-01-01T00:00:00"
