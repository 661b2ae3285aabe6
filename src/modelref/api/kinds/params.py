"""Parameters that differ, told."""

from typing import Any

from modelref.api.kinds.section import Section
from modelref.api.numbers import full_keys, number
from modelref.usecases.compare import ModelDiff


def param_sections(diff: ModelDiff) -> list[Section]:
    """A table of parameters; those that no DVC stage of the model reads are marked."""
    names = full_keys([(change.path, change.param) for change in diff.params])
    rows = [
        [name, number(change.before), number(change.after), "" if change.read else "not read"]
        for name, change in zip(names, diff.params, strict=True)
    ]
    return [Section(("Parameter", "From", "To", ""), rows, "No parameter differs.", numbers=(1, 2))]


def param_shape(diff: ModelDiff) -> list[dict[str, Any]]:
    """``params`` of ``diff --json``."""
    return [
        {
            "path": change.path,
            "param": change.param,
            "from": change.before,
            "to": change.after,
            "read": change.read,
        }
        for change in diff.params
    ]
