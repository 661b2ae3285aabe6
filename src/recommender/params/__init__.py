"""params.yaml, parsed once at the door into frozen dataclasses."""

from recommender.params.load import parse_yaml, read_params
from recommender.params.pipeline import (
    CleaningParams,
    EvaluateParams,
    FeaturizeParams,
    Part,
    PrepareParams,
    SplitParams,
    evaluate_params,
    featurize_params,
    fit_on,
    prepare_params,
)
from recommender.params.section import Section
from recommender.params.source import (
    CollectParams,
    FilesParams,
    InteractionColumns,
    TableParams,
    collect_params,
)

__all__ = [
    "CleaningParams",
    "CollectParams",
    "EvaluateParams",
    "FeaturizeParams",
    "FilesParams",
    "InteractionColumns",
    "Part",
    "PrepareParams",
    "Section",
    "SplitParams",
    "TableParams",
    "collect_params",
    "evaluate_params",
    "featurize_params",
    "fit_on",
    "parse_yaml",
    "prepare_params",
    "read_params",
]
