"""Compare: a model at two refs, or at one and in the workspace."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from modelref.domain.diff.behaviour import BehaviourDiff
from modelref.domain.diff.code import CodeChange
from modelref.domain.diff.data import InputChange
from modelref.domain.diff.kind import DiffKind
from modelref.domain.diff.metrics import Basis, MetricChange
from modelref.domain.diff.params import ParamChange
from modelref.domain.diff.pipeline import StageChange
from modelref.domain.diff.values import Absent, metrics_unread
from modelref.domain.diff.weights import WeightsDiff
from modelref.domain.edited import Edited
from modelref.domain.names import Artifact
from modelref.domain.ref import Ref
from modelref.domain.reviewing import Judged, judge_quality
from modelref.usecases.comparing.behaviour import behaviour_files, compare_behaviour
from modelref.usecases.comparing.code import compare_code
from modelref.usecases.comparing.data import compare_data
from modelref.usecases.comparing.footing import metrics_files
from modelref.usecases.comparing.found import Found, attempt
from modelref.usecases.comparing.metrics import compare_metrics
from modelref.usecases.comparing.params import compare_params
from modelref.usecases.comparing.pipeline import compare_pipeline
from modelref.usecases.comparing.sides import Pair, Side, read_pair
from modelref.usecases.weights.compare import compare_weights

if TYPE_CHECKING:
    from modelref.ports import World

T = TypeVar("T")

__all__ = ["ModelDiff", "Side", "compare", "compare_pair"]


@dataclass(frozen=True, slots=True)
class ModelDiff:
    """What differs between two sides of one model.

    What was not compared is empty; what could not be is said in ``absent``.

    Attributes:
        a: where it comes from.
        b: where it goes to.
        kinds: what was compared.
        basis: on what the metrics of both sides rest, and their changes on the same users.
        metrics: metrics that differ.
        params: parameters that differ.
        data: inputs that differ.
        code: files in git that DVC stages depend on, and that differ.
        pipeline: DVC stages that differ.
        weights: what differs inside the files.
        behaviour: whose lists change; None where that is not known.
        absent: by kind, what is not available and why.
        stale: why the workspace is not what its pipeline makes: its metrics are then those of
            older parameters; empty when it is, or when it was not compared.
        edited: kinds of which the workspace has other files than DVC recorded and we compared.
    """

    a: Side
    b: Side
    kinds: tuple[DiffKind, ...]
    basis: Basis = field(default_factory=Basis)
    metrics: tuple[MetricChange, ...] = ()
    params: tuple[ParamChange, ...] = ()
    data: tuple[InputChange, ...] = ()
    code: tuple[CodeChange, ...] = ()
    pipeline: tuple[StageChange, ...] = ()
    weights: WeightsDiff = field(default_factory=WeightsDiff)
    behaviour: BehaviourDiff | None = None
    absent: Mapping[DiffKind, tuple[Absent, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    stale: tuple[str, ...] = ()
    edited: frozenset[DiffKind] = frozenset()

    @property
    def judged(self) -> Judged:
        """Better or worse."""
        unread = metrics_unread(self.a.snapshot, self.b.snapshot)
        return judge_quality(self.metrics, unread=bool(unread))

    def __bool__(self) -> bool:
        return any(
            (
                self.metrics,
                self.params,
                self.data,
                self.code,
                self.pipeline,
                self.weights,
                self.behaviour,
            )
        )


def compare(
    world: "World",
    a: Ref,
    b: Ref | None,
    kinds: Collection[DiffKind],
    *,
    at: int | None = None,
    patch: bool = False,
) -> ModelDiff:
    """Compare two refs of one model; ``b`` None is the workspace, uncommitted changes included.

    Args:
        world: the ports.
        a: where it comes from.
        b: where it goes to.
        kinds: what to compare.
        at: as the registry stood then, seconds since 1970-01-01 UTC.
        patch: whether code that differs is given line by line.

    Raises:
        UnknownRef: one is not there.
        BadInput: the refs name two different models.
    """
    diff = compare_pair(world, read_pair(world, a, b, at), kinds, patch=patch)
    return diff if b else _of_workspace(world, a.artifact, diff)


def compare_pair(
    world: "World", pair: Pair, kinds: Collection[DiffKind], *, patch: bool = False
) -> ModelDiff:
    """Compare two sides of one model that were read already.

    Args:
        world: the ports.
        pair: the sides.
        kinds: what to compare.
        patch: whether code that differs is given line by line.
    """
    absent: dict[DiffKind, tuple[Absent, ...]] = {}

    def found(kind: DiffKind, look: Callable[[], Found[T]], nothing: T) -> T:
        """What a kind found, nothing where it is not asked for or cannot be told."""
        if kind not in kinds:
            return nothing
        one = attempt(look, nothing)
        if one.absent:
            absent[kind] = one.absent
        return one.changes

    empty: tuple[Basis, tuple[MetricChange, ...]] = (Basis(), ())
    basis, metrics = found(DiffKind.METRICS, lambda: compare_metrics(world, pair), empty)
    return ModelDiff(
        pair.a,
        pair.b,
        tuple(kind for kind in DiffKind if kind in kinds),
        basis,
        metrics,
        params=found(DiffKind.PARAMS, lambda: compare_params(pair), ()),
        data=found(DiffKind.DATA, lambda: compare_data(world, pair), ()),
        code=found(DiffKind.CODE, lambda: compare_code(world, pair, patch=patch), ()),
        pipeline=found(DiffKind.PIPELINE, lambda: compare_pipeline(pair), ()),
        weights=found(DiffKind.WEIGHTS, lambda: compare_weights(world, pair), WeightsDiff()),
        behaviour=found(DiffKind.BEHAVIOUR, lambda: compare_behaviour(world, pair), None),
        absent=absent,
    )


def _of_workspace(world: "World", artifact: Artifact, diff: ModelDiff) -> ModelDiff:
    """Say what the workspace holds beside what DVC recorded, which is what was compared."""
    meta = diff.b.snapshot.annotation.meta
    lookups: Mapping[DiffKind, Callable[[], Sequence[Edited]]] = {
        DiffKind.WEIGHTS: lambda: world.pipeline.edited(artifact),
        DiffKind.DATA: lambda: world.pipeline.edited_inputs(artifact),
        DiffKind.METRICS: lambda: world.pipeline.edited_beside(artifact, metrics_files(meta)),
        DiffKind.BEHAVIOUR: lambda: world.pipeline.edited_beside(artifact, behaviour_files(meta)),
    }
    edited = {kind: found for kind in diff.kinds if kind in lookups and (found := lookups[kind]())}
    unseen = {
        kind: (*diff.absent.get(kind, ()), *map(_unseen, found)) for kind, found in edited.items()
    }
    return replace(
        diff,
        absent={**diff.absent, **unseen},
        edited=frozenset(edited),
        stale=tuple(world.pipeline.stale(artifact, None)),
    )


def _unseen(one: Edited) -> Absent:
    return Absent(f"workspace: {one}, and what that recorded was compared", one.mend)
