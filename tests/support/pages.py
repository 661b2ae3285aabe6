"""A diff with something of every kind, and names that would like to be more than names."""

from dataclasses import replace
from types import MappingProxyType

from modelref.domain.branch import Branch
from modelref.domain.diff.behaviour import BehaviourDiff, diff_behaviour
from modelref.domain.diff.code import CodeChange
from modelref.domain.diff.code import FileChange as FileChangeInGit
from modelref.domain.diff.data import ColumnChange, Counted, InputChange, TableChange
from modelref.domain.diff.kind import DiffKind
from modelref.domain.diff.metrics import MetricChange, Outcome, Paired, SegmentChange
from modelref.domain.diff.params import ParamChange
from modelref.domain.diff.pipeline import StageChange
from modelref.domain.diff.shown import Catalogue
from modelref.domain.diff.values import Absent, Status
from modelref.domain.diff.weights import (
    FactorChange,
    FileChange,
    FileFacts,
    Nonfinite,
    RowChange,
    RowCounts,
    ScoreChange,
    TensorChange,
    TensorFacts,
    TensorStatus,
    ValueChange,
    WeightsDiff,
)
from modelref.domain.gates.checks.bounds import Bounds
from modelref.domain.gates.rule import Rule
from modelref.domain.gates.verdict import Outcome as GateOutcome
from modelref.domain.gates.verdict import Verdict
from modelref.domain.names import Artifact, StageName
from modelref.domain.outs import MD5, Out
from modelref.domain.reviewing import Shipping
from modelref.domain.snapshot import Annotation, Snapshot
from modelref.usecases.compare import ModelDiff, Side
from modelref.usecases.reviewing.shipping import Tried

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>&amp;\x1b[31m\u202e`|\ud800"
_AGES = ("19-24", "25-34", "35-44", "45-54", "55-64", "65+")
_USERS, _LENGTH = 240, 20
_METRICS = (
    ("all.ndcg@20", 0.326, 0.026, Outcome.BETTER),
    ("all.recall@20", 0.131, 0.0146, Outcome.BETTER),
    ("novel.ndcg@20", 0.0442, -0.0021, Outcome.WORSE),
    ("novel.hit@20", 0.45, 0.004, Outcome.NO_DIFFERENCE),
)
_TYPES, _MISSING = ("double", "double"), (0.01, 0.05)
_PLAIN = TensorFacts("m/w.safetensors", "x", (92_331, 64), "float32")


def tried_by_a_gate(passed: bool | None, shipping: Shipping) -> Tried:
    """What came of a gate of one rule."""
    outcome = GateOutcome(Rule(Bounds("ndcg@20", 0.3, None), "a floor"), {}, passed, "0.25", "")
    branch, commit = Branch("main", "0" * 40), "1" * 40
    verdict = Verdict(
        Artifact("", "rec"), "v1.1.0", commit, StageName("prod"), "v1.0.0", 0, branch, (outcome,)
    )
    return Tried(shipping, verdict)


def rich_diff(name: str = "") -> ModelDiff:
    """A diff with something of every kind; every name in it ends as told."""
    side = Side(None, Snapshot(None, Annotation(f"models/rec{name}"), (), {}, {}))
    return ModelDiff(
        side,
        side,
        tuple(DiffKind),
        metrics=tuple(_metrics(name)),
        params=(
            ParamChange(f"params.yaml{name}", f"train.factors{name}", f"64{name}", [128, name]),
        ),
        data=(_input(name),),
        code=(
            CodeChange(FileChangeInGit(f"train.py{name}", Status.CHANGED, 3, 1), (f"fit{name}",)),
        ),
        pipeline=(StageChange(f"fit{name}", Status.CHANGED, (f"old{name}",), (f"new{name}",)),),
        weights=_weights(name),
        behaviour=_behaviour(name),
        absent=MappingProxyType({DiffKind.CODE: (Absent(f"no code{name}", f"git fetch{name}"),)}),
        stale=(f"train is stale{name}",),
    )


def _behaviour(name: str) -> BehaviourDiff:
    """Lists of 240 users, the younger a third of whom get others."""
    before = {user: tuple(range(user, user + _LENGTH)) for user in range(_USERS)}
    after = {
        user: tuple(
            item + 500 if user < _USERS / 3 and rank % (1 + user % 4) == 0 else item
            for rank, item in enumerate(items)
        )
        for user, items in before.items()
    }
    ages = {user: {f"age{name}": f"{_AGES[user * len(_AGES) // _USERS]}{name}"} for user in before}
    items = sorted({item for side in (before, after) for one in side.values() for item in one})
    catalogue = Catalogue(
        names={item: f"Product {item}{name}" for item in items},
        categories={item: f"{'new' if item >= 500 else 'old'}{name}" for item in items},
        popularity={item: 1 + item % 7 for item in items},
        met=9_000,
        count=700,
    )
    found = diff_behaviour(before, after, catalogue=catalogue, segments=ages)
    assert found is not None
    return replace(found, floor=0.93)


def _metrics(name: str) -> list[MetricChange]:
    return [
        MetricChange(
            f"metrics.json{name}",
            f"{metric}{name}",
            before,
            before + change,
            change,
            True,
            outcome,
            _paired(before, change, 2000, outcome),
            tuple(
                SegmentChange(
                    f"age{name}",
                    f"{age}{name}",
                    _of_age(before, change, at, outcome),
                )
                for at, age in enumerate(_AGES, start=1)
            ),
        )
        for metric, before, change, outcome in _METRICS
    ]


def _of_age(before: float, change: float, at: int, outcome: Outcome) -> Paired:
    return _paired(before, change * (at - 2), 80 * at, outcome)


def _paired(before: float, change: float, users: int, outcome: Outcome) -> Paired:
    width = abs(change) * (3 if outcome is Outcome.NO_DIFFERENCE else 0.6) + 1e-4
    p_value = 0.4 if outcome is Outcome.NO_DIFFERENCE else 0.001
    interval = (change - width, change + width)
    return Paired(users, before, before + change, change, interval, p_value)


def _input(name: str) -> InputChange:
    columns = tuple(
        ColumnChange(f"{column}{name}", Status.CHANGED, _TYPES, _MISSING, drift, drift)
        for column, drift in (("price", 0.31), ("popularity", 0.12), ("age_days", 0.08))
    )
    table = TableChange(f"data/items.parquet{name}", Counted(9, 12, 4, 1), {}, columns)
    out = Out(f"data/features{name}", MD5, "0" * 32, 4096)
    return InputChange(out.path, out, out, {}, (table,), (Absent(f"half{name}", ""),))


def _weights(name: str) -> WeightsDiff:
    values = ValueChange(
        1.38, 0.04, 2.5, 92_331 * 64, 92_331 * 64, 92_331, after=Nonfinite(nan=3), aligned=0.21
    )
    tensors = [
        TensorChange(
            f"{tensor}{name}",
            TensorStatus.CHANGED,
            _PLAIN,
            _PLAIN,
            RowCounts(True, 92_331, 120, 3, 7),
            values,
            (RowChange(f"1029{name}", f"Whole milk{name}", 0.83),),
        )
        for tensor in ("item_factors", "user_factors")
    ]
    bias = ValueChange(0.08, 0.99, 0.2, 64, 60, 1)
    tensors.append(
        TensorChange(
            f"bias{name}", TensorStatus.CHANGED, _PLAIN, _PLAIN, RowCounts(False, 64), bias
        )
    )
    tensors.append(
        TensorChange(f"new{name}", TensorStatus.ADDED, None, _PLAIN, why=f"because{name}")
    )
    scores = ScoreChange(256, 1024, 0.18, 0.98, 0.91)
    facts = FileFacts(MD5, "ab" * 16, 1234)
    return WeightsDiff(
        tuple(tensors),
        (FactorChange(f"user_factors{name}", f"item_factors{name}", 64, 64, scores),),
        (FileChange(f"index.ann{name}", facts, None, f"it is no weights{name}"),),
    )
