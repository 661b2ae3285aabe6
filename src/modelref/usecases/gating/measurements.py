"""What rules look at, measured when the first of them asks, and not again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelref.domain.diff.behaviour import BehaviourDiff
from modelref.domain.diff.kind import DiffKind
from modelref.domain.diff.metrics import MetricChange, Paired, SegmentChange
from modelref.domain.diff.values import is_number
from modelref.domain.gates.measured import Holding, KeptLists, Lists
from modelref.domain.gates.metrics import find_metric
from modelref.domain.names import StageName
from modelref.domain.outs import Out
from modelref.domain.ref import Ref, quoted
from modelref.domain.registry import Model
from modelref.domain.signature import Signers, by_another
from modelref.domain.snapshot import Snapshot, Value
from modelref.domain.target import Revision, target_of
from modelref.errors import OutOfReach
from modelref.usecases.compare import ModelDiff, Side, compare_pair
from modelref.usecases.comparing.sides import Pair
from modelref.usecases.gating.memo import Memo
from modelref.usecases.signatures import approvals, must_sign, signed
from modelref.usecases.weights.nonfinite import nonfinite

if TYPE_CHECKING:
    from modelref.ports import World


@dataclass(frozen=True, slots=True)
class Measurements:
    """A candidate, and what it is compared with; satisfies ``domain.gates.measured.Measured``.

    Attributes:
        world: the ports.
        model: the candidate's model, as it stands at the time.
        target: the candidate.
        now: the time, seconds since 1970-01-01 UTC.
        instead: what to compare with instead of what stages hold.
        memo: what was measured before; several evaluations may share it.
    """

    world: "World"
    model: Model
    target: Revision
    now: int
    memo: Memo
    instead: Revision | None = None

    def against(self, stage: StageName) -> str | None:
        """The version to compare with."""
        other = self._other(stage)
        return self.model.name_at(other.commit) if other else None

    def metric(self, metric: str) -> Value:
        """A metric's value."""
        path, key = self._place(metric)
        return self._snapshot(self.target).metrics[path][key]

    def same(self, stage: StageName) -> bool:
        """Whether both have the same files, or all the same metrics on the same hold-out."""
        one, other = self._snapshot(self.target), self._snapshot(self._held(stage))
        if {out.key for out in one.outs} == {out.key for out in other.outs}:
            return True
        equal = bool(one.metrics) and one.metrics == other.metrics
        return equal and self._diff(stage).basis.comparable

    def paired(self, metric: str, stage: StageName) -> Paired:
        """A metric's change on the same users; no change at all where the metric is the same."""
        change = self._change(metric, stage)
        basis = self._diff(stage).basis
        if change is None and not basis.comparable and not basis.rescored:
            raise self._no_interval(metric, stage)  # equal figures of different users say nothing
        if change is None:
            value = self.metric(metric)
            mean = float(value) if is_number(value) else 0.0  # type: ignore[arg-type]  # tested
            return Paired(0, mean, mean, 0.0, (0.0, 0.0), 1.0)
        if change.paired is None:
            raise self._no_interval(metric, stage)
        return change.paired

    def segments(self, metric: str, stage: StageName) -> Sequence[SegmentChange]:
        """The same by segment."""
        change = self._change(metric, stage)
        if change is None or not change.segments:
            raise self._no_interval(f"{metric} by segment", stage)
        return change.segments

    def overlap(self, stage: StageName) -> KeptLists:
        """How much of the lists of a stage's version stays."""
        found = self._behaviour(self._held(stage))
        panel = found.users + found.only_before
        return KeptLists(*found.lengths, panel, found.only_before, found.kept)

    def coverage(self) -> Lists:
        """How many items the lists show."""
        found = self._behaviour(self.target)
        if not found.items:
            raise OutOfReach(
                f"coverage of {self.target}: how many items there are is not known",
                kind="no-lists",
                hint="name the catalogue as meta.modelref.items of the artifact in dvc.yaml",
            )
        return Lists(found.k, found.coverage.after / found.items)

    def size(self) -> int:
        """Bytes of the candidate's outs."""
        return self._size(self.target)

    def size_of(self, stage: StageName) -> int:
        """Bytes of the outs of a stage's version."""
        return self._size(self._held(stage))

    def nonfinite(self) -> int:
        """How many values of the weights are not finite."""
        return self.memo.get(
            ("nonfinite", self.target.commit),
            lambda: nonfinite(self.world, self.target.artifact, self._side(self.target)),
        )

    def holding(self, stage: StageName) -> Holding:
        """What a stage holds, and for how long."""
        event = self.model.current(stage)
        if event is None:
            return Holding(None, same=False, seconds=0)
        return Holding(
            self.model.name_at(event.commit),
            event.commit == self.target.commit,
            max(0, self.now - event.date),
        )

    def approvers(self) -> Sequence[str]:
        """Who approved the candidate, the one who promotes left out."""
        standing = approvals(self.world, self.model, self.target.commit)
        own = self.world.signatures.own() if standing else ()
        return [one.signer for one in standing if by_another([one.signature], own)]

    def signer(self) -> str | None:
        """Who signed its registration, if it is somebody whom the repository trusts."""
        state = self.model.at_commit(self.target.commit)
        if state is None:
            return None
        rule = must_sign(self.world, self.model.artifact, None) or Signers()
        signature = signed(self.world, state.event)
        return signature.signer or signature.key if rule.accepts(signature) else None

    def _other(self, stage: StageName) -> Revision | None:
        if self.instead is not None:
            return self.instead
        event = self.model.current(stage)
        return target_of(self.model, event) if event else None

    def _held(self, stage: StageName) -> Revision:
        other = self._other(stage)
        if other is None:
            raise OutOfReach(f"{self.model.artifact}#{stage} holds nothing", kind="empty-stage")
        return other

    def _snapshot(self, target: Revision) -> Snapshot:
        return self.memo.get(
            ("snapshot", target.commit),
            lambda: self.world.pipeline.snapshot(target.artifact, target.commit),
        )

    def _diff(self, stage: StageName) -> ModelDiff:
        return self._compared(self._held(stage), DiffKind.METRICS)

    def _behaviour(self, other: Revision) -> BehaviourDiff:
        diff = self._compared(other, DiffKind.BEHAVIOUR)
        if diff.behaviour is None:
            why, *_ = diff.absent[DiffKind.BEHAVIOUR]
            raise OutOfReach(
                f"the lists of {other} and {self.target} cannot be compared: {why.why}",
                kind="no-lists",
                hint=why.mend,
            )
        return diff.behaviour

    def _compared(self, other: Revision, kind: DiffKind) -> ModelDiff:
        pair = Pair(self.target.artifact, self._side(other), self._side(self.target))
        return self.memo.get(
            ("diff", kind, other.commit, self.target.commit),
            lambda: compare_pair(self.world, pair, [kind]),
        )

    def _side(self, target: Revision) -> Side:
        return Side(target, self._snapshot(target))

    def _place(self, metric: str) -> tuple[str, str]:
        return find_metric(self._snapshot(self.target).metrics, metric, str(self.target))

    def _change(self, metric: str, stage: StageName) -> MetricChange | None:
        """A metric's change; None where it did not change."""
        path, key = self._place(metric)
        changes = self._diff(stage).metrics
        return next((one for one in changes if (one.path, one.metric) == (path, key)), None)

    def _no_interval(self, metric: str, stage: StageName) -> OutOfReach:
        other = self._held(stage)
        for side in (other, self.target):
            if _names_no_users(self._snapshot(side)):
                return OutOfReach(
                    f"{metric} has no interval: {side} names no results per user",
                    kind="no-interval",
                    hint="write them, and name the file as meta.modelref.users of the artifact "
                    "in dvc.yaml",
                )
        return OutOfReach(
            f"{metric} has no interval: the results per user of {other} and {self.target} cannot "
            "be paired",
            kind="no-interval",
            hint=f"{_compare_command(other, self.target)} says why",
        )

    def _size(self, target: Revision) -> int:
        return sum(self._bytes(target, out) for out in self._snapshot(target).outs)

    def _bytes(self, target: Revision, out: Out) -> int:
        size = out.size if out.size is not None else self.world.outputs.measure(out).size
        if size is None:
            raise OutOfReach(
                f"the size of {out.path} of {target} is not recorded, and its bytes are not here",
                kind="missing-bytes",
                hint=f"dvc fetch --all-tags {out.path}",
            )
        return size


def _compare_command(a: Revision, b: Revision) -> str:
    """The command that shows what two versions, or commits without one, compare to."""
    if a.version is None or b.version is None:
        return f"modelref review {a.commit[:10]}..{b.commit[:10]}"
    refs = (Ref(one.artifact, version=one.version) for one in (a, b))
    return f"modelref diff {' '.join(map(quoted, refs))}"


def _names_no_users(snapshot: Snapshot) -> bool:
    told = snapshot.annotation.meta.get("modelref")
    return not (isinstance(told, dict) and told.get("users"))
