from collections.abc import Sequence
from typing import Any

import pytest

from modelref.adapters.dvc.declared.definition import Definition
from modelref.adapters.dvc.declared.templates import Templates, fill, resolved
from modelref.adapters.dvc.parsing.trees import ABSENT

CONTEXT = {"a": {"b": [1, {"c": "x"}]}, "yes": True, "half": 0.5, "none": None}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("${a.b[1].c}/${ half }", "x/0.5"),
        ("${yes}", "true"),
        ("\\${a} ${a.b[0]}", "${a} 1"),
        ("plain", "plain"),
        ("${a}", None),
        ("${none}", None),
        ("${other}", None),
    ],
)
def test_a_text_is_filled_in_as_by_dvc(text: str, filled: str | None) -> None:
    assert fill(text, CONTEXT) == filled


def test_what_a_loop_runs_over_may_be_named() -> None:
    assert resolved("${a.b}", CONTEXT) == [1, {"c": "x"}]
    assert resolved({"k": ["${half}", "n-${yes}", 3]}, CONTEXT) == {"k": [0.5, "n-true", 3]}
    assert resolved("${other}", CONTEXT) is ABSENT


def stages(**body: Any) -> Templates:
    return Templates("", {"stages": {"s": body}})


@pytest.mark.parametrize(
    ("loop", "name", "wdir"),
    [
        ({"foreach": ["nl", 1, True]}, "s@nl", "w/nl"),
        ({"foreach": ["nl", 1, True]}, "s@true", "w/true"),
        ({"foreach": ["nl"]}, "s@gone", "w/gone"),
        ({"foreach": [{"v": 1}, "nl"]}, "s@1", "w/nl"),
        ({"foreach": [{"v": 1}, "nl"]}, "s@7", None),
        ({"foreach": {"nl": "x"}}, "s@nl", "w/x"),
        ({"foreach": {"nl": "x"}}, "s@de", None),
        ({"foreach": "${sets}"}, "s@nl", None),
    ],
)
def test_a_loop_tells_each_its_folder(loop: dict[str, Any], name: str, wdir: str | None) -> None:
    assert stages(**loop, do={"wdir": "w/${item}"}).wdir(name) == wdir


def test_a_matrix_tells_each_its_folder_whatever_the_dashes() -> None:
    matrix = {"a": ["x", "x-y"], "b": ["y-z", "z"], "c": [[1], {"k": 2}]}
    templates = stages(matrix=matrix, wdir="${item.a}/${item.b}/${item.c.k}/${key}")
    assert templates.wdir("s@x-y-z-c1") == "x/y-z/2/x-y-z-c1"
    assert templates.wdir("s@q-z-c1") is None


def test_a_hostile_matrix_takes_no_time() -> None:
    matrix = {f"d{number}": ["a", "a-a", "a-a-a"] for number in range(40)}
    assert stages(matrix=matrix, wdir="${item.d0}").wdir("s@" + "a-" * 80 + "b") is None


def test_vars_of_files_are_read_when_a_template_asks_for_them() -> None:
    asked: list[str] = []
    known: dict[str, dict[str, Any]] = {
        "ml/params.yaml": {"a": 1},
        "ml/c.yaml": {"x": {"y": 2}, "z": 3},
    }

    def read(paths: Sequence[str]) -> dict[str, dict[str, Any]]:
        asked.extend(paths)
        return {path: known[path] for path in paths if path in known}

    raw = {"vars": ["c.yaml:x.y", "gone.yaml", "../../out.yaml", {"x": {"own": 4}}]}
    templates = Templates("ml", raw, read)
    assert templates.filled("plain") == "plain"
    assert asked == []
    assert templates.filled("${a}${x.y}${x.own}") == "124"
    assert templates.filled("${z}") is None
    assert asked == ["ml/params.yaml", "ml/c.yaml", "ml/gone.yaml"]


LOCK = b"""
stages:
  s:
    outs: [{path: m.bin, md5: d41d8cd98f00b204e9800998ecf8427e}]
"""


def test_what_other_entries_name_is_no_metric_of_a_template() -> None:
    definition = Definition.read(
        "dvc.yaml",
        b"stages: {s: {outs: [m.bin, report.json], plots: [p.json], metrics: ['${name}.json']}}",
    )
    md5 = "md5: d41d8cd98f00b204e9800998ecf8427e"
    outs = ", ".join(f"{{path: {n}, {md5}}}" for n in ("m.bin", "report.json", "p.json", "r.json"))
    locked = definition.locked("dvc.lock", f"stages: {{s: {{outs: [{outs}]}}}}".encode())
    assert definition.metrics_files(locked, ()) == ("r.json",)


def test_a_stage_whose_folder_is_not_known_is_left_out() -> None:
    definition = Definition.read("dvc.yaml", b"stages: {s: {wdir: '${w}', outs: [m.bin]}}")
    assert definition.locked("dvc.lock", LOCK) == ()


def test_a_list_of_its_own_says_which_templates_nothing_tells() -> None:
    definition = Definition.read("dvc.yaml", b"metrics: ['${base}/m.json', n.json]")
    assert definition.metrics_files((), ()) == ("n.json",)
    assert definition.untold("metrics") == [
        "what the template ${base}/m.json under metrics of dvc.yaml comes to is not known"
    ]
    assert definition.untold("params") == []
