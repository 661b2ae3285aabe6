"""Restore on twins: what is unfinished decides what may come next."""

import pytest

from modelref.domain.names import Artifact
from modelref.domain.ref import Ref
from modelref.errors import OutOfReach, Refused
from modelref.testing import MemoryWorld
from modelref.usecases.register import Registration, register
from modelref.usecases.restore import Restoration, abort, restore
from modelref.usecases.writing import Options


@pytest.fixture
def world() -> MemoryWorld:
    """Two versions of one model; the workspace has the second."""
    world = MemoryWorld()
    for data in (b"one", b"two"):
        world.train("rec", data)
        register(world, Registration(Artifact("", "rec")), Options())
    return world


def asked(ref: str = "rec@v0.1.0", *, commit: bool = False, dry_run: bool = False) -> Restoration:
    return Restoration(Ref.parse(ref), commit=commit, dry_run=dry_run)


def interrupt(world: MemoryWorld, what: Restoration) -> None:
    world.workspace.die = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        restore(world, what)
    assert world.workspace.unfinished() is not None


def test_it_brings_the_file_back_and_a_repeat_does_nothing(world: MemoryWorld) -> None:
    done = restore(world, asked())
    assert world.commits.trees[None]["rec"] == b"one"
    assert (done.changed, done.commit, done.resumed) == (("rec",), None, False)
    assert restore(world, asked()).changed == ()
    assert world.workspace.unfinished() is None


def test_a_dry_run_begins_nothing(world: MemoryWorld) -> None:
    assert restore(world, asked(dry_run=True)).changed == ("rec",)
    assert world.commits.trees[None]["rec"] == b"two"


def test_an_interrupted_one_is_completed_by_repeating_it(world: MemoryWorld) -> None:
    interrupt(world, asked(commit=True))
    done = restore(world, asked(commit=True))
    assert (done.resumed, done.commit) == (True, world.commits.head)
    assert world.commits.trees[None]["rec"] == b"one"


def test_or_undone(world: MemoryWorld) -> None:
    interrupt(world, asked())
    assert abort(world).ref == "rec@v0.1.0"
    assert world.commits.trees[None]["rec"] == b"two"
    with pytest.raises(Refused, match="no restore is unfinished"):
        abort(world)


@pytest.mark.parametrize("other", [asked("rec@v0.1.1"), asked(commit=True), asked("rec")])
def test_another_one_waits_for_it(world: MemoryWorld, other: Restoration) -> None:
    interrupt(world, asked())
    with pytest.raises(Refused, match=r"the restore of rec@v0\.1\.0 is unfinished") as refused:
        restore(world, other)
    assert refused.value.hint == (
        "complete it: modelref restore 'rec@v0.1.0', or undo it: modelref restore --abort"
    )


def test_a_failure_on_the_way_names_both_ways_out(world: MemoryWorld) -> None:
    world.workspace.die = OutOfReach("the disk is full", hint="make room")
    with pytest.raises(OutOfReach) as failed:
        restore(world, asked())
    assert failed.value.hint == (
        "make room; modelref restore 'rec@v0.1.0' completes it, modelref restore --abort undoes it"
    )


def test_a_commit_wants_these_files_clean(world: MemoryWorld) -> None:
    world.workspace.index = ("rec",)
    with pytest.raises(Refused, match="rec has staged changes"):
        restore(world, asked(commit=True))
    world.workspace.index, world.workspace.mixed = (), ("rec",)
    with pytest.raises(Refused, match="other uncommitted changes of rec would be in the commit"):
        restore(world, asked(commit=True))
    assert world.commits.trees[None]["rec"] == b"two"
