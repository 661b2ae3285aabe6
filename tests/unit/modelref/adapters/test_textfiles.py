import time

import pytest
from dvc.utils.serialize import parse_json, parse_toml, parse_yaml
from ruamel.yaml import YAML

from modelref.adapters.dvc.parsing.textfiles import mapping, parse
from modelref.errors import BadInput

_YAML = """
rate: 1e-3
plain: .5
hexadecimal: 0x1F
octal: 0o17
leading: 010
yes_is_text: yes
off_is_text: off
truth: True
nothing: null
empty:
tilde: ~
sexagesimal: 1:30
day: 2026-11-25
text: 'quoted: 1'
list: [1, 2.0, a]
infinite: -.inf
anchored: &base {a: 1}
merged:
  <<: *base
  b: 2
"""


def test_yaml_reads_as_dvc_reads_it() -> None:
    assert parse("params.yaml", _YAML.encode()) == parse_yaml(_YAML, "params.yaml")


def test_json_and_toml_read_as_dvc_reads_them() -> None:
    json, toml = '{"a": {"b": [1, 2.5, null]}}', "[a]\nb = 1\nc = 2.5\n"
    assert parse("m.json", json.encode()) == parse_json(json, "m.json")
    assert parse("m.toml", toml.encode()) == parse_toml(toml, "m.toml")


def test_an_empty_file_is_an_empty_mapping() -> None:
    assert mapping("dvc.yaml", b"") == {}
    assert mapping("dvc.yaml", b"# nothing\n") == {}


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("dvc.yaml", b"a: [1", "dvc.yaml is not valid YAML: line 2, column 1"),
        ("dvc.yaml", b"\xff\xfe", "is not UTF-8"),
        ("dvc.yaml", b"- a\n- b\n", "holds a list where a mapping belongs"),
        ("dvc.yaml", b"a: !!python/object/apply:os.system [id]", "is not valid YAML"),
        ("m.json", b"{", "is not valid JSON"),
        ("m.toml", b"a = ", "is not valid TOML"),
        ("m.json", b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_bad_file_is_named_with_its_place(name: str, data: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        mapping(name, data)
    assert caught.value.hint == f"mend {name}"


@pytest.mark.parametrize("item", ["[{}]", "{{<<: [{}]}}"])
def test_a_bomb_of_aliases_is_refused_at_once(item: str) -> None:
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{i}: &a{i} " + item.format(", ".join([f"*a{i - 1}"] * 9)) for i in range(1, 30)]
    began = time.process_time()
    with pytest.raises(BadInput, match="repeats its aliases without end"):
        mapping("rec.dvc", "\n".join(lines).encode())
    assert time.process_time() - began < 1


def test_an_alias_of_itself_is_refused() -> None:
    with pytest.raises(BadInput):
        mapping("rec.dvc", b"a: &a [*a]")


@pytest.mark.parametrize(
    "text",
    [
        "1_000", "0b11", "0o17", "-0x1F", "010", "08", "1__0", "_1", "1e5", "1.e5", ".5", "+.5e3",
        "1_0.5", "190:20", "2001-01-01", "2001-1-1", "2001-01-01 1", "[:8080]", "[?0]",
        '"a\x85b"', "a: x\x85", "1e-3", "-.inf", "True", "yes", "on", "~", "0x", "0b",
    ],
)  # fmt: skip
def test_yaml_means_what_dvc_reads(text: str) -> None:
    read, known = parse("p.yaml", text.encode()), YAML(typ="safe").load(text)
    assert (read, type(read)) == (known, type(known))


@pytest.mark.parametrize(
    "text",
    [
        f"a: &a [{'x,' * 1000}]\nb: [{'*a,' * 1900}]",
        f"a: &a {'x' * 1_000_000}\nb: [{'*a,' * 100}]",
        "a: &a [*a]",
        "a: &a {b: *a}",
    ],
)
def test_aliases_that_add_too_much_are_refused(text: str) -> None:
    with pytest.raises(BadInput, match="repeats its aliases without end"):
        parse("p.yaml", text.encode())


def test_a_large_file_may_have_a_few_aliases() -> None:
    text = "a: &a {x: 1}\nb: *a\nrows:\n" + "".join(f"- {n}\n" for n in range(120_000))
    assert len(parse("p.yaml", text.encode())["rows"]) == 120_000


@pytest.mark.parametrize("start", ["a: ", "", "- "])
def test_deep_nesting_is_refused_soon(start: str) -> None:
    mapping("dvc.yaml", b"a: [:8080]")  # the slow parser is imported by now
    begun = time.process_time()
    with pytest.raises(BadInput, match="nested too deeply"):
        parse("dvc.yaml", (start + "[" * 50_000).encode())
    assert time.process_time() - begun < 0.5
