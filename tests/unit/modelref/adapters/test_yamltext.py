"""Entries are set and nothing else moves."""

import json
import tomllib
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from modelref.adapters.dvc.parsing.textfiles import mapping
from modelref.adapters.dvc.parsing.trees import ABSENT
from modelref.adapters.dvc.restore.paramfiles import set_params, settable
from modelref.adapters.dvc.restore.yamltext import edit
from modelref.errors import BadInput

TEXT = """\
# how we train
train:
    factors: 32   # more is slower
    rate: 1e-3
    seeds:
    - 1
    # the list ends here
    als: {depth: 2, wide: true}

# unrelated
other: 'x'
"""
OLD = "train:\n  factors: 8\n  rate: 5e-4\n  seeds: [2, 3]\n  als:\n    depth: 3\n  new: hi\n"


@pytest.mark.parametrize(
    ("keys", "value", "before", "after"),
    [
        (("train", "factors"), 8, "factors: 32   # more", "factors: 8   # more"),
        (("train", "rate"), 0.0005, "rate: 1e-3", "rate: 5e-4"),
        (("train", "rate"), 0.25, "rate: 1e-3", "rate: 0.25"),
        (("other",), "y: z", "'x'", '"y: z"'),
        (("train", "als", "depth"), 3, "depth: 2", "depth: 3"),
        (("train", "seeds"), [2, 3], "    seeds:\n    - 1\n", "    seeds: [2, 3]\n"),
        (("train", "new"), "hi", "wide: true}\n", "wide: true}\n    new: hi\n"),
        (("train", "rate"), ABSENT, "    rate: 1e-3\n", ""),
    ],
)
def test_only_the_value_changes(keys: Any, value: Any, before: str, after: str) -> None:
    assert TEXT.count(before) == 1
    done = set_params("params.yaml", TEXT, [(keys, value)], OLD)
    assert done == TEXT.replace(before, after)


def test_a_mapping_is_set_value_by_value() -> None:
    text = "a:\n  x: 1  # one\n  y: 2  # two\n  gone: 3\nb: 4\n"
    done = set_params("p.yaml", text, [(("a",), {"x": 1, "y": 5})], "a:\n  x: 1\n  y: 5\n")
    assert done == "a:\n  x: 1  # one\n  y: 5  # two\nb: 4\n"


def test_what_cannot_be_edited_in_place_keeps_its_comments_too() -> None:
    text = "base: &b {x: 1}  # shared\nuse: *b\n"
    done = set_params("p.yaml", text, [(("use",), {"x": 2})], "")
    assert "# shared" in done
    assert yaml.safe_load(done) == {"base": {"x": 1}, "use": {"x": 2}}


def test_an_entry_is_carried_whole_and_indented_as_its_neighbours() -> None:
    text = "stages:\n    a:\n        cmd: x\n    # about b\n    b: {cmd: y}\nend: 1\n"
    source = "stages:\n  a:\n    cmd: |\n      one\n      two\n  c:\n    cmd: z\n"
    wants: list[Any] = [
        (("stages", "a"), {"cmd": "one\ntwo\n"}),
        (("stages", "b"), ABSENT),
        (("stages", "c"), {"cmd": "z"}),
    ]
    done = edit("dvc.yaml", text, wants, source, fine=False)
    assert yaml.safe_load(done) == {
        "stages": {"a": {"cmd": "one\ntwo\n"}, "c": {"cmd": "z"}},
        "end": 1,
    }
    assert done.startswith("stages:\n    a:\n")
    assert "# about b" in done


def test_a_lock_that_is_not_there_is_begun() -> None:
    wants: list[Any] = [(("schema",), "2.0"), (("stages", "a"), {"cmd": "x"})]
    done = edit("dvc.lock", "", wants, "schema: '2.0'\nstages:\n  a:\n    cmd: x\n", fine=False)
    assert yaml.safe_load(done) == {"schema": "2.0", "stages": {"a": {"cmd": "x"}}}


def test_json_keeps_its_layout() -> None:
    text = '{\n    "a": {"b": 1, "é": [1,2]},\n    "c": 2\n}\n'
    done = set_params("p.json", text, [(("a", "b"), 7)], "{}")
    assert done == text.replace('"b": 1', '"b": 7')
    grown = set_params("p.json", text, [(("a", "d"), {"x": None})], "{}")
    assert json.loads(grown) == {"a": {"b": 1, "é": [1, 2], "d": {"x": None}}, "c": 2}
    assert "é" in grown


def test_toml_keeps_its_comments() -> None:
    text = '# top\n[train]\nlr = 0.1 # rate\nname = "x"\n[train.als]\ndepth = 2 # deep\nold = 1\n'
    wants: list[Any] = [(("train", "lr"), 0.2), (("train", "als"), {"depth": 3})]
    done = set_params("p.toml", text, wants, "")
    assert "# top" in done
    assert "lr = 0.2 # rate" in done
    assert "depth = 3 # deep" in done
    assert tomllib.loads(done) == {"train": {"lr": 0.2, "name": "x", "als": {"depth": 3}}}


def test_a_python_module_is_not_edited() -> None:
    assert not settable("params.py")


def test_an_unreadable_file_is_named() -> None:
    with pytest.raises(BadInput, match=r"p\.yaml is not valid YAML"):
        set_params("p.yaml", "a: [", [(("a",), 1)], "")


KEYS = st.text("abcdef", min_size=1, max_size=2)
SCALARS = st.one_of(
    st.integers(-99, 99), st.booleans(), st.none(), st.text(max_size=8), st.floats(-9, 9)
)
TREES = st.dictionaries(
    KEYS,
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
        max_leaves=6,
    ),
    min_size=1,
    max_size=4,
)


@example({"a": 0}, {"a": ":0"}, None, False)
@example({"a": 0}, {"a": "?0"}, None, False)
@example({"a": []}, {"a": "\x85"}, None, True)
@example({"a": 0}, {"a": "\u2028"}, True, True)
@given(TREES, TREES, st.sampled_from([None, False, True]), st.booleans())
def test_any_tree_becomes_any_other(now: Any, then: Any, flow: Any, fine: bool) -> None:
    text = yaml.safe_dump(now, default_flow_style=flow, allow_unicode=True)
    source = yaml.safe_dump(then, default_flow_style=False, allow_unicode=True)
    wants: list[Any] = [((key,), value) for key, value in then.items()]
    wants += [((key,), ABSENT) for key in now if key not in then]
    # edit() itself compares what it wrote with what was meant, and refuses on any difference.
    done = edit("p.yaml", text, wants, source, fine=fine)
    assert yaml.safe_load(done).keys() == then.keys()  # what trains the model reads it as well


def test_a_file_that_only_dvc_reads_is_edited_all_the_same() -> None:
    done = edit("p.yaml", "a: [:8080]\nlr: 0.1\n", [(("lr",), 0.2)], "lr: 0.2\n", fine=True)
    assert mapping("p.yaml", done.encode()) == {"a": [":8080"], "lr": 0.2}


def test_a_number_with_underscores_stays_as_it_is_written() -> None:
    text = "steps: 1_000 # of training\nlr: 0.1\n"
    wants: list[Any] = [(("steps",), 1000), (("lr",), 0.2)]
    assert edit("p.yaml", text, wants, "steps: 1000\nlr: 0.2\n", fine=True) == text.replace(
        "0.1", "0.2"
    )


def test_a_file_that_cannot_be_edited_is_named() -> None:
    with pytest.raises(BadInput, match=r"p\.yaml cannot be edited"):
        edit("p.yaml", "a: 1\na: 2\n", [(("b",), {"c": 1})], "", fine=False)
