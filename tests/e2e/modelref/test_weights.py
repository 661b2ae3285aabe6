"""What people read of two versions' weights: by id, up to rotation, and never a user's id."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelref.errors import OutOfReach
from support.inprocess import run
from support.nonfinite import count
from support.project import Project
from support.weights import (
    ITEMS,
    USERS,
    column,
    npz,
    safetensors,
    safetensors_of,
    versions,
    weights_of,
)

META = {
    "items": "model/items.json",
    "ids": {"user_factors": USERS, "item_factors": ITEMS, "popularity": ITEMS},
}
RANDOM = np.random.default_rng(0)
U = RANDOM.standard_normal((40, 4)).astype("f4")
V = RANDOM.standard_normal((20, 4)).astype("f4")
PEOPLE = [f"person-{number}" for number in range(40)]
SKUS = [f"sku-{number}" for number in range(20)]


def model(
    users: Any = U, items: Any = V, people: list[str] = PEOPLE, skus: list[str] = SKUS
) -> dict[str, bytes]:
    return {
        "weights.safetensors": safetensors(user_factors=users, item_factors=items),
        "users.json": column(user=people),
        "items.json": column(item=skus, name=[f"Tea {sku}" for sku in skus]),
    }


def tensors(said: dict[str, Any]) -> dict[str, Any]:
    return {one["tensor"]: one for one in said["weights"]}


def test_a_version_does_not_differ_from_itself(tmp_path: Path) -> None:
    project = versions(tmp_path / "p", model(), model())
    said = weights_of(project)
    assert (said["weights"], said["weights_files"], said["differs"]) == ([], [], False)
    assert "No weight differs." in said["markdown"]


def test_rows_in_another_order_are_no_change(tmp_path: Path) -> None:
    order = np.random.default_rng(1).permutation(20)
    permuted = model(items=V[order], skus=[SKUS[row] for row in order])
    said = weights_of(versions(tmp_path / "p", model(), permuted, meta=META))
    (only,) = said["weights"]
    assert (only["tensor"], only["status"]) == ("item_factors", "reordered")
    assert only["values"]["changed"] == 0
    assert only["rows"]["moved"] > 0


def test_the_same_values_under_other_ids_are_a_change(tmp_path: Path) -> None:
    relabelled = model(skus=[*SKUS[1:], SKUS[0]])
    said = weights_of(versions(tmp_path / "p", model(), relabelled, meta=META))
    assert tensors(said)["item_factors"]["values"]["rows_changed"] == 20


def test_without_ids_rows_are_what_they_were(tmp_path: Path) -> None:
    said = weights_of(versions(tmp_path / "p", model(), model(items=V[::-1])))
    only = tensors(said)["item_factors"]
    assert (only["status"], only["rows"]["by_id"]) == ("changed", False)
    assert only["most_changed"] == []


def test_added_removed_and_moved_rows_are_counted(tmp_path: Path) -> None:
    kept = [7, *range(7), *range(8, 18)]  # one moved to the top, two removed at the end
    after = model(
        items=np.vstack([V[kept], V[:3] + 1]), skus=[*(SKUS[row] for row in kept), "n1", "n2", "n3"]
    )
    project = versions(tmp_path / "p", model(), after, meta=META)
    only = tensors(weights_of(project))["item_factors"]
    assert only["rows"] == {"by_id": True, "shared": 18, "added": 3, "removed": 2, "moved": 1}
    assert (only["status"], only["values"]["changed"]) == ("changed", 0)
    assert only["shape"] == {"from": [20, 4], "to": [21, 4]}
    shown = run(project.root, "diff", "rec@v0.1.0", "rec@v0.1.1", "--only", "weights")
    assert "item_factors  +3 rows, -2 rows, 1 rows moved" in shown.out


def test_a_rotated_model_changes_raw_and_not_after_alignment(tmp_path: Path) -> None:
    turn = np.linalg.qr(np.random.default_rng(3).standard_normal((4, 4)))[0]
    said = weights_of(
        versions(tmp_path / "p", model(), model(U @ turn, (V @ turn).astype("f4")), meta=META)
    )
    for one in tensors(said).values():
        assert one["values"]["change"] > 0.5
        assert one["values"]["aligned_change"] < 1e-6
    (scores,) = said["weights_factors"]
    assert scores["tensors"] == ["user_factors", "item_factors"]
    assert scores["scores"]["change"] < 1e-6
    assert scores["scores"]["kept"] == 1


def test_models_with_other_numbers_of_factors_still_compare_their_scores(tmp_path: Path) -> None:
    wide = [np.hstack([one, np.zeros((len(one), 2), "f4")]) for one in (U, V)]
    project = versions(tmp_path / "p", model(), model(wide[0], wide[1]), meta=META)
    said = weights_of(project)
    assert {one["status"] for one in said["weights"]} == {"reshaped"}
    (scores,) = said["weights_factors"]
    assert scores["factors"] == {"from": 4, "to": 6}
    assert scores["scores"]["change"] < 1e-6
    shown = run(project.root, "diff", "rec@v0.1.0", "rec@v0.1.1", "--only", "weights").out
    assert "user_factors  40 x 4 -> 40 x 6" in shown
    assert "(4 -> 6 factors) change by" in shown


def test_the_items_that_changed_most_are_named_and_people_never(tmp_path: Path) -> None:
    items, users = V.copy(), U.copy()
    items[5] += 2
    users[3] += 2
    project = versions(tmp_path / "p", model(), model(users, items), meta=META)
    most = tensors(weights_of(project))["item_factors"]["most_changed"]
    assert (most[0]["id"], most[0]["name"]) == ("sku-5", "Tea sku-5")
    assert tensors(weights_of(project))["user_factors"]["most_changed"] == []
    for options in ([], ["--md"], ["--json"]):
        shown = run(
            project.root, "diff", "rec@v0.1.0", "rec@v0.1.1", "--only", "weights", *options
        ).out
        assert "person-" not in shown
        assert "Tea sku" in shown.replace("\\", "")


def test_a_tensor_under_the_same_ids_on_both_sides(tmp_path: Path) -> None:
    gram = (V @ V.T).astype("f4")
    order = np.random.default_rng(2).permutation(20)
    meta = {"ids": {"inverse": {**ITEMS, "square": True}}}
    sides = [
        {"w.npz": npz(inverse=one), "items.json": column(item=skus)}
        for one, skus in (
            (gram, SKUS),
            (gram[np.ix_(order, order)], [SKUS[row] for row in order]),
        )
    ]
    (only,) = weights_of(versions(tmp_path / "p", *sides, meta=meta))["weights"]
    assert only["status"] == "reordered"


def test_what_became_of_each_tensor(tmp_path: Path) -> None:
    before = {"w.npz": npz(a=np.ones(3), b=np.ones(2), c=np.ones((2, 2)), d=np.arange(4.0))}
    after = {
        "w.safetensors": safetensors(
            b=np.ones(2), c=np.ones((2, 3)), d=np.arange(4.0).astype("f4"), e=np.ones((5, 1))
        )
    }
    project = versions(tmp_path / "p", before, after)
    said = weights_of(project)
    assert {one["tensor"]: one["status"] for one in said["weights"]} == {
        "a": "removed",
        "c": "reshaped",
        "d": "dtype",
        "e": "added",
    }
    assert tensors(said)["d"]["values"]["changed"] == 0
    shown = run(project.root, "diff", "rec@v0.1.0", "rec@v0.1.1", "--only", "weights").out
    for line in (
        "removed 3 float64",
        "2 x 2 -> 2 x 3",
        "float64 -> float32",
        "added 5 x 1",
    ):
        assert line in shown


def test_other_files_are_told_by_hash_and_size(tmp_path: Path) -> None:
    project = versions(tmp_path / "p", {"index.ann": b"12345"}, {"index.ann": b"1234567"})
    (only,) = weights_of(project)["weights_files"]
    assert (only["path"], only["from"]["size"], only["to"]["size"]) == ("index.ann", 5, 7)
    shown = run(project.root, "diff", "rec@v0.1.0", "rec@v0.1.1", "--only", "weights").out
    assert f"index.ann  5 B {only['from']['hash'][:8]}" in shown


def test_values_that_became_no_numbers_are_said(tmp_path: Path) -> None:
    broken = V.copy()
    broken[2, 1], broken[3] = np.nan, np.inf
    project = versions(tmp_path / "p", model(), model(items=broken), meta=META)
    shown = run(project.root, "diff", "rec@v0.1.0", "rec@v0.1.1", "--only", "weights").out
    assert (
        "item_factors has values that are no numbers: 1 NaN and 4 infinite (before: none)"
        in " ".join(shown.split())
    )


def test_texts_beside_numbers_are_left_out_and_the_numbers_compared(tmp_path: Path) -> None:
    kept: dict[str, Any] = {"format": np.array(b"csr"), "ids": np.array(["a", "b", "c"])}
    before = npz(w=np.ones(3), **kept)
    after = npz(w=np.zeros(3), **kept | {"ids": np.array(["a", "b", "x"])})
    project = versions(tmp_path / "p", {"a.npz": before}, {"a.npz": after})
    said = weights_of(project)
    assert list(tensors(said)) == ["ids", "w"]
    shown = run(project.root, "diff", "rec@v0.1.0", "rec@v0.1.1", "--only", "weights").out
    why = "ids was not compared: model/a.npz holds texts in 'ids', which are not compared"
    assert why in " ".join(shown.split())
    assert count(project, "rec@v0.1.1") == 0


def test_a_hostile_file_is_named_and_the_rest_is_shown(tmp_path: Path) -> None:
    huge = {"x": {"dtype": "F32", "shape": [1 << 20, 1 << 20], "data_offsets": [0, 4]}}
    before = {"a.npz": npz(a=np.ones(3)), "b.safetensors": safetensors(x=np.ones(3))}
    after = {"a.npz": npz(a=np.zeros(3)), "b.safetensors": safetensors_of(huge, bytes(4))}
    project = versions(tmp_path / "p", before, after)
    shown = run(project.root, "diff", "rec@v0.1.0", "rec@v0.1.1", "--only", "weights")
    assert shown.code == 0
    words = " ".join(shown.out.split())
    assert "its shape needs 4398046511104 bytes; nothing of it was read" in words
    assert "\na " in shown.out
    said = weights_of(project)
    assert list(tensors(said)) == ["a"]
    assert "gives 'x' 4 bytes" in said["weights_files"][0]["why"]


@pytest.mark.parametrize(
    ("ids", "why"),
    [
        ({"file": "model/gone.json", "column": "item"}, "there is no file model/gone.json"),
        ({"file": "model/items.json", "column": "sku"}, "has no column 'sku'"),
        ({"file": "model/users.json", "column": "user"}, "has 40 ids in 'user' .* of 20 rows"),
        ({"file": "../../etc/passwd", "column": "item"}, "leaves the repository"),
        ({"file": "model/weights.safetensors", "column": "x"}, "is no Parquet, CSV or JSON file"),
    ],
)
def test_ids_that_cannot_be_read_are_said(ids: dict[str, str], why: str, tmp_path: Path) -> None:
    import re

    project = versions(
        tmp_path / "p", model(), model(items=V + 1), meta={"ids": {"item_factors": ids}}
    )
    only = tensors(weights_of(project))["item_factors"]
    assert only["values"] is None
    assert re.search(why, only["why"])


def test_a_declaration_that_is_wrong_is_said_once(tmp_path: Path) -> None:
    project = versions(tmp_path / "p", model(), model(items=V + 1), meta={"ids": {"x": 3}})
    said = weights_of(project)
    (only,) = said["absent"]["weights"]
    assert only["why"] == "meta.modelref.ids says no file and column for the tensor 'x'"
    assert "item_factors" in tensors(said)


@pytest.mark.parametrize("others", [{}, {"more.npz": npz(item_factor=V)}, {"more.npz": b"PK"}])
def test_ids_of_a_tensor_that_no_file_has_are_said(
    others: dict[str, bytes], tmp_path: Path
) -> None:
    sides = [
        {"w.npz": npz(item_factors=items), "items.json": column(item=skus), **others}
        for items, skus in ((V, SKUS), (V[::-1], SKUS[::-1]))
    ]
    meta = {"ids": {"item_factor": ITEMS}}
    said = weights_of(versions(tmp_path / "p", *sides, meta=meta))
    assert tensors(said)["item_factors"]["rows"]["by_id"] is False
    told = [one["why"] for one in said["absent"].get("weights", ())]
    why = (
        "meta.modelref.ids names item_factor, and no file has such a tensor; "
        "rows of item_factors were compared by their places"
    )
    assert told == ([] if others else [why])


@pytest.mark.parametrize(("declared", "told"), [("inverse", []), ("entrees", ["entrees"])])
def test_ids_of_other_families_are_told_only_where_they_look_mistyped(
    declared: str, told: list[str], tmp_path: Path
) -> None:
    sides = [
        {"w.npz": npz(item_factors=V, entries=value), "items.json": column(item=SKUS)}
        for value in (U, U + 1)
    ]
    meta = {"ids": {"item_factors": ITEMS, "user_factors": USERS, declared: ITEMS}}
    said = weights_of(versions(tmp_path / "p", *sides, meta=meta))
    assert tensors(said)["entries"]["rows"]["by_id"] is False
    assert [one["why"] for one in said["absent"].get("weights", ())] == [
        f"meta.modelref.ids names {name}, and no file has such a tensor; "
        "rows of entries were compared by their places"
        for name in told
    ]


def test_ids_of_tensors_of_other_families_are_no_fault(tmp_path: Path) -> None:
    meta = META | {"ids": {**META["ids"], "inverse": ITEMS}}  # type: ignore[dict-item]
    said = weights_of(versions(tmp_path / "p", model(), model(items=V + 1), meta=meta))
    assert "weights" not in said["absent"]


def test_bytes_that_are_not_here_are_said(project: Project) -> None:
    for commit in project.commits[:2]:
        project.modelref("register", "rec", "--rev", commit)
    subprocess.run(["rm", "-rf", str(project.root / ".dvc/cache")], check=True)
    shown = project.modelref("diff", "rec@v0.1.0", "rec@v0.1.1")
    assert "train.factors" in shown.out
    assert "are not in the DVC cache" in shown.out
    assert "dvc fetch" in shown.out


def test_gates_can_count_what_is_no_number(tmp_path: Path) -> None:
    broken = {"a.npz": npz(x=np.array([1.0, np.nan])), "b.npz": npz(y=np.array([[np.inf]]))}
    project = versions(tmp_path / "p", model(), broken, {"notes.txt": b"none"})
    assert count(project, "rec@v0.1.0") == 0
    assert count(project, "rec@v0.1.1") == 2
    with pytest.raises(OutOfReach, match=r"no file of rec holds weights that are real numbers"):
        count(project, "rec@v0.1.2")


_MEASURED = """
import json, resource, sys
import numpy, threadpoolctl
from modelref.adapters.tensors import compare, ids, rotation
from modelref.adapters.tensors.files import TensorFiles
port = TensorFiles()
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
a, b = (port.read(name, open(name, "rb", 0)).tensors[0] for name in sys.argv[1:])
before = peak()
found = port.compare(a, b)
print(json.dumps([found.values, peak() - before]))
"""


@pytest.mark.parametrize("shape", [[1_500_000, 64], [1, 96_000_000], [96_000_000]])
def test_memory_does_not_grow_with_the_tensor(shape: list[int], tmp_path: Path) -> None:
    paths = []
    for name in ("a", "b"):
        header = {"x": {"dtype": "F32", "shape": shape, "data_offsets": [0, 384_000_000]}}
        path = tmp_path / f"{name}.safetensors"
        data = safetensors_of(header)
        path.write_bytes(data)
        with path.open("r+b") as file:
            file.truncate(len(data) + 384_000_000)  # zeros that take no room on the disk
        paths.append(str(path))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _MEASURED, *paths],
        capture_output=True,
        text=True,
        check=True,
    )
    values, grown = json.loads(done.stdout)
    assert values == 96_000_000
    assert grown <= 64


def test_the_page_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    project = versions(tmp_path / "p", model(), model(items=V + 1), meta=META)
    versions_ = ("diff", "rec@v0.1.0", "rec@v0.1.1", "--only", "weights", "--html")
    told = run(project.root, *versions_, str(tmp_path / "page.html"))
    assert told.out == f"the diff rec@v0.1.0 -> rec@v0.1.1 is in {tmp_path / 'page.html'}\n"
    assert "item_factors" in (tmp_path / "page.html").read_text(encoding="utf-8")
    run(project.root, *versions_, str(tmp_path / "new" / "folder" / "page.html"))
    assert (tmp_path / "new" / "folder" / "page.html").is_file()
    refused = run(project.root, *versions_, str(tmp_path / "page.html" / "page.html"))
    assert refused.code == 5
    assert "page.html: Not a directory" in refused.err
    both = run(project.root, *versions_, "page.html", "--json")
    assert (both.code, both.err.splitlines()[0]) == (
        2,
        (
            '{"error": {"kind": "usage", "message": "--json, --md and --html exclude each other", '
            '"hint": "choose one"}}'
        ),
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "p", "page.html"]
