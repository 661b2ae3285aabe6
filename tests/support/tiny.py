"""A clone whose models are small files in git: versions are made in milliseconds, without DVC."""

from collections.abc import Sequence
from pathlib import Path

import modelref
from support.project import Project


def tiny_clone(root: Path, models: Sequence[str], versions: int) -> Project:
    """Make a clone with as many commits as versions, each of which changes every model."""
    root.mkdir(parents=True)
    project = Project(root, ())
    project.git("init", "--quiet")
    declared = "".join(f"  {name}: {{path: {name}.txt, type: model}}\n" for name in models)
    project.write("dvc.yaml", f"artifacts:\n{declared}")
    commits = []
    for number in range(1, versions + 1):
        for name in models:
            project.write(f"{name}.txt", f"{name} {number}\n")
        project.git("add", "--all")
        project.git("commit", "--quiet", "--message", f"version {number}")
        commits.append(project.git("rev-parse", "HEAD"))
    return Project(root, tuple(commits))


def tiny_registry(root: Path, models: Sequence[str], versions: int) -> Project:
    """Make such a clone and register its commits as v0.1.0, v0.2.0, … of every model."""
    project = tiny_clone(root, models, versions)
    registry = modelref.open(root)
    for number, commit in enumerate(project.commits, start=1):
        for name in models:
            registry.register(name, rev=commit, version=f"v0.{number}.0")
    return project
