import math

import pytest

from modelref.adapters.dvc.parsing.values import read_values
from modelref.errors import BadInput

PYTHON = b"""
import os
A = 1
B: float = 2.5
C = D = 3
E = os.getpid()
F = {"x": [1, 2], "y": (1,)}
class Model:
    width = 8
    def __init__(self, depth):
        self.layers = 3
        self.depth = depth
        local = 4
    def fit(self):
        self.later = 5
"""


@pytest.mark.parametrize(
    ("path", "data", "values"),
    [
        ("m.json", b'{"a": {"b": 1}, "c": [1]}', {"a.b": 1, "c": [1]}),
        ("m.yaml", b"a: 1e-3\nb: on\n", {"a": 0.001, "b": "on"}),
        ("m.toml", b"[a]\nb = true\n", {"a.b": True}),
        ("accuracy", b"0.93\n", {"": 0.93}),
        ("m.csv", b"ndcg,n,name\n0.5,3,x\n", {"ndcg": 0.5, "n": 3, "name": "x"}),
        ("m.tsv", b"a\tb\n1\t2\n", {"a": 1, "b": 2}),
        ("m.csv", b"\xef\xbb\xbfndcg,n\n0.5," + b"9" * 5_000, {"ndcg": 0.5, "n": "9" * 5_000}),
        ("m.yaml", b"a: !!set {z, y, x}\n", {"a": ["x", "y", "z"]}),
        ("m.json", b'{"": 5}', {'""': 5}),
        ("m.yaml", b"true: 1\nnull: 2\nFalse: {true: 3}", {"true": 1, "null": 2, "False.True": 3}),
        ("m.toml", b"a = [" + b"1.5, " * 1000 + b"]", {"a": [1.5] * 1000}),
        (
            "p.py",
            PYTHON,
            {"A": 1, "B": 2.5, "F.x": [1, 2], "F.y": [1], "Model.width": 8, "Model.layers": 3},
        ),
    ],
)
def test_each_format(path: str, data: bytes, values: dict[str, object]) -> None:
    assert read_values(path, data) == values


def test_nan_is_read_as_it_stands() -> None:
    assert math.isnan(float(str(read_values("m.json", b'{"loss": NaN}')["loss"])))


@pytest.mark.parametrize(
    ("path", "data", "said"),
    [
        ("m.csv", b"a,b\n1,2\n3,4\n", "m.csv is not a head with one row of metrics below"),
        ("m.yaml", b"a: 1\nb: {c: 1, 'c': 2}\n", "m.yaml has the key 'c' twice: line 2"),
        ("m.json", b'{"all": {"ndcg": 0.1}, "all.ndcg": 0.9}', "two values have the key all.ndcg"),
        ("m.csv", b"a,b\n1\n", "m.csv is not a head with one row"),
        ("m.csv", b"\xff\n1\n", "m.csv is not readable"),
        ("p.py", b"def", "p.py is not valid Python"),
        ("p.py", b"a = " + b"(" * 5000, "p.py is not valid Python"),
        ("m.json", b" " * ((8 << 20) + 1), "m.json has 8,388,609 bytes, more than the 8,388,608"),
        ("m.yaml", b" " * ((512 << 10) + 1), "m.yaml has 524,289 bytes, more than the 524,288"),
        ("m.json", b"{", "m.json is not valid JSON"),
        ("m.json", b'[{"a": 1}]', "m.json holds a list where a mapping belongs"),
        ("m.json", b'{"a": ' + b"[" * 900 + b"]" * 900 + b"}", "m.json is nested too deeply"),
        (
            "m.json",
            b'{"a": [' + b"[]," * 60_000 + b"[]]}",
            "m.json has more than 50,000 values",
        ),
        (
            "m.json",
            b"{" + b",".join(b'"k%d": 1' % number for number in range(60_000)) + b"}",
            "m.json has more than 50,000 values",
        ),
        ("m.toml", b".".join([b"a"] * 100_000) + b" = 1", "a key of more than 100 parts"),
        ("m.toml", b"x = {" + b".".join([b'"a"'] * 200) + b" = 1}", "a key of more than 100 parts"),
    ],
)
def test_what_cannot_be_read_is_named(path: str, data: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_values(path, data)
