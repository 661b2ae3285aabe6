"""`prepare`, `featurize`, `fit_on` and `evaluate`: the protocol of the pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from recommender.errors import LeakError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from recommender.params.section import Section


class Part(StrEnum):
    """The parts of the calendar, oldest first."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


@dataclass(frozen=True)
class SplitParams:
    """First and last week of each part, both included, in order and without overlap."""

    train: tuple[int, int]
    validation: tuple[int, int]
    test: tuple[int, int]

    def weeks(self, part: Part) -> tuple[int, int]:
        """First and last week of a part."""
        return {
            Part.TRAIN: self.train,
            Part.VALIDATION: self.validation,
            Part.TEST: self.test,
        }[part]


@dataclass(frozen=True)
class CleaningParams:
    """Which rows are left out.

    Attributes:
        unknown_items: Leave out rows whose item is not in the items table.
        exclude: Column of the items table -> values whose rows are left out.
        exclude_containing: Column of the items table -> words; a row whose item holds one of them
            in that column is left out.
        non_positive_quantity: Leave out rows with a quantity of zero or less.
        duplicates: Leave out exact repetitions of a row.
    """

    unknown_items: bool
    exclude: Mapping[str, tuple[str, ...]]
    exclude_containing: Mapping[str, tuple[str, ...]]
    non_positive_quantity: bool
    duplicates: bool


@dataclass(frozen=True)
class PrepareParams:
    """Cleaning and split.

    Attributes:
        first_week: When week 1 begins (UTC); None: the source carries week numbers of its own.
        split: Weeks of each part.
        cleaning: Which rows are left out.
    """

    first_week: dt.datetime | None
    split: SplitParams
    cleaning: CleaningParams


@dataclass(frozen=True)
class FeaturizeParams:
    """Features.

    Attributes:
        tau_days: Days after which a row counts 1/e in the recency-weighted counts.
        popularity_days: Days before the end of the fit weeks over which popularity is counted.
    """

    tau_days: float
    popularity_days: int


@dataclass(frozen=True)
class EvaluateParams:
    """Evaluation.

    Attributes:
        holdout: Which part to measure on.
        panel_users: How many users' lists are kept for comparing versions.
        new_weeks: A user first seen in so many weeks before the hold-out is new.
    """

    holdout: Part
    panel_users: int
    new_weeks: int


def prepare_params(root: Section) -> PrepareParams:
    """Parse `prepare`."""
    section = root.section("prepare")
    section.only("first_week", "split", "cleaning")
    cleaning = section.section("cleaning")
    cleaning.only(
        "unknown_items", "exclude", "exclude_containing", "non_positive_quantity", "duplicates"
    )
    return PrepareParams(
        first_week=section.instant("first_week"),
        split=_split(section.section("split")),
        cleaning=CleaningParams(
            unknown_items=cleaning.boolean("unknown_items"),
            exclude=_words(cleaning, "exclude"),
            exclude_containing=_words(cleaning, "exclude_containing"),
            non_positive_quantity=cleaning.boolean("non_positive_quantity"),
            duplicates=cleaning.boolean("duplicates"),
        ),
    )


def featurize_params(root: Section) -> FeaturizeParams:
    """Parse `featurize`."""
    section = root.section("featurize")
    section.only("tau_days", "popularity_days")
    return FeaturizeParams(
        section.number("tau_days", above=0), section.integer("popularity_days", 1)
    )


def fit_on(root: Section) -> tuple[Part, ...]:
    """Parse `fit_on`, the parts that features and model may see.

    Returns:
        (train,) or (train, validation).
    """
    value = root.raw("fit_on")
    allowed = {1: (Part.TRAIN,), 2: (Part.TRAIN, Part.VALIDATION)}
    parts = allowed.get(len(value)) if isinstance(value, list) else None
    if parts is None or value != [str(part) for part in parts]:
        root.refuse("fit_on", value, "[train] or [train, validation]")
    return parts


def evaluate_params(root: Section) -> EvaluateParams:
    """Parse `evaluate`.

    Raises:
        ParamsError: A value is not allowed.
        LeakError: The model would be measured on weeks it was fitted on.
    """
    section = root.section("evaluate")
    section.only("holdout", "panel_users", "new_weeks")
    holdout = Part(section.choice("holdout", (Part.VALIDATION, Part.TEST)))
    if holdout in fit_on(root):
        raise LeakError(
            f"params.yaml: evaluate.holdout is {holdout}, weeks the model is fitted on (fit_on)",
            f"set evaluate.holdout to test, or take {holdout} out of fit_on",
        )
    return EvaluateParams(
        holdout, section.integer("panel_users", 1), section.integer("new_weeks", 1)
    )


def _split(section: Section) -> SplitParams:
    section.only("train", "validation", "test")
    train, validation, test = (section.weeks(part) for part in Part)
    for earlier, later, key in ((train, validation, "validation"), (validation, test, "test")):
        if later[0] <= earlier[1]:
            section.refuse(key, list(later), f"weeks from {earlier[1] + 1}, after the part before")
    return SplitParams(train, validation, test)


def _words(parent: Section, key: str) -> dict[str, tuple[str, ...]]:
    if key not in parent:
        return {}
    section = parent.section(key)
    return {column: section.texts(column) for column in section.entries()}
