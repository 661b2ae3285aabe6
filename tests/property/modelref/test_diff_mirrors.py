"""What holds of every diff: nothing differs from itself, and there and back are mirror images."""

from hypothesis import given
from hypothesis import strategies as st

from modelref.domain.diff.data import changed_inputs
from modelref.domain.diff.metrics import diff_metrics
from modelref.domain.diff.params import diff_params
from modelref.domain.diff.pipeline import diff_pipeline
from modelref.domain.diff.results import holm
from modelref.domain.diff.values import Status
from modelref.domain.lineage import DvcStage, Lineage
from modelref.domain.outs import MD5, Out
from modelref.domain.snapshot import Annotation, Snapshot

names = st.sampled_from(["ndcg", "loss", "a.b", "odd", "é"])
values = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.floats(), st.text(max_size=2),
    st.lists(st.integers(0, 2), max_size=2),
)  # fmt: skip
files = st.dictionaries(
    st.sampled_from(["m.json", "n.yaml"]), st.dictionaries(names, values, max_size=4)
)
outs = st.builds(Out, names, st.just(MD5), st.sampled_from(["0" * 32, "1" * 32]))
several = st.lists(names, max_size=2, unique=True).map(tuple)
stages = st.builds(
    DvcStage, names, several, st.lists(outs, max_size=2).map(tuple),
    st.lists(outs, max_size=2).map(tuple), st.dictionaries(names, several, max_size=2),
)  # fmt: skip
lineages = st.lists(stages, max_size=3, unique_by=lambda one: one.name).map(
    lambda found: Lineage(tuple(found))
)
snapshots = st.builds(
    lambda metrics, params: Snapshot(None, Annotation("m"), (), metrics, params), files, files
)
_MIRROR = {
    Status.ADDED: Status.REMOVED,
    Status.REMOVED: Status.ADDED,
    Status.CHANGED: Status.CHANGED,
}


@given(snapshots, lineages)
def test_nothing_differs_from_itself(one: Snapshot, lineage: Lineage) -> None:
    assert diff_metrics(one, one) == ()
    assert diff_params(one, one) == ()
    assert diff_pipeline(lineage, lineage) == ()
    assert changed_inputs(lineage.inputs("m"), lineage.inputs("m")) == ()


@given(snapshots, snapshots)
def test_values_mirror(a: Snapshot, b: Snapshot) -> None:
    there, back = diff_metrics(a, b), diff_metrics(b, a)
    by_key = {(one.path, one.metric): one for one in back}
    assert len(there) == len(back) == len(by_key)
    for one in there:
        other = by_key[one.path, one.metric]
        assert repr((one.before, one.after)) == repr((other.after, other.before))
        assert (one.change is None) is (other.change is None)
        if one.change is not None and other.change is not None and one.change == one.change:
            assert one.change == -other.change
        assert (one.better is None) is (other.better is None)
        assert one.better is None or one.better is not other.better
    assert {repr((p.param, p.before, p.after)) for p in diff_params(a, b)} == {
        repr((p.param, p.after, p.before)) for p in diff_params(b, a)
    }


@given(lineages, lineages)
def test_pipelines_and_inputs_mirror(a: Lineage, b: Lineage) -> None:
    there, back = diff_pipeline(a, b), diff_pipeline(b, a)
    assert [(one.name, _MIRROR[one.status], one.before, one.after) for one in there] == [
        (one.name, one.status, one.after, one.before) for one in back
    ]
    for one, other in zip(there, back, strict=True):
        assert (one.deps.added, one.outs.added, one.params.added) == (
            other.deps.removed,
            other.outs.removed,
            other.params.removed,
        )
    forth = changed_inputs(a.inputs("m"), b.inputs("m"))
    assert [(path, new, old) for path, old, new in forth] == list(
        changed_inputs(b.inputs("m"), a.inputs("m"))
    )


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_never_helps_and_keeps_the_order(p_values: list[float]) -> None:
    corrected = holm(p_values)
    assert all(p <= q <= 1 for p, q in zip(p_values, corrected, strict=True))
    assert all(
        q <= len(p_values) * p or q == 1 for p, q in zip(p_values, corrected, strict=True)
    ) or (len(p_values) > 1)
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    assert [corrected[i] for i in order] == sorted(corrected)
