"""What one model's DVC stages have made in the workspace, as files on top of a commit.

The other way round than a restore: here the workspace is the place that entries come from.
"""

import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from modelref.adapters.dvc.declared.filenames import DVC_SUFFIX
from modelref.adapters.dvc.declared.places import Place
from modelref.adapters.dvc.restore.texts import (
    differing_definitions,
    lock_entries,
    parameters,
    written,
)
from modelref.adapters.git.commits import GitCommits
from modelref.domain.names import Artifact
from modelref.domain.sharing import Share, share
from modelref.errors import Refused


def carried_files(
    commits: GitCommits, artifact: Artifact, path: str, head: str
) -> Mapping[str, bytes | None]:
    """What a commit of this model's results changes, and nothing of other models.

    These are the entries of ``dvc.lock``, the parameters and the files in git (metrics) of the DVC
    stages that it needs or that measure it, and the ``.dvc`` files of its inputs or of itself; with
    a model that no DVC stage makes, the metrics and tables that tell of it.

    Args:
        commits: git.
        artifact: the model.
        path: repository path of its files.
        head: full id of the commit that they are set on.

    Returns:
        By repository path, what a file shall hold; None where it vanishes.

    Raises:
        Refused: the workspace's definitions are not those of the commit.
    """
    made, onto = Place(commits, None), Place(commits, head)
    others = {name: at for name, at in made.models().items() if name != str(artifact)}
    divided = share(made.graph, path, made.graph, others)
    needed = replace(divided, own=divided.own | divided.shared.keys())
    differing = differing_definitions(made, onto, artifact, needed)
    if differing:
        names = ", ".join(dict.fromkeys(want.label for want in differing))
        raise Refused(
            f"the pipeline differs from commit {head[:10]}: {names}",
            kind="uncommitted",
            hint="git commit the dvc.yaml first: --commit carries results, not definitions",
        )
    wants = [*lock_entries(made, onto, needed), *parameters(made, onto, needed).entries]
    texts = written(wants, onto, made)
    files: dict[str, bytes | None] = {name: text.encode() for name, text in texts.items()}
    own = [] if made.graph.makers(path) else [path]  # the part of a folder that git keeps
    told = _told_of(made, artifact, path)
    whole = commits.changed([*_outs(made, needed), *_dvc_files(made, needed, path), *own, *told])
    return files | {name: _data(made, name) for name in whole if name not in files}


def _data(made: Place, path: str) -> bytes | None:
    data = made.data(path)
    if data is None and os.path.lexists(made.commits.repository.root / path):
        raise Refused(
            f"{path} is no plain file that git should keep",
            kind="uncommitted",
            hint=f"let DVC keep it (no cache: false), or commit it: git add {shlex.quote(path)}",
        )
    return data


def _outs(made: Place, needed: Share) -> Iterator[str]:
    """Outs of which git may keep some (``cache: false``): those that DVC keeps, git ignores."""
    for stage in sorted(needed.own):
        yield from (out.path for out in made.stages[stage].outs)


def _told_of(made: Place, artifact: Artifact, path: str) -> Iterator[str]:
    """Metrics and tables that tell of a model which no DVC stage makes."""
    if made.graph.makers(path):
        return
    annotation = made.artifacts(artifact.dir).get(artifact.name)
    told = annotation.meta.get("modelref") if annotation else None
    entries = told.values() if isinstance(told, Mapping) else ()
    tables = [name for name in entries if isinstance(name, str)]
    names = [*made.loose_metrics(artifact.dir), *tables]
    folders = [str(parent) for name in names for parent in PurePosixPath(name).parents]
    yield from names
    yield from (f"{name}{DVC_SUFFIX}" for name in dict.fromkeys([*names, *folders]))


def _dvc_files(made: Place, needed: Share, path: str) -> Iterator[str]:
    deps = {dep for name in needed.own for dep in made.stages[name].deps}
    yield from (
        f"{name}{DVC_SUFFIX}" for name in sorted({*deps, path}) if not made.graph.makers(name)
    )
