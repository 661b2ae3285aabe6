"""Metrics and parameters of two versions, as DVC tells them and as we do."""

from typing import Any

from support.project import Project


def by_dvc(project: Project, what: str, *refs: str) -> dict[tuple[str, str], tuple[Any, Any]]:
    found = project.run("dvc", what, "diff", *refs, "--json").json
    return {
        (path, key): (_plain(change["old"]), _plain(change["new"]))
        for path, changes in found.items()
        for key, change in changes.items()
    }


def by_us(project: Project, what: str, *refs: str) -> dict[tuple[str, str], tuple[Any, Any]]:
    found = project.modelref("diff", *refs, "--only", what, "--json").json
    key = what.removesuffix("s")
    return {
        (one["path"], one[key]): (_plain(one["from"]), _plain(one["to"])) for one in found[what]
    }


def _plain(value: Any) -> Any:
    """DVC writes lists as text."""
    return str(value) if isinstance(value, list) else value
