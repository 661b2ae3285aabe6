"""Review: what a range of commits does to each model, and whether the result may ship."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from modelref.domain.diff.kind import DiffKind
from modelref.domain.diff.values import Absent, Status
from modelref.domain.gates.verdict import Verdict
from modelref.domain.names import Artifact
from modelref.domain.registry import Model, Registry
from modelref.domain.reviewing import Judged, Shipping
from modelref.domain.snapshot import Values
from modelref.domain.target import revision_at
from modelref.errors import ModelRefError
from modelref.usecases.compare import ModelDiff, compare_pair
from modelref.usecases.comparing.sides import Pair, Side, read_revisions
from modelref.usecases.reading import read_registry
from modelref.usecases.reviewing.bringing import bring, row_id_files
from modelref.usecases.reviewing.ranges import Span, read_span
from modelref.usecases.reviewing.shipping import Guard, try_gate
from modelref.usecases.reviewing.touched import is_touched, staleness

if TYPE_CHECKING:
    from modelref.ports import World


@dataclass(frozen=True, slots=True)
class ReviewedModel:
    """What a range of commits does to one model.

    Attributes:
        artifact: the model.
        status: whether it came, went or changed.
        diff: what differs; None where it came or went, or cannot be read.
        metrics: what it scores at the head, by metrics file; empty where it went.
        shipping: whether it may ship; None where it went.
        verdict: of the first gate on its way; None where no rule guards it, or it went.
        stale: why it is not what its pipeline makes at the head.
        absent: what could not be told, beside what the diff says.
    """

    artifact: Artifact
    status: Status
    diff: ModelDiff | None = None
    metrics: Values = field(default_factory=lambda: MappingProxyType({}))
    shipping: Shipping | None = None
    verdict: Verdict | None = None
    stale: tuple[str, ...] = ()
    absent: tuple[Absent, ...] = ()

    @property
    def judged(self) -> Judged | None:
        """Better or worse; None where there is nothing to compare."""
        return self.diff.judged if self.diff is not None else None


@dataclass(frozen=True, slots=True)
class Review:
    """What a range of commits does.

    Attributes:
        span: the commits.
        models: those that it touches, by name.
        untouched: how many others there are.
        absent: what could not be told of any.
    """

    span: Span
    models: tuple[ReviewedModel, ...]
    untouched: int
    absent: tuple[Absent, ...] = ()


def review(
    world: "World",
    text: str,
    *,
    at: int | None = None,
    fetch: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Review:
    """Find the models that a range touches, compare each, and try its gate; nothing is written.

    Args:
        world: the ports.
        text: ``BASE..HEAD``, ``BASE`` or ``""``; see :func:`read_span`.
        at: as the registry stood then, seconds since 1970-01-01 UTC; None for now.
        fetch: first bring the files that the comparison reads from DVC remotes.
        progress: called with what came from DVC remotes so far.

    Raises:
        UnknownRef: a revision is not there.
        BadInput: both ends have no commit in common, or a ``dvc.yaml`` cannot be read.
        OutOfReach: the clone is too shallow to tell.
    """
    registry = read_registry(world, at=at)  # first: it brings the tags that a range may name
    return _Reviewing(world, read_span(world, text), registry, fetch, progress).run()


@dataclass(frozen=True)
class _Reviewing:
    """One review under way."""

    world: "World"
    span: Span
    registry: Registry
    fetch: bool
    progress: Callable[[str], None]

    def run(self) -> Review:
        before = set(self.world.pipeline.declared(self.span.start))
        after = set(self.world.pipeline.declared(self.span.end))
        guard = Guard.read(self.world)
        found = [
            self._model(one, Status.CHANGED if one in before else Status.ADDED, guard)
            if one in after
            else ReviewedModel(one, Status.REMOVED)
            for one in sorted(before | after)
        ]
        models = tuple(one for one in found if one is not None)
        partial = [one for one in self.registry.findings if one.kind == "partial-clone"]
        misnamed = self.world.pipeline.misnamed(self.span.end)
        lacking = (Absent(finding.what, finding.hint) for finding in (*partial, *misnamed))
        return Review(self.span, models, len(found) - len(models), (*guard.absent, *lacking))

    def _model(self, artifact: Artifact, status: Status, guard: Guard) -> ReviewedModel | None:
        """What the range does to one model; None where it does nothing."""
        try:
            return self._compared(self.registry.model(artifact), status, guard)
        except ModelRefError as error:
            why = Absent(error.message, error.hint)
            return ReviewedModel(artifact, status, shipping=Shipping.UNKNOWN, absent=(why,))

    def _compared(self, model: Model, status: Status, guard: Guard) -> ReviewedModel | None:
        pair = self._pair(model, status)
        if status is Status.CHANGED and not is_touched(self.world, pair):
            return None
        absent: tuple[Absent, ...] = ()
        if self.fetch:
            absent = self._bring(model, pair, guard)
            pair = self._pair(model, status)  # metrics and parameters may have come
        changed = status is Status.CHANGED
        tried = try_gate(self.world, model, self.span.end, guard)
        return ReviewedModel(
            model.artifact,
            status,
            compare_pair(self.world, pair, tuple(DiffKind)) if changed else None,
            pair.b.snapshot.metrics,
            tried.shipping,
            tried.verdict,
            staleness(self.world, model.artifact, self.span.end),
            (*absent, *tried.absent),
        )

    def _pair(self, model: Model, status: Status) -> Pair:
        """Both ends; of a model that is new, its head twice."""
        end = revision_at(model, self.span.end)
        start = revision_at(model, self.span.start) if status is Status.CHANGED else end
        return read_revisions(self.world, start, end)

    def _bring(self, model: Model, pair: Pair, guard: Guard) -> tuple[Absent, ...]:
        """Bring what both ends need, and the version that the gate compares with."""
        ids = row_id_files(pair.a, pair.b)
        absent = [bring(self.world, side, self.progress, ids=ids) for side in (pair.a, pair.b)]
        stage = guard.first_stage(model)
        held = model.last_held(stage) if stage else None
        if held is not None:
            with suppress(ModelRefError):  # the gate says so
                snapshot = self.world.pipeline.snapshot(model.artifact, held.commit)
                side = Side(revision_at(model, held.commit), snapshot)
                absent.append(bring(self.world, side, self.progress, own=False))
        return tuple(dict.fromkeys(one for reasons in absent for one in reasons))
