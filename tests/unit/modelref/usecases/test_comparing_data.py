"""What is said of inputs that were not looked into."""

import hashlib

import pytest

from modelref.domain.diff.data import Counted, InputChange, TableChange
from modelref.domain.lineage import DvcStage, Lineage
from modelref.domain.names import Artifact
from modelref.domain.outs import Out
from modelref.domain.snapshot import Annotation, Snapshot
from modelref.testing import MemoryWorld
from modelref.usecases.comparing.data import compare_data
from modelref.usecases.comparing.found import attempt
from modelref.usecases.comparing.sides import Pair, Side


def side(world: MemoryWorld, path: str, data: bytes) -> Side:
    world.outputs.add(data)
    read = Out(path, "md5", hashlib.md5(data, usedforsecurity=False).hexdigest())
    lineage = Lineage((DvcStage("train", (), (read,), ()),), frozenset({path}))
    return Side(None, Snapshot(None, Annotation("model.bin"), (), {}, {}, lineage=lineage))


def told(path: str, *nested: str) -> list[str]:
    world = MemoryWorld()
    world.tables.changes["in.parquet"] = TableChange(path, Counted(9, 9, 0, 0), {}, (), nested)
    pair = Pair(Artifact.parse("m"), side(world, path, b"old"), side(world, path, b"new"))
    (change,) = compare_data(world, pair).changes
    return [one.why for one in change.absent]


def test_a_reason_of_both_sides_of_one_name_is_told_once() -> None:
    world = MemoryWorld()
    bare = Side(None, Snapshot(None, Annotation("model.bin"), (), {}, {}))
    pair = Pair(Artifact.parse("m"), bare, bare)
    nothing: tuple[InputChange, ...] = ()
    found = attempt(lambda: compare_data(world, pair), nothing)
    assert [one.why for one in found.absent] == [
        "workspace: dvc.lock holds no DVC stage that makes this model"
    ]


@pytest.mark.parametrize("path", ["in.csv.gz", "in.TSV.bz2", "in.parquet.zst"])
def test_a_compressed_table_is_said_not_to_be_read(path: str) -> None:
    assert told(path) == [f"what changed in {path} is not told: a compressed table is not read"]


def test_what_is_no_table_is_not_spoken_of() -> None:
    assert told("weights.gz") == told("in.bin") == told("in.parquet") == []


def test_nested_columns_are_named() -> None:
    assert told("in.parquet", "tags") == [
        "what is in the nested columns of in.parquet is not compared: tags"
    ]
    assert told("in.parquet", *"abcdefg")[0].endswith("compared: a, b, c, d, e and 2 more")
