"""Rows of a diff's tables, the same for the terminal and for Markdown."""

from modelref.api.numbers import full_keys, number, signed
from modelref.usecases.compare import ModelDiff

METRIC_HEAD = ("Metric", "From", "To", "Change", "")
PARAM_HEAD = ("Parameter", "From", "To", "")
NO_METRIC = "No metric differs."
NO_PARAM = "No parameter differs."

_MARKS = {True: "better", False: "worse", None: ""}


def metric_rows(diff: ModelDiff) -> list[list[str]]:
    """Metrics that differ, each with its change and whether it is for the better."""
    names = full_keys([(change.path, change.metric) for change in diff.metrics])
    return [
        [
            name,
            number(change.before),
            number(change.after),
            signed(change.change),
            _MARKS[change.better],
        ]
        for name, change in zip(names, diff.metrics, strict=True)
    ]


def param_rows(diff: ModelDiff) -> list[list[str]]:
    """Parameters that differ; those that no DVC stage of the model reads are marked."""
    names = full_keys([(change.path, change.param) for change in diff.params])
    return [
        [name, number(change.before), number(change.after), "" if change.read else "not read"]
        for name, change in zip(names, diff.params, strict=True)
    ]
