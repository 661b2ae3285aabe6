from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from modelref.domain.names import Artifact, StageName
from modelref.domain.ref import Ref
from modelref.domain.tag import TagName
from modelref.domain.version import Version
from modelref.errors import OutOfReach, Refused, UnknownRef
from modelref.testing import MemoryWorld
from modelref.usecases.promote import Promotion, promote
from modelref.usecases.reading import read_model
from modelref.usecases.register import Registration, register
from modelref.usecases.rollback import Rollback, rollback
from modelref.usecases.withdraw import Unassignment, deprecate, deregister, unassign
from modelref.usecases.writing import Options, Written

REC = Artifact.parse("rec")
PROD = StageName("prod")


@pytest.fixture
def world() -> MemoryWorld:
    """Three versions that prod held in turn."""
    world = MemoryWorld()
    for number in (1, 2, 3):
        world.train("rec", b"model" * number)
        asked = Registration(REC, version=Version(number, 0, 0))
        world.journal.acknowledge(register(world, asked, Options()).command)
        up(world, number)
    return world


def up(world: MemoryWorld, number: int, *, revive: bool = False) -> Written:
    asked = Promotion(Ref.parse_version(f"rec@v{number}.0.0"), PROD, revive=revive)
    written = promote(world, asked, Options())
    world.journal.acknowledge(written.command)
    return written


def held(world: MemoryWorld) -> str | None:
    model, _ = read_model(world, REC)
    event = model.current(PROD)
    return model.name_at(event.commit) if event else None


def empty(world: MemoryWorld, *, fall_back: bool = False) -> tuple[Written, ...]:
    done = unassign(world, Unassignment(Ref.parse_stage("rec#prod"), fall_back), Options())
    for written in done:
        world.journal.acknowledge(written.command)
    return done


@contextmanager
def stopped_after(world: MemoryWorld, writes: int) -> Iterator[None]:
    """Interrupt whoever tries to write one event more."""
    create = world.tags.create
    made: list[str] = []

    def create_or_stop(
        tag: TagName, commit: str, message: str, date: int, *, sign: bool = False
    ) -> str:
        if len(made) == writes:
            raise KeyboardInterrupt
        made.append(create(tag, commit, message, date))
        return made[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.tags, "create", create_or_stop)
        yield


def test_an_emptied_stage_holds_nothing_and_says_so_once_a_version(world: MemoryWorld) -> None:
    done = empty(world)
    assert [(written.event.tag, written.version) for written in done] == [
        ("rec#prod!#4", "v1.0.0"),
        ("rec#prod!#5", "v2.0.0"),
        ("rec#prod!#6", "v3.0.0"),
    ]
    assert held(world) is None
    assert empty(world) == ()


def test_a_new_canary_never_revives_an_old_one(world: MemoryWorld) -> None:
    empty(world)
    up(world, 2)
    empty(world)
    assert held(world) is None


def test_falling_back_takes_the_current_version_only(world: MemoryWorld) -> None:
    (written,) = empty(world, fall_back=True)
    assert (written.version, written.now) == ("v3.0.0", "v2.0.0")
    assert held(world) == "v2.0.0"


def test_an_emptying_stopped_half_way_is_completed_by_repeating_it(world: MemoryWorld) -> None:
    with stopped_after(world, 1), pytest.raises(KeyboardInterrupt):
        empty(world)
    assert held(world) == "v3.0.0"
    assert [written.version for written in empty(world)] == ["v2.0.0", "v3.0.0"]
    assert held(world) is None


def test_a_stage_that_never_was_is_named(world: MemoryWorld) -> None:
    with pytest.raises(UnknownRef, match="never had a stage canary"):
        unassign(world, Unassignment(Ref.parse_stage("rec#canary")), Options())


def test_a_version_in_use_is_not_withdrawn(world: MemoryWorld) -> None:
    with pytest.raises(Refused, match=r"rec@v3.0.0 is what 'rec#prod' holds") as caught:
        deregister(world, Ref.parse_version("rec@v3.0.0"), Options())
    assert "modelref unassign 'rec#prod'" in caught.value.hint


def test_a_withdrawn_version_is_passed_over_and_withdrawn_once(world: MemoryWorld) -> None:
    first = deregister(world, Ref.parse_version("rec@v2.0.0"), Options())
    assert (first.new, first.event.tag) == (True, "rec@v2.0.0!")
    world.journal.acknowledge(first.command)
    again = deregister(world, Ref.parse_version("rec@v2.0.0"), Options())
    assert (again.new, again.event.tag) == (False, "rec@v2.0.0!")
    (back,) = rollback(world, Rollback(Ref.parse_stage("rec#prod")), Options())
    assert back.version == "v1.0.0"
    with pytest.raises(UnknownRef, match=r"no version v9.0.0"):
        deregister(world, Ref.parse_version("rec@v9.0.0"), Options())


def test_a_withdrawal_that_nobody_heard_of_is_not_made_of_the_next_version(
    world: MemoryWorld,
) -> None:
    empty(world)
    latest = Ref.parse_version("rec@latest")
    first = deregister(world, latest, Options())
    again = deregister(world, latest, Options())
    assert (first.new, again.new) == (True, False)
    assert again.event.oid == first.event.oid
    world.journal.acknowledge(again.command)
    assert deregister(world, latest, Options()).version == "v2.0.0"


def test_a_deprecation_that_nobody_heard_of_is_made_once(world: MemoryWorld) -> None:
    first = deprecate(world, REC, Options())
    again = deprecate(world, REC, Options())
    assert (again.new, again.event.oid) == (False, first.event.oid)


def test_a_deprecated_model_takes_nothing_until_revived(world: MemoryWorld) -> None:
    written = deprecate(world, REC, Options())
    assert written.event.tag == "rec@deprecated"
    assert not deprecate(world, REC, Options()).new
    with pytest.raises(Refused, match="rec is deprecated") as caught:
        up(world, 1)
    assert "--revive" in caught.value.hint
    assert up(world, 1, revive=True).new
    assert held(world) == "v1.0.0"
    second = deprecate(world, REC, Options())
    assert (second.new, second.event.tag) == (True, "rec@deprecated#2")


def test_a_rollback_can_quarantine_what_it_leaves(world: MemoryWorld) -> None:
    asked = Rollback(Ref.parse_stage("rec#prod"), quarantine=True)
    quarantined, back = rollback(world, asked, Options())
    assert quarantined.event.tag == "rec#quarantine#1"
    assert (back.version, back.event.tag) == ("v2.0.0", "rec#prod#4")
    with pytest.raises(Refused, match="in quarantine"):
        up(world, 3)


def test_a_quarantining_rollback_stopped_half_way_is_completed(world: MemoryWorld) -> None:
    asked = Rollback(Ref.parse_stage("rec#prod"), quarantine=True)
    with stopped_after(world, 1), pytest.raises(KeyboardInterrupt):
        rollback(world, asked, Options())
    assert held(world) == "v3.0.0"
    (back,) = rollback(world, asked, Options())
    assert back.version == "v2.0.0"
    assert len([tag for tag in world.tags.records if "quarantine" in tag]) == 1


def test_registering_again_what_gto_withdrew_under_a_stage_says_that_it_is_back(
    world: MemoryWorld,
) -> None:
    commit = world.commits.head
    tag = TagName.parse("rec@v3.0.0!")
    assert tag is not None
    world.tags.create(tag, commit, "withdrawn by gto", world.clock.now() + 60)
    model, _ = read_model(world, REC)
    assert model.name_at(now.commit if (now := model.current(PROD)) else "") == "v2.0.0"
    written = register(world, Registration(REC, version=Version(3, 0, 0)), Options())
    assert written.note == "rec#prod held it before it was withdrawn, and now holds it again"


def test_whatever_ends_a_deprecation_says_so_and_how_to_retire_it_again(world: MemoryWorld) -> None:
    told = "rec is deprecated no longer; to retire it again: modelref deprecate rec"
    world.journal.acknowledge(deprecate(world, REC, Options()).command)
    assert empty(world)[-1].note == told
    assert empty(world) == ()
    world.journal.acknowledge(deprecate(world, REC, Options()).command)
    assert deregister(world, Ref.parse_version("rec@v3.0.0"), Options()).note == told
    up(world, 2)
    up(world, 1)
    world.journal.acknowledge(deprecate(world, REC, Options()).command)
    (back,) = rollback(world, Rollback(Ref.parse_stage("rec#prod")), Options())
    assert back.note == told


def test_a_deep_rollback_hashes_first_and_changes_nothing_where_bytes_are_damaged(
    world: MemoryWorld,
) -> None:
    (damaged,) = [key for key, data in world.outputs.objects.items() if data == b"model" * 2]
    world.outputs.objects[damaged] = b"lodem" * 2
    with pytest.raises(OutOfReach):
        rollback(world, Rollback(Ref.parse_stage("rec#prod"), deep=True), Options())
    assert held(world) == "v3.0.0"
    rollback(world, Rollback(Ref.parse_stage("rec#prod")), Options())
    assert held(world) == "v2.0.0"
