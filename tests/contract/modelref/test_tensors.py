"""What every ``Tensors`` promises: blocks of rows come to what whole arrays do."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from modelref.adapters.tensors import blocks, compare, rotation
from modelref.adapters.tensors.files import TensorFiles
from modelref.domain.diff.weights import Nonfinite, RowCounts, ValueChange
from modelref.errors import BadInput
from modelref.ports import Matrix, Tensor, Tensors
from modelref.testing import MemoryTensors
from support.weights import column, npz

Opened = Callable[[bytes], BinaryIO]
PORTS: dict[str, Tensors] = {"files": TensorFiles(), "memory": MemoryTensors()}


@pytest.fixture(params=PORTS)
def port(request: pytest.FixtureRequest) -> Tensors:
    return PORTS[request.param]


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of a few rows, so that small arrays have many."""
    monkeypatch.setattr(blocks, "_GAP", 8)
    monkeypatch.setattr(blocks, "_AT_ONCE", 64)
    for module in ("blocks", "compare"):
        monkeypatch.setattr(f"modelref.adapters.tensors.{module}.BLOCK", 96)


def tensor(port: Tensors, opened: Opened, array: Any) -> Tensor:
    found = port.read("w.npz", opened(npz(x=array)))
    assert found is not None
    return found.tensors[0]


def matrix(port: Tensors, opened: Opened, a: Any, b: Any, ids: Any = None) -> Matrix:
    here, there = ids or (range(len(a)), range(len(b)))
    sides = [
        port.ids("i.json", opened(column(item=one)), "item", len(one)) for one in (here, there)
    ]
    return tensor(port, opened, a), tensor(port, opened, b), port.pair(*sides)


def compared(port: Tensors, opened: Opened, a: Any, b: Any, ids: Any = None) -> ValueChange:
    x, y, pairing = matrix(port, opened, a, b, ids)
    return port.compare(x, y, pairing)


def test_a_change_by_hand(port: Tensors, opened: Opened) -> None:
    a = np.array([[3.0, 4.0], [0.0, 0.0], [1.0, 0.0]])
    b = np.array([[3.0, 4.0], [0.0, 2.0], [1.0, -1.0]])
    found = compared(port, opened, a, b)
    assert found.change == pytest.approx((5 / 26) ** 0.5)
    assert found.cosine == pytest.approx(26 / (26 * 31) ** 0.5)
    assert (found.largest, found.values, found.changed, found.rows_changed) == (2.0, 6, 2, 2)
    assert found.most == ((1, 2.0), (2, 1.0))


def test_equal_values_do_not_change_even_where_they_are_nan(port: Tensors, opened: Opened) -> None:
    a = np.array([[1.0, np.nan], [np.inf, 2.0]])
    found = compared(port, opened, a, a)
    assert (found.change, found.changed, found.rows_changed, found.most) == (0.0, 0, 0, ())
    assert found.before == found.after == Nonfinite(nan=1, inf=1)


def test_what_is_no_number_is_counted_and_left_out(port: Tensors, opened: Opened) -> None:
    a = np.array([[3.0, 0.0], [4.0, 0.0], [np.nan, 7.0]])
    b = np.array([[3.0, np.nan], [np.inf, 1.0], [np.nan, 7.0]])
    found = compared(port, opened, a, b)
    assert (found.before, found.after) == (Nonfinite(nan=1), Nonfinite(nan=2, inf=1))
    assert found.change == pytest.approx((1 / 58) ** 0.5)
    assert (found.changed, found.rows_changed, found.largest) == (3, 2, 1.0)
    assert compared(port, opened, a * np.nan, b * np.nan).change is None


def test_nothing_to_compare_with_is_no_number(port: Tensors, opened: Opened) -> None:
    zero, one = np.zeros((2, 2)), np.ones((2, 2))
    assert (compared(port, opened, zero, one).change, compared(port, opened, one, zero).change) == (
        None,
        1.0,
    )
    assert compared(port, opened, zero, zero).change == 0.0
    assert compared(port, opened, zero, one).cosine is None


@pytest.mark.parametrize("ids", [(["a", "b"], ["c", "d"]), ([], ["c", "d"]), (["a", "b"], [])])
def test_where_no_row_is_on_both_sides_there_is_no_change(
    ids: tuple[list[str], list[str]], port: Tensors, opened: Opened
) -> None:
    a, b = (np.ones((len(one), 2)) for one in ids)
    pair = matrix(port, opened, a, b, ids)
    turn = port.align(matrix(port, opened, np.eye(2), np.eye(2)), pair)
    found = port.compare(*pair, None, turn)
    assert (found.values, found.change, found.aligned, found.cosine) == (0, None, None, None)


@pytest.mark.parametrize("size", [1e-300, 1e-200, 1e-150, 1.0, 1e150, 1e200, 1e300])
def test_values_of_any_size_tell_which_rows_changed_most(size: float, opened: Opened) -> None:
    a = np.array([[3.0, 4.0], [6.0, 8.0], [0.0, 1.0]]) * size
    found = compared(PORTS["files"], opened, a, a * [[2.0], [1.8], [1.0]])
    assert found.changed == 4
    assert [row for row, _ in found.most] == [1, 0]
    assert [change / size for _, change in found.most] == pytest.approx([8.0, 5.0])
    if 1e-140 < size < 1e140:
        assert found.change == pytest.approx((89 / 126) ** 0.5)
    else:
        assert found.change in (None, pytest.approx((89 / 126) ** 0.5))


def test_a_change_too_small_for_a_square_is_not_nothing(opened: Opened) -> None:
    a = np.array([[1.0, 0.0]])
    found = compared(PORTS["files"], opened, a, a + np.array([[0.0, 1e-200]]))
    assert found.change == pytest.approx(1e-200)


def test_rows_are_paired_by_id(port: Tensors, opened: Opened) -> None:
    ids = (["a", "b", "c", "d", "e"], ["new", "d", "a", "b", "c", "other"])
    sides = [port.ids("i.json", opened(column(item=one)), "item", len(one)) for one in ids]
    assert port.pair(*sides).counts == RowCounts(True, 4, added=2, removed=1, moved=1)


@pytest.mark.parametrize("ids", [["a", "a"], ["a"], ["a", "b", "c"]])
def test_ids_that_do_not_fit_are_refused(ids: list[str], port: Tensors, opened: Opened) -> None:
    def pair() -> None:
        one = port.ids("i.json", opened(column(item=ids)), "item", 2)
        port.pair(one, one)

    with pytest.raises(BadInput, match=r"i\.json "):
        pair()


def test_the_values_of_paired_columns(port: Tensors, opened: Opened) -> None:
    a = np.arange(9.0).reshape(3, 3)
    ids = (["a", "b", "c"], ["c", "a", "b", "d"])
    places = [2, 0, 1]
    b = np.zeros((4, 4))
    b[:3, :3] = a[np.ix_(places, places)]
    x, y, pairing = matrix(port, opened, a, b, ids)
    assert port.compare(x, y, pairing, pairing).changed == 0
    b[1, 2] += 1  # a, b
    x, y, pairing = matrix(port, opened, a, b, ids)
    found = port.compare(x, y, pairing, pairing)
    assert (found.changed, found.values, found.largest) == (1, 9, 1.0)


@pytest.mark.parametrize(
    ("shape", "turned"),
    [
        ((4, 5, 6), (True, True)),
        *(
            (shape, turned)
            for shape in ((3, 200), (200, 3), (40, 50))
            for turned in ((True, True), (True, False), (False, True))
        ),
    ],
)
def test_the_order_in_which_values_lie_changes_nothing(
    shape: tuple[int, ...], turned: tuple[bool, bool], port: Tensors, opened: Opened
) -> None:
    random = np.random.default_rng(3)
    a = random.integers(0, 9, shape).astype(np.float64)
    b = a + (random.random(shape) < 0.02)
    sides = [np.asfortranarray(x) if way else x for x, way in zip((a, b), turned, strict=True)]
    x, y = (tensor(port, opened, side) for side in sides)
    plain = port.compare(tensor(port, opened, a), tensor(port, opened, b))
    found = port.compare(x, y)
    assert (found.change, found.cosine) == pytest.approx((plain.change, plain.cosine))
    assert (found.changed, found.rows_changed, found.largest, found.values) == (
        int((a != b).sum()),
        int((a != b).reshape(shape[0], -1).any(axis=1).sum()),
        1.0,
        a.size,
    )


def test_values_that_are_no_numbers_are_counted_in_any_order(port: Tensors, opened: Opened) -> None:
    array = np.asfortranarray(np.ones((3, 4)))
    array[1, 2], array[2, 3] = np.nan, np.inf
    assert port.nonfinite(tensor(port, opened, array)) == Nonfinite(nan=1, inf=1)


def test_texts_are_the_same_or_left_out(port: Tensors, opened: Opened) -> None:
    a, same, other = (
        tensor(port, opened, np.array(texts)) for texts in (["a", "b"], ["a", "b"], ["a", "c"])
    )
    assert (a.dtype, port.nonfinite(a)) == ("text", Nonfinite())
    found = port.compare(a, same)
    assert (found.change, found.values, found.changed) == (0.0, 2, 0)
    for one in (other, tensor(port, opened, np.ones(2))):
        with pytest.raises(BadInput, match="texts") as error:
            port.compare(a, one)
        assert error.value.kind == "no-numbers"


def test_rows_too_wide_for_memory_are_told_by_id(
    port: Tensors, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = np.zeros((4, 30))
    b = a[[2, 0, 3, 1]].copy()
    b[0, :15] = 3.0  # row 2: changed in its first parts only
    b[3, 29] = 1.0  # row 1
    ids = (range(4), [2, 0, 3, 1])
    whole = compared(port, opened, a, b, ids)
    monkeypatch.setattr("modelref.adapters.tensors.compare._WIDEST", 16)
    found = compared(port, opened, a, b, ids)
    assert found == whole
    assert dict(found.most) == pytest.approx({0: 135**0.5, 3: 1.0})


def test_names_of_ids(port: Tensors, opened: Opened) -> None:
    file = opened(column(item=[7, 8, 9], name=["milk", "bread", "tea"]))
    assert list(port.names("i.json", file, ("item", "name"), ["9", "7", "1"])) == [
        "tea",
        "milk",
        "",
    ]


def test_values_that_are_no_numbers_are_counted(port: Tensors, opened: Opened) -> None:
    array = np.zeros((9, 9), np.float32)
    array[2:5, 3], array[8, 8] = np.nan, -np.inf
    assert port.nonfinite(tensor(port, opened, array)) == Nonfinite(nan=3, inf=1)
    assert not port.nonfinite(tensor(port, opened, np.arange(5)))


def rotated(width: int) -> Any:
    return np.linalg.qr(np.random.default_rng(5).standard_normal((width, width)))[0]


@pytest.mark.parametrize("many", [False, True])
def test_a_rotation_changes_no_score(
    many: bool, port: Tensors, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    if many:
        monkeypatch.setattr(rotation, "_AT_ONCE", 4)
        monkeypatch.setattr(rotation, "_MOST_BLOCKS", 3)
    random, turn = np.random.default_rng(0), rotated(4)
    users, items = random.standard_normal((40, 4)), random.standard_normal((30, 4))
    pair = [matrix(port, opened, one, one @ turn) for one in (users, items)]
    found = port.align(pair[0], pair[1])
    assert found is not None
    assert found.factors == 4
    for x, y, pairing in pair:
        change = port.compare(x, y, pairing, None, found)
        assert change.change is not None
        assert change.change > 0.5
        assert change.aligned == pytest.approx(0, abs=1e-6)
    scores = port.compare_scores(pair[0], pair[1])
    assert scores is not None
    assert (scores.users, scores.items, scores.kept) == (40, 30, 1.0)
    assert scores.change == pytest.approx(0, abs=1e-6)
    assert scores.cosine == pytest.approx(1)


def test_after_alignment_the_row_that_changed_stands_out(port: Tensors, opened: Opened) -> None:
    random, turn = np.random.default_rng(0), rotated(4)
    users, items = random.standard_normal((60, 4)), random.standard_normal((50, 4))
    moved = items @ turn
    moved[17] += 3.0
    pair = matrix(port, opened, users, users @ turn), matrix(port, opened, items, moved)
    x, y, pairing = pair[1]
    found = port.compare(x, y, pairing, None, port.align(*pair))
    assert found.most[0][0] == 17
    assert found.most[0][1] > 10 * found.most[1][1]


def test_values_that_are_no_numbers_cannot_be_aligned(port: Tensors, opened: Opened) -> None:
    array = np.ones((3, 2))
    broken = np.where(array > 0, np.nan, 0)
    pair = matrix(port, opened, array, broken), matrix(port, opened, array, array)
    assert port.align(*pair) is None
    assert port.compare_scores(*pair) is None


FLOATS = st.floats(-100, 100, width=32) | st.sampled_from([np.nan, np.inf, -np.inf, 0.0])


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Any, Any, tuple[list[int], list[int]]]:
    width = draw(st.integers(1, 9))
    ids = [draw(st.lists(st.integers(0, 20), unique=True, max_size=12)) for _ in range(2)]
    a, b = (draw(arrays("f4", (len(one), width), elements=FLOATS)) for one in ids)
    return a, b, (ids[0], ids[1])


@st.composite
def reordered(draw: st.DrawFn) -> tuple[Any, Any, tuple[list[Any], list[Any]]]:
    """Many rows, of which some are appended, removed, changed, and most stand elsewhere."""
    width = draw(st.sampled_from([1, 3, 8]))
    random = np.random.default_rng(draw(st.integers(0, 1 << 16)))
    before = random.permutation(draw(st.integers(1, 400)))
    kept = before[random.random(len(before)) < draw(st.sampled_from([0.1, 0.9, 1.0]))]
    after = np.concatenate((kept, np.arange(1000, 1000 + draw(st.integers(0, 30)))))
    moves = draw(st.sampled_from(["none", "one", "block", "all"]))
    if moves == "one":
        after = np.roll(after, 1)
    elif moves == "block":
        after = np.roll(after, len(after) // 3)
    elif moves == "all":
        after = random.permutation(after)
    values = random.standard_normal((2000, width)).astype(np.float32)
    a, b = values[before], values[after]
    b[random.random(len(b)) < 0.2] += np.float32(0.5)
    b[random.random(b.shape) < 0.02] = np.nan
    named: list[Callable[[int], Any]] = [int, str, lambda one: one << 33]
    name = draw(st.sampled_from(named))
    return a, b, ([name(one) for one in before.tolist()], [name(one) for one in after.tolist()])


@given(pairs() | reordered(), st.sampled_from([96, 300, 1000, 44 << 20]))
def test_both_come_to_the_same(
    pair: tuple[Any, Any, tuple[list[Any], list[Any]]], held: int
) -> None:
    a, b, ids = pair
    with ExitStack() as stack:
        patched = stack.enter_context(pytest.MonkeyPatch.context())
        patched.setattr(compare, "HELD", held)

        def opened(data: bytes) -> BinaryIO:
            file = stack.enter_context(TemporaryFile())
            file.write(data)
            file.flush()
            return cast("BinaryIO", file)

        x, y = (matrix(port, opened, a, b, ids) for port in PORTS.values())
        assert x[2].counts == y[2].counts
        ours, plain = (port.compare(*m) for port, m in zip(PORTS.values(), (x, y), strict=True))
    for name in ("values", "changed", "rows_changed", "before", "after"):
        assert getattr(ours, name) == getattr(plain, name), name
    for name in ("change", "cosine", "largest"):
        one, other = getattr(ours, name), getattr(plain, name)
        assert one == (other if other is None else pytest.approx(other, rel=1e-3, abs=1e-3)), name
    told, right = ([change for _, change in one.most if change > 1e-9] for one in (ours, plain))
    assert told == pytest.approx(right, rel=1e-4)


def test_ids_in_json_may_be_records(opened: Opened) -> None:
    file = opened(json.dumps([{"item": "a"}, {"item": "b"}]).encode())
    assert TensorFiles().ids("i.json", file, "item", 2).texts([1, 0]) == ["b", "a"]


@given(arrays("f8", (3, 14), elements=st.integers(0, 5).map(float)), st.integers(1, 14))
def test_the_best_are_told_as_a_stable_sort_tells_them(scores: Any, best: int) -> None:
    tops = np.argsort(-scores, axis=1, kind="stable")[:, :best]
    told = rotation._tops(scores, best)
    assert [np.flatnonzero(row).tolist() for row in told] == np.sort(tops, axis=1).tolist()
