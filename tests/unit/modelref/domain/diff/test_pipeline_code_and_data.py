from modelref.domain.diff.code import FileChange, read_by
from modelref.domain.diff.data import ColumnChange, InputChange, by_drift, changed_inputs
from modelref.domain.diff.pipeline import Names, diff_pipeline
from modelref.domain.diff.values import Status
from modelref.domain.lineage import DvcStage, Lineage
from modelref.domain.outs import MD5, Out

RAW, CLEAN, MODEL = (
    Out("raw.csv", MD5, "a" * 32),
    Out("data", MD5, "b" * 32),
    Out("m", MD5, "c" * 32),
)
CODE, FOLDER = Out("train.py", MD5, "d" * 32), Out("src", MD5, "e" * 32 + ".dir")
SCORES = Out("scores", MD5, "f" * 32)
LINEAGE = Lineage(
    (
        DvcStage("prepare", ("clean",), (RAW,), (CLEAN,)),
        DvcStage("train", ("fit", "pack"), (CLEAN, CODE, FOLDER), (MODEL,), {"p.yaml": ("lr",)}),
        DvcStage("evaluate", ("score",), (MODEL, CLEAN, FOLDER), (SCORES,)),
    ),
    frozenset(["raw.csv"]),
)


def test_inputs_are_what_dvc_keeps_and_code_is_what_it_does_not() -> None:
    assert LINEAGE.inputs("m") == {"raw.csv": RAW, "data": CLEAN}
    assert LINEAGE.code() == {"train.py": ("train",), "src": ("train", "evaluate")}


def test_a_file_in_a_folder_is_found_by_the_folder() -> None:
    found = LINEAGE.find("src/model/fit.py")
    assert found is not None
    assert (found.path, found.within) == ("src", "model/fit.py")
    assert LINEAGE.find("data") == CLEAN
    assert LINEAGE.find("elsewhere") is None


def test_equal_pipelines_do_not_differ() -> None:
    assert diff_pipeline(LINEAGE, LINEAGE) == ()


def test_what_stages_ran_read_and_wrote() -> None:
    after = Lineage(
        (
            LINEAGE.stages[0],
            DvcStage("train", ("fit --fast",), (CLEAN, RAW), (MODEL, SCORES), {"p.yaml": ("k",)}),
            DvcStage("plot", ("draw",), (), ()),
        )
    )
    evaluate, plot, train = diff_pipeline(LINEAGE, after)
    assert (evaluate.name, evaluate.status, evaluate.before) == (
        "evaluate", Status.REMOVED, ("score",),
    )  # fmt: skip
    assert (plot.name, plot.status, plot.after) == ("plot", Status.ADDED, ("draw",))
    assert train.status is Status.CHANGED
    assert (train.before, train.after) == (("fit", "pack"), ("fit --fast",))
    assert train.deps == Names(("raw.csv",), ("src", "train.py"))
    assert train.outs == Names(("scores",))
    assert train.params == Names(("p.yaml:k",), ("p.yaml:lr",))


def test_a_changed_file_names_the_stages_of_either_side_that_read_it() -> None:
    file = FileChange("src/model/fit.py", Status.CHANGED, 3, 1)
    (change,) = read_by([file], LINEAGE.code(), {"src/model": ("pack",)})
    assert change.stages == ("train", "evaluate", "pack")


def test_inputs_differ_by_hash_and_not_by_size() -> None:
    other = Out("data", MD5, "0" * 32, 9)
    same = Out("raw.csv", MD5, "a" * 32, 5)
    found = changed_inputs(
        {"raw.csv": RAW, "data": CLEAN}, {"raw.csv": same, "data": other, "n": MODEL}
    )
    assert found == (("data", CLEAN, other), ("n", None, MODEL))
    assert InputChange("n", None, MODEL, {}).status is Status.ADDED


def test_columns_are_told_by_drift() -> None:
    columns = [
        ColumnChange(name, Status.CHANGED, ("int64", "int64"), (0.0, 0.0), drift)
        for name, drift in (("a", 0.1), ("b", None), ("c", 0.9), ("d", 0.1))
    ]
    assert [one.column for one in by_drift(columns)] == ["c", "a", "d", "b"]
