"""Whether a range of commits touches a model: what it is made of, or what makes it."""

from typing import TYPE_CHECKING

from modelref.domain.diff.data import changed_inputs
from modelref.domain.diff.metrics import diff_metrics
from modelref.domain.diff.params import diff_params
from modelref.domain.diff.pipeline import diff_pipeline
from modelref.domain.diff.values import metrics_unread
from modelref.domain.names import Artifact
from modelref.domain.outs import Out
from modelref.domain.snapshot import Snapshot
from modelref.errors import ModelRefError
from modelref.usecases.comparing.code import compare_code
from modelref.usecases.comparing.sides import Pair, Side

if TYPE_CHECKING:
    from modelref.ports import World

_DEFINITION = "dvc.yaml"


def is_touched(world: "World", pair: Pair) -> bool:
    """Whether a model's files, metrics, entry, DVC stages, or what these read differs.

    Parameters that no DVC stage of the model reads are not its own, nor is what ``dvc.yaml`` says
    of other models.

    Raises:
        OutOfReach: git cannot say.
    """
    a, b = pair.a.snapshot, pair.b.snapshot
    return bool(
        _files(pair.a) != _files(pair.b)
        or a.annotation != b.annotation
        or any(change.read for change in diff_params(a, b))
        or diff_metrics(a, b)
        or _other_unread_metrics(a, b)
        or diff_pipeline(a.lineage, b.lineage)
        or list(changed_inputs(_inputs(pair.a), _inputs(pair.b)))
        or compare_code(world, pair, patch=False).changes
        or _newly_stale(world, pair)
    )


def staleness(world: "World", artifact: Artifact, commit: str | None) -> tuple[str, ...]:
    """Why a model at a commit is not what its pipeline makes; empty too where DVC cannot tell."""
    try:
        return tuple(world.pipeline.stale(artifact, commit))
    except ModelRefError:
        return ()


def _newly_stale(world: "World", pair: Pair) -> bool:
    """Whether ``dvc.yaml`` asks for something else by now, which nobody ran."""
    before, after = pair.a.snapshot.commit, pair.b.snapshot.commit
    path = f"{pair.artifact.dir}/{_DEFINITION}".removeprefix("/")
    if before is None or not world.commits.changes(before, after, [path]):
        return False
    return bool(
        set(staleness(world, pair.artifact, after)) - set(staleness(world, pair.artifact, before))
    )


def _other_unread_metrics(a: Snapshot, b: Snapshot) -> bool:
    """Whether metrics that cannot be read are others, as far as that is known."""
    both = a.unread & b.unread
    return any(
        path not in both or a.lineage.find(path) or b.lineage.find(path)
        for path in metrics_unread(a, b)
    )


def _files(side: Side) -> set[tuple[str, str, str]]:
    return {out.key for out in side.snapshot.outs}


def _inputs(side: Side) -> dict[str, Out]:
    return dict(side.snapshot.lineage.inputs(side.snapshot.annotation.path))
