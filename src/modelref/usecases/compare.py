"""Compare: a model at two refs, or at one and in the workspace."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelref.domain.diff.kind import DiffKind
from modelref.domain.diff.metrics import MetricChange, diff_metrics
from modelref.domain.diff.params import ParamChange, diff_params
from modelref.domain.diff.weights import WeightsDiff
from modelref.domain.ref import Ref
from modelref.domain.snapshot import Snapshot
from modelref.domain.target import Target, find
from modelref.errors import BadInput
from modelref.usecases.reading import read_model
from modelref.usecases.weights.compare import compare_weights

if TYPE_CHECKING:
    from modelref.ports import World


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a diff.

    Attributes:
        target: the version; None for the workspace.
        snapshot: its facts.
        cached: for each out, whether all its bytes are in this clone's cache.
    """

    target: Target | None
    snapshot: Snapshot
    cached: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelDiff:
    """What differs between two sides of one model.

    Attributes:
        a: where it comes from.
        b: where it goes to.
        kinds: what was compared.
        metrics: metrics that differ; empty where they were not compared.
        params: parameters that differ; empty where they were not compared.
        stale: why the workspace is not what its pipeline makes: its metrics are then those of
            older parameters; empty when it is, or when it was not compared.
        weights: what differs inside the files; None where they were not compared.
    """

    a: Side
    b: Side
    kinds: tuple[DiffKind, ...]
    metrics: tuple[MetricChange, ...]
    params: tuple[ParamChange, ...]
    stale: tuple[str, ...] = ()
    weights: WeightsDiff | None = None

    def __bool__(self) -> bool:
        return bool(self.metrics or self.params or self.weights)


def compare(
    world: "World",
    a: Ref,
    b: Ref | None,
    kinds: Collection[DiffKind],
    *,
    at: int | None = None,
) -> ModelDiff:
    """Compare two refs of one model; ``b`` None is the workspace, uncommitted changes included.

    Raises:
        UnknownRef: one is not there.
        BadInput: the refs name two different models.
    """
    if b is not None and a.artifact != b.artifact:
        raise BadInput(
            f"{a} and {b} are versions of different models",
            kind="invalid-ref",
            hint="compare two versions of one model",
        )
    before = _side(world, a, at)
    after = (
        _side(world, b, at)
        if b
        else _measured(world, None, world.pipeline.snapshot(a.artifact, None))
    )
    chosen = tuple(kind for kind in DiffKind if kind in kinds)
    return ModelDiff(
        before,
        after,
        chosen,
        diff_metrics(before.snapshot, after.snapshot) if DiffKind.METRICS in chosen else (),
        diff_params(before.snapshot, after.snapshot) if DiffKind.PARAMS in chosen else (),
        () if b else tuple(world.pipeline.stale(a.artifact, None)),
        compare_weights(world, before, after) if DiffKind.WEIGHTS in chosen else None,
    )


def _side(world: "World", ref: Ref, at: int | None) -> Side:
    model, _ = read_model(world, ref.artifact, at=at)
    target = find(model, ref)
    return _measured(world, target, world.pipeline.snapshot(ref.artifact, target.commit))


def _measured(world: "World", target: Target | None, snapshot: Snapshot) -> Side:
    return Side(target, snapshot, tuple(world.outputs.cached(out) for out in snapshot.outs))
