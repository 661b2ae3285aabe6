"""What gto, and what we, read in the tags of a clone."""

import gto.api
from gto.constants import VersionSort

import modelref
from support.project import Project


def clear(project: Project) -> None:
    """Take all tags away."""
    tags = project.git("tag").split()
    if tags:
        project.git("tag", "-d", *tags)


def theirs(project: Project) -> dict[str, tuple[str | None, dict[str, str]]]:
    """Latest version and stages of every model, as gto reads them."""
    # As `gto show` asks: deprecated models too, one version a stage, the newest by date.
    shown = gto.api._show_registry(
        str(project.root),
        deprecated=True,
        assignments_per_version=-1,
        versions_per_stage=1,
        sort=VersionSort.Timestamp,
    )
    return {
        name: (
            row["version"],
            {
                stage: version if version.startswith("v") else version[:10]
                for stage, version in row["stage"].items()
                if version
            },
        )
        for name, row in shown.items()
    }


def ours(project: Project) -> dict[str, tuple[str | None, dict[str, str]]]:
    """The same, as we read them."""
    models = modelref.open(project.root).models()
    return {model.name: (model.latest, dict(model.stages)) for model in models}
