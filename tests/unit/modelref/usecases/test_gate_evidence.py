"""What a comparing rule rests on: it passes by nothing that proves nothing."""

import io
import shlex
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from modelref.domain.config import Config
from modelref.domain.diff.kind import DiffKind
from modelref.domain.diff.metrics import Outcome as Change
from modelref.domain.diff.metrics import Paired
from modelref.domain.diff.results import Gap, MeasuredMetric, Own, Results, Why
from modelref.domain.gates.verdict import Outcome
from modelref.domain.lineage import DvcStage, Lineage
from modelref.domain.names import Artifact
from modelref.domain.ref import Ref
from modelref.domain.reviewing import Quality
from modelref.domain.settings import ModelSettings
from modelref.domain.snapshot import Snapshot, Value
from modelref.domain.version import Version
from modelref.errors import BadInput
from modelref.ports import Located
from modelref.testing import MemoryPipeline, MemoryTables, MemoryWorld
from modelref.usecases.compare import compare
from modelref.usecases.gate import Question, gate
from modelref.usecases.promote import Promotion, promote
from modelref.usecases.register import Registration, register
from modelref.usecases.writing import Options
from support.gates import PROD, gates

REC = Artifact.parse("rec")
REFS = Ref.parse_version("rec@v1.0.0"), Ref.parse_version("rec@v2.0.0")
RULE = "{metric: ndcg, not_worse_than: prod, by: 1%}"
META = {"modelref": {"users": "users.parquet", "holdout": "holdout.csv"}}


class OwnTables(MemoryTables):
    """Refuses results that are none."""

    def results(
        self, before: Located, after: Located, seed: int, metrics: Collection[str]
    ) -> Results:
        if before.path.read_bytes() == b"no table":
            raise BadInput(f"{before.name} is not readable", kind="unreadable-table")
        return super().results(before, after, seed, metrics)


class Evaluating(MemoryPipeline):
    """A pipeline with a DVC stage that measures users on a hold-out."""

    def snapshot(self, artifact: Artifact, commit: str | None) -> Snapshot:
        paths = ("holdout.csv", "users.parquet")
        deps, outs = (tuple(self.outs_at(artifact, commit, path)) for path in paths)
        lineage = Lineage((DvcStage("evaluate", (), deps, outs),))
        return replace(super().snapshot(artifact, commit), lineage=lineage)


@pytest.fixture
def world(tmp_path: Path) -> MemoryWorld:
    """v1.0.0 in prod and v2.0.0, with equal metrics files, measured on one hold-out."""
    world = MemoryWorld()
    world.tables = OwnTables([measured(0.5, 0.5)])
    world.scoring.cache = tmp_path
    world.pipeline = Evaluating(world.commits)
    world.pipeline.metas["rec"] = META
    for number in (1, 2):
        write(world, "holdout.csv", b"holdout")
        write(world, "users.parquet", b"users %d" % number)
        release(world, number)
    guard(world, RULE)
    asked = Promotion(Ref.parse_version("rec@v1.0.0"), PROD)
    world.journal.acknowledge(promote(world, asked, Options()).command)
    return world


def write(world: MemoryWorld, path: str, data: bytes) -> None:
    world.outputs.add(data)
    world.commits.trees[None][path] = data


def release(world: MemoryWorld, number: int, value: Value = 0.5, model: bytes | None = None) -> str:
    commit = world.train("rec", model or b"model %d" % number)
    world.pipeline.scores[commit] = {"metrics.json": {"ndcg": value}}
    asked = Registration(REC, version=Version(number, 0, 0))
    world.journal.acknowledge(register(world, asked, Options()).command)
    return commit


def guard(world: MemoryWorld, *rules: str, score: str = "") -> None:
    text = "prod:\n" + "".join(f"  - {rule}\n" for rule in rules)
    settings = {REC: ModelSettings(score=tuple(shlex.split(score)))}
    world.branches.heads["main"] = world.commits.head
    world.configs["main"] = Config(gates=gates(text), models=settings)


def measured(before: float, after: float, users: int = 200, of: int = 200) -> MeasuredMetric:
    change = after - before
    paired = Paired(users, before, after, change, (change - 0.001, change + 0.001), 0.5)
    return MeasuredMetric("", "ndcg", paired, (Own(of, before), Own(users, after)))


def outcome(world: MemoryWorld, version: str = "v2.0.0") -> Outcome:
    (only,) = gate(world, Question(Ref.parse_version(f"rec@{version}"), PROD)).outcomes
    return only


def test_equal_figures_of_the_metrics_files_hide_nothing_of_the_users(world: MemoryWorld) -> None:
    assert outcome(world).passed
    world.tables.measured = [measured(0.503, 0.497)]
    assert outcome(world).passed is False


def test_equal_figures_pass_nothing_where_results_cannot_be_read(world: MemoryWorld) -> None:
    world.outputs.objects.clear()
    found = outcome(world)
    assert found.passed is None
    assert found.observed == "ndcg cannot be judged: the bytes of users.parquet are not kept"


@pytest.mark.parametrize("users", [None, b"no table"])
def test_averages_alone_say_nothing_where_results_of_both_cannot_be_read(
    world: MemoryWorld, users: bytes | None
) -> None:
    commits = list(world.pipeline.scores)
    if users:
        world.commits.trees[commits[0]]["users.parquet"] = users
        world.outputs.add(users)
    else:
        world.outputs.objects.clear()
    world.pipeline.scores[commits[1]] = {"metrics.json": {"ndcg": 0.4, "new": 1.0}}
    diff = compare(world, *REFS, [DiffKind.METRICS])
    assert [(one.metric, one.outcome) for one in diff.metrics] == [
        ("ndcg", Change.INCOMPARABLE),
        ("new", None),
    ]
    assert diff.judged.quality is Quality.INCOMPARABLE
    assert diff.absent[DiffKind.METRICS]


def test_averages_have_their_word_where_one_side_names_no_results(world: MemoryWorld) -> None:
    world.pipeline.metas["rec"] = {"modelref": {"holdout": "holdout.csv"}}
    world.pipeline.scores[list(world.pipeline.scores)[1]] = {"metrics.json": {"ndcg": 0.4}}
    (change,) = compare(world, *REFS, [DiffKind.METRICS]).metrics
    assert change.outcome is Change.WORSE


def test_results_without_the_metric_are_said_to_lack_it(world: MemoryWorld) -> None:
    world.tables.measured = [replace(measured(0.5, 0.5), metric="mrr")]
    found = outcome(world)
    assert found.observed.endswith("they have no ndcg of the same users")
    assert found.look == "write it to users.parquet of both, under the same name"


def test_results_of_no_shared_user_prove_nothing(world: MemoryWorld) -> None:
    world.tables.measured, world.tables.gaps = [], [Gap("", "ndcg", Why.NO_USER)]
    found = outcome(world)
    assert found.passed is None
    assert found.observed == "ndcg cannot be judged: no user has a result on both sides"


def test_results_without_segments_are_said_to_have_none(world: MemoryWorld) -> None:
    guard(world, RULE.replace("metric", "segments_of"))
    world.tables.measured = [measured(0.5, 0.5)]
    found = outcome(world)
    assert found.passed is None
    assert found.observed.startswith("ndcg has no segments: no column of users.parquet")


@pytest.mark.parametrize("value", ["n/a", float("nan"), True, None])
def test_what_is_no_number_on_both_sides_is_not_the_same(world: MemoryWorld, value: Value) -> None:
    for metas in (META, {}):
        world.pipeline.metas["rec"] = metas
        for commit in world.pipeline.scores:
            world.pipeline.scores[commit] = {"metrics.json": {"ndcg": value}}
        found = outcome(world)
        assert found.passed is None
        assert "ndcg is no number" in found.observed


def test_a_metric_that_is_not_there_is_not_the_same_even_of_the_same_files(
    world: MemoryWorld,
) -> None:
    guard(world, RULE.replace("ndcg", "top.ndcg"))
    found = outcome(world, "v1.0.0")
    assert (found.passed, found.observed) == (None, "rec@v1.0.0 has no metric top.ndcg")


@pytest.mark.parametrize(("holdout", "passed"), [(b"holdout", False), (b"another holdout", True)])
def test_the_same_files_with_worse_figures_of_one_holdout_are_judged_by_users(
    world: MemoryWorld, holdout: bytes, passed: bool
) -> None:
    write(world, "holdout.csv", holdout)
    release(world, 3, 0.4, model=b"model 1")
    world.tables.measured = [measured(0.5, 0.4)]
    assert outcome(world, "v3.0.0").passed is passed


def test_a_metrics_file_that_the_other_side_lacks_is_no_equal_one(world: MemoryWorld) -> None:
    world.pipeline.metas["rec"] = {}
    first = next(iter(world.pipeline.scores))
    assert outcome(world).observed.endswith("the same value")
    world.pipeline.scores[first] = {}
    assert outcome(world).passed is None


@pytest.mark.parametrize(("users", "passed"), [(1, None), (49, None), (50, True)])
def test_an_interval_of_a_few_users_is_not_trusted(
    world: MemoryWorld, users: int, passed: bool | None
) -> None:
    world.tables.measured = [measured(0.5, 0.5, users, of=users)]
    found = outcome(world)
    assert found.passed is passed
    if passed is None:
        assert "50 are the fewest that an interval is trusted with" in found.observed


def test_results_of_some_users_only_prove_nothing(world: MemoryWorld) -> None:
    world.tables.measured = [measured(0.5, 0.5, 179, of=200)]
    found = outcome(world)
    assert found.passed is None
    assert "only 179 of 200 users have a result of ndcg on both sides" in found.observed
    assert found.look == "modelref diff 'rec@v1.0.0' 'rec@v2.0.0' shows both"


def test_results_that_the_metrics_file_contradicts_prove_nothing(world: MemoryWorld) -> None:
    world.tables.measured = [measured(0.5, 0.6)]
    found = outcome(world)
    assert found.passed is None
    assert "ndcg of rec@v2.0.0 is 0.5 in metrics.json, and 0.6 on average" in found.observed


SCORE = "score.py {model} {holdout} {out}"


@pytest.fixture
def later(world: MemoryWorld) -> MemoryWorld:
    """v3.0.0 was measured on a later hold-out."""
    write(world, "holdout.csv", b"a later one")
    write(world, "score.py", b"honest")
    release(world, 3)
    guard(world, RULE, score=SCORE)
    world.scoring.writes = b"users"
    world.config = world.configs["main"]
    return world


def test_the_command_is_that_of_the_branch_of_the_rules(later: MemoryWorld) -> None:
    later.config = Config(models={REC: ModelSettings(score=("weak.py", "{out}"))})
    assert outcome(later, "v3.0.0").passed
    assert [argv[0] for argv in later.scoring.ran] == ["score.py"]


@pytest.mark.parametrize(
    "words",
    [
        SCORE,
        "run 'score.py --fast' {model} {holdout} {out}",
        "python --script=x/../score.py {model} {holdout} {out}",
    ],
)
def test_a_checkout_whose_command_is_another_one_proves_nothing(
    later: MemoryWorld, words: str
) -> None:
    guard(later, RULE, score=words)
    later.config = later.configs["main"]
    later.commits.trees[None]["score.py"] = b"kind to its own"
    found = outcome(later, "v3.0.0")
    assert found.passed is None
    assert found.observed == (
        "rec was scored by score.py of this checkout, which is not that of main"
    )


def test_a_version_is_scored_once_by_the_same_code(later: MemoryWorld) -> None:
    outcome(later, "v3.0.0")
    outcome(later, "v3.0.0")
    assert len(later.scoring.ran) == 1
    later.commits.trees[None]["library.py"] = b"changed"
    outcome(later, "v3.0.0")
    assert len(later.scoring.ran) == 2


def test_what_the_command_wrote_is_kept_only_if_it_can_be_read(later: MemoryWorld) -> None:
    later.scoring.writes = b"no table"
    assert outcome(later, "v3.0.0").passed is None
    later.scoring.writes = b"users"
    assert outcome(later, "v3.0.0").passed
    assert len(later.scoring.ran) == 2


def test_equal_figures_of_different_hold_outs_say_nothing_though_one_was_scored_anew(
    later: MemoryWorld,
) -> None:
    later.tables.measured = []
    assert outcome(later, "v3.0.0").passed is None


class NoOuts(Evaluating):
    """A model of which neither DVC nor git keeps a file."""

    def snapshot(self, artifact: Artifact, commit: str | None) -> Snapshot:
        return replace(super().snapshot(artifact, commit), outs=())


def test_a_version_without_files_has_no_size(world: MemoryWorld) -> None:
    guard(world, "{size_of: model, max: 1 GB}")
    world.pipeline = NoOuts(world.commits, world.pipeline.scores)
    found = outcome(world)
    assert (found.passed, found.observed) == (
        None,
        "rec@v2.0.0 has no files that DVC or git keeps",
    )


class Folder(MemoryPipeline):
    """A model that is all files of a folder."""

    def snapshot(self, artifact: Artifact, commit: str | None) -> Snapshot:
        paths = [path for path in self.commits.trees[commit] if path.startswith("rec/")]
        outs = tuple(out for path in paths for out in self.outs_at(artifact, commit, path))
        return replace(super().snapshot(artifact, commit), outs=outs)


def npz(array: object) -> bytes:
    file = io.BytesIO()
    np.savez(file, w=array)  # type: ignore[arg-type]  # any array
    return file.getvalue()


@pytest.mark.parametrize(
    ("files", "observed"),
    [
        ({"w.npz": npz(np.zeros(3)), "ids.json": b"[1]", ".keep": b""}, "0 NaN or infinite"),
        ({"w.npz": npz(np.array([1, np.nan]))}, "1 NaN or infinite"),
        ({"w.npz": npz(np.zeros(3)), "more.pkl": b"?", "b": b"?"}, "cannot be read: more.pkl, b"),
        ({"w.npz": npz(np.array([1, 2]))}, "holds weights that are real numbers"),
        ({"model.json": b"{}"}, "holds weights that are real numbers"),
    ],
)
def test_weights_are_finite_only_where_all_of_them_are_read(
    files: dict[str, bytes], observed: str
) -> None:
    world = MemoryWorld()
    world.pipeline = Folder(world.commits)
    for name, data in files.items():
        write(world, f"rec/{name}", data)
    release(world, 1)
    guard(world, "{weights: finite}")
    found = outcome(world, "v1.0.0")
    assert observed in found.observed
    assert found.passed is {"0": True, "1": False}.get(observed[0])
