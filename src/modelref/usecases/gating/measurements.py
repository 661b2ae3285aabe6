"""What rules look at, measured when the first of them asks, and not again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelref.domain.branch import Branch
from modelref.domain.diff.behaviour import BehaviourDiff
from modelref.domain.diff.kind import DiffKind
from modelref.domain.diff.metrics import Paired, PairedMetric, SegmentChange
from modelref.domain.diff.values import finite
from modelref.domain.gates.held import held_since
from modelref.domain.gates.measured import Holding, KeptLists, Lists
from modelref.domain.gates.metrics import find_metric
from modelref.domain.names import StageName
from modelref.domain.outs import Out
from modelref.domain.ref import quoted
from modelref.domain.registry import Model
from modelref.domain.signature import Signers, by_others
from modelref.domain.snapshot import Snapshot, Value
from modelref.domain.target import Revision, target_of
from modelref.errors import OutOfReach
from modelref.usecases.approvals import approvals
from modelref.usecases.compare import ModelDiff, Side, compare_pair
from modelref.usecases.comparing.footing import differ_in_holdout
from modelref.usecases.comparing.sides import Pair
from modelref.usecases.gating.memo import Memo
from modelref.usecases.gating.scored import check_scored
from modelref.usecases.gating.unpaired import (
    compare_command,
    names_no_users,
    no_interval,
    no_segments,
)
from modelref.usecases.signatures import must_sign, signed
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
        memo: what was measured before; several evaluations may share it.
        source: the branch whose rules are asked.
        instead: what to compare with instead of what stages hold.
        promoter: what the one who promotes goes by; None for the person who writes here.
    """

    world: "World"
    model: Model
    target: Revision
    now: int
    memo: Memo
    source: Branch
    instead: Revision | None = None
    promoter: Collection[str] | None = None

    def against(self, stage: StageName) -> str | None:
        """The version to compare with."""
        other = self._other(stage)
        return self.model.name_at(other.commit) if other else None

    def metric(self, metric: str) -> Value:
        """A metric's value."""
        path, key = self._place(metric)
        return self._snapshot(self.target).metrics[path][key]

    def same(self, metric: str, stage: StageName) -> bool:
        """Whether both have the same files, and no other figure of the same hold-out.

        Figures of the same files differ where what scores them does, or how it is set.
        """
        path, key = self._place(metric)
        one, other = self._snapshot(self.target), self._snapshot(self._held(stage))
        if not one.outs or {out.key for out in one.outs} != {out.key for out in other.outs}:
            return False
        if one.metrics[path][key] == other.metrics.get(path, {}).get(key):
            return True
        return differ_in_holdout(self.world, self._pair(self._held(stage)))

    def paired(self, metric: str, stage: StageName) -> Paired:
        """A metric's change on the same users; none of equal figures where neither names users."""
        found = self._results(metric, stage)
        if found is not None:
            return found.paired
        value = self._equal_value(metric, stage)
        if value is None:
            raise self._no_interval(metric, stage)
        return Paired(0, value, value, 0.0, (0.0, 0.0), 1.0)

    def segments(self, metric: str, stage: StageName) -> Sequence[SegmentChange]:
        """The same by segment."""
        found = self._results(metric, stage)
        if found is None:
            raise self._no_interval(f"{metric} by segment", stage)
        if not found.segments:
            raise no_segments(metric, self._diff(stage).basis)
        return found.segments

    def sizes(self, metric: str, stage: StageName) -> Mapping[tuple[str, str], int]:
        """How many users each segment has at most, by a version's own labels."""
        found = self._results(metric, stage)
        return found.sizes if found else {}

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
        return Lists(found.k, found.shown.coverage.after / found.items)

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
            max(0, self.now - held_since(self.model, event)),
        )

    def approvers(self) -> Sequence[str]:
        """Who approved the candidate, the one who promotes left out."""
        found = approvals(self.world, self.model, self.target.commit)
        own = self.promoter
        if own is None:
            own = self.world.signatures.own() if found else ()
        others = by_others((approval.signature for approval in found), own)
        return [signature.name for signature in others]

    def signer(self) -> str | None:
        """Who signed its registration, if it is somebody whom the repository trusts."""
        state = self.model.at_commit(self.target.commit)
        if state is None:
            return None
        rule = must_sign(self.world, self.model.artifact, None) or Signers()
        signature = signed(self.world, state.event)
        return signature.name if rule.accepts(signature) else None

    def _other(self, stage: StageName) -> Revision | None:
        if self.instead is not None:
            return self.instead
        event = self.model.last_held(stage)
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
        return self.memo.get(
            ("diff", kind, other.commit, self.target.commit),
            lambda: compare_pair(self.world, self._pair(other), [kind]),
        )

    def _pair(self, other: Revision) -> Pair:
        return Pair(self.target.artifact, self._side(other), self._side(self.target))

    def _side(self, target: Revision) -> Side:
        return Side(target, self._snapshot(target))

    def _place(self, metric: str) -> tuple[str, str]:
        snapshot = self._snapshot(self.target)
        if snapshot.missing and not any(metric.startswith(f"{path}:") for path in snapshot.metrics):
            raise OutOfReach(
                f"{metric} of {self.target} is not known: {snapshot.missing[0]}",
                kind="no-metric",
                hint=f"bring that file, or write FILE:{metric} in modelref.yaml",
            )
        return find_metric(snapshot.metrics, metric, str(self.target))

    def _results(self, metric: str, stage: StageName) -> PairedMetric | None:
        """What the results per user say of a metric; None where there are none.

        Raises:
            OutOfReach: they prove nothing.
        """
        place, basis = self._place(metric), self._diff(stage).basis
        if place in basis.doubts:
            why = basis.doubts[place]
            mend = next((one.mend for one in basis.absent if one.why == why), "")
            raise OutOfReach(
                f"{metric} cannot be judged: {why}",
                kind="doubtful-results",
                hint=mend or f"{compare_command(self._held(stage), self.target)} shows both",
            )
        if basis.rescored:
            check_scored(self.world, self.target.artifact, self.source)
        return basis.results.get(place)

    def _equal_value(self, metric: str, stage: StageName) -> float | None:
        """A figure that both metrics files have, where no results per user could say more."""
        path, key = self._place(metric)
        one, other = self._snapshot(self.target), self._snapshot(self._held(stage))
        if not (names_no_users(one) and names_no_users(other)):
            return None
        if not self._diff(stage).basis.comparable:
            return None  # equal figures of different users say nothing
        value = finite(one.metrics[path][key])
        return value if value == finite(other.metrics.get(path, {}).get(key)) else None

    def _no_interval(self, metric: str, stage: StageName) -> OutOfReach:
        held, candidate = ((one, self._snapshot(one)) for one in (self._held(stage), self.target))
        return no_interval(metric, held, candidate, self._diff(stage).basis)

    def _size(self, target: Revision) -> int:
        if not self._snapshot(target).outs:
            raise OutOfReach(
                f"{target} has no files that DVC or git keeps",
                kind="no-outs",
                hint=f"modelref show {quoted(target.artifact)}",
            )
        return sum(self._bytes(target, out) for out in self._snapshot(target).outs)

    def _bytes(self, target: Revision, out: Out) -> int:
        size = out.size if out.size is not None else self.world.outputs.measure(out).size
        if size is None:
            raise OutOfReach(
                f"the size of {out.path} of {target} is not recorded, and its bytes are not here",
                kind="missing-bytes",
                hint=self.world.outputs.mending(out.path),
            )
        return size
