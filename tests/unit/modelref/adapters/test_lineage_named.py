"""What the entry of a model names, and a ``.dvc`` file tracks, is known like what a stage reads."""

from collections.abc import Iterable, Iterator

from modelref.adapters.dvc.declared.lineage import lineage_of
from modelref.domain.outs import MD5, Out

HOLDOUT = Out("data/test.parquet", MD5, "ab" * 16)
FOLDER = Out("kept", MD5, "cd" * 16 + ".dir")


def tracked(names: Iterable[str]) -> Iterator[Out]:
    return (out for out in (HOLDOUT, FOLDER) if f"{out.path}.dvc" in names)


def test_a_holdout_that_dvc_add_tracks_is_found() -> None:
    found = lineage_of([], tracked, ["data/test.parquet", "kept/users.csv", "nowhere"])
    assert found.find("data/test.parquet") == HOLDOUT
    folder = found.find("kept/users.csv")
    assert folder is not None
    assert (folder.path, folder.within) == ("kept", "users.csv")
    assert found.find("nowhere") is None


def test_it_is_no_input_of_the_model() -> None:
    found = lineage_of([], tracked, ["data/test.parquet"])
    assert not found.inputs("models/rec")
    assert lineage_of([], tracked).find("data/test.parquet") is None
