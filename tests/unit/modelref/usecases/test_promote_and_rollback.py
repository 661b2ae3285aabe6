import pytest

from modelref.domain.names import Artifact, StageName
from modelref.domain.ref import Ref
from modelref.domain.tag import TagName
from modelref.domain.version import Version
from modelref.errors import Conflict, OutOfReach, Refused, UnknownRef
from modelref.testing import MemoryWorld
from modelref.usecases.promote import Promotion, promote
from modelref.usecases.reading import read_model
from modelref.usecases.register import Registration, register
from modelref.usecases.rollback import Rollback, rollback
from modelref.usecases.writing import Options, Written
from support.events import record

PROD = StageName("prod")


@pytest.fixture
def world() -> MemoryWorld:
    """Three versions, v1.0.0 to v3.0.0."""
    world = MemoryWorld()
    for number in (1, 2, 3):
        world.train("rec", b"model" * number)
        asked = Registration(Artifact.parse("rec"), version=Version(number, 0, 0))
        world.journal.acknowledge(register(world, asked, Options()).command)
    return world


def up(
    world: MemoryWorld, version: str, *, expect: str | None = None, told: bool = True
) -> Written:
    asked = Promotion(
        Ref.parse_version(f"rec@{version}"), PROD, Version.parse(expect) if expect else None
    )
    written = promote(world, asked, Options())
    if told:
        world.journal.acknowledge(written.command)
    return written


def back(
    world: MemoryWorld, to: str | None = None, *, expect: str | None = None, told: bool = True
) -> Written:
    asked = Rollback(
        Ref.parse_stage("rec#prod"),
        Version.parse(to) if to else None,
        Version.parse(expect) if expect else None,
    )
    written = rollback(world, asked, Options())[-1]
    if told:
        world.journal.acknowledge(written.command)
    return written


def held(world: MemoryWorld) -> str:
    model, _ = read_model(world, Artifact.parse("rec"))
    event = model.current(PROD)
    return model.name_at(event.commit) if event else ""


def test_a_promotion_says_what_it_replaced(world: MemoryWorld) -> None:
    assert up(world, "v1.0.0").before == ""
    second = up(world, "v2.0.0")
    assert (second.before, second.version, second.event.tag) == ("v1.0.0", "v2.0.0", "rec#prod#2")
    assert second.event.trailer("Modelref-Verdict") == "no-gates"


def test_promoting_the_holder_changes_nothing(world: MemoryWorld) -> None:
    up(world, "v1.0.0")
    assert not up(world, "v1.0.0").new
    assert held(world) == "v1.0.0"


def test_expect_guards_a_promotion(world: MemoryWorld) -> None:
    up(world, "v1.0.0")
    with pytest.raises(Conflict, match=r"holds v1.0.0, not v2.0.0, by Ada"):
        up(world, "v3.0.0", expect="v2.0.0")
    assert held(world) == "v1.0.0"


def test_counters_go_on_from_the_highest_of_the_stage_alone(world: MemoryWorld) -> None:
    tag = TagName.parse("rec#prod#41")
    other = TagName.parse("rec#dev#99")
    assert tag
    assert other
    commit = world.commits.head
    world.tags.create(tag, commit, "by gto\n", world.clock.time + 5)
    world.tags.create(other, commit, "by gto\n", world.clock.time + 6)
    world.clock.time += 10
    assert up(world, "v1.0.0").event.counter == 42


def test_two_rollbacks_go_two_versions_back(world: MemoryWorld) -> None:
    for version in ("v1.0.0", "v2.0.0", "v3.0.0"):
        up(world, version)
    assert (back(world).version, back(world).version) == ("v2.0.0", "v1.0.0")
    with pytest.raises(Refused, match="no version before it"):
        back(world)
    assert held(world) == "v1.0.0"


def test_a_rollback_to_a_version_pops_to_it(world: MemoryWorld) -> None:
    for version in ("v1.0.0", "v2.0.0", "v3.0.0"):
        up(world, version)
    assert back(world, "v1.0.0").before == "v3.0.0"
    with pytest.raises(Refused):
        back(world)


def test_a_rollback_goes_only_where_the_stage_has_been(world: MemoryWorld) -> None:
    up(world, "v1.0.0")
    with pytest.raises(UnknownRef, match=r"v3.0.0 never held prod") as caught:
        back(world, "v3.0.0")
    assert "modelref promote" in caught.value.hint
    with pytest.raises(UnknownRef, match="holds no version"):
        rollback(world, Rollback(Ref.parse_stage("rec#dev")), Options())


def test_a_rollback_typed_by_two_people_pops_once(world: MemoryWorld) -> None:
    for version in ("v1.0.0", "v2.0.0", "v3.0.0"):
        up(world, version)
    back(world, expect="v3.0.0")
    with pytest.raises(Conflict):
        back(world, expect="v3.0.0")
    assert held(world) == "v2.0.0"


def test_a_rollback_killed_before_it_could_tell_is_not_done_twice(world: MemoryWorld) -> None:
    for version in ("v1.0.0", "v2.0.0", "v3.0.0"):
        up(world, version)
    first = back(world, told=False)
    again = back(world)
    assert (again.new, again.event.tag, again.before) == (False, first.event.tag, "v3.0.0")
    assert held(world) == "v2.0.0"
    assert back(world).version == "v1.0.0"


def test_an_untold_rollback_that_others_superseded_is_forgotten(world: MemoryWorld) -> None:
    for version in ("v1.0.0", "v2.0.0", "v3.0.0"):
        up(world, version)
    back(world, told=False)
    up(world, "v3.0.0")
    again = back(world)
    assert (again.new, again.version) == (True, "v2.0.0")


def test_a_promotion_killed_before_it_could_tell_is_told_on_repeat(world: MemoryWorld) -> None:
    first = up(world, "v1.0.0", told=False)
    again = up(world, "v1.0.0")
    assert (again.new, again.event.tag) == (False, first.event.tag)
    assert not world.journal.intents


def test_a_refused_command_leaves_no_intent(world: MemoryWorld) -> None:
    up(world, "v1.0.0")
    with pytest.raises(Refused):
        back(world)
    assert not world.journal.intents
    assert not world.journal.held


def test_a_rollback_without_the_targets_bytes_changes_nothing(world: MemoryWorld) -> None:
    up(world, "v1.0.0")
    up(world, "v2.0.0")
    world.outputs.objects.clear()
    with pytest.raises(OutOfReach, match="nothing was changed") as caught:
        back(world)
    assert "--unchecked" in caught.value.hint
    assert held(world) == "v2.0.0"
    asked = Rollback(Ref.parse_stage("rec#prod"), unchecked=True)
    assert rollback(world, asked, Options())[-1].version == "v1.0.0"


def test_quarantine_blocks_promotion_and_rollback(world: MemoryWorld) -> None:
    up(world, "v1.0.0")
    up(world, "v2.0.0")
    up(world, "v3.0.0")
    quarantine = Promotion(Ref.parse_version("rec@v2.0.0"), StageName("quarantine"))
    world.journal.acknowledge(promote(world, quarantine, Options()).command)
    assert back(world).version == "v1.0.0"
    with pytest.raises(Refused, match="in quarantine"):
        up(world, "v2.0.0")
    with pytest.raises(Refused, match="in quarantine"):
        back(world, "v2.0.0")


def test_a_dry_rollback_says_the_target_and_writes_nothing(world: MemoryWorld) -> None:
    up(world, "v1.0.0")
    up(world, "v2.0.0")
    count = len(world.tags.records)
    asked = Rollback(Ref.parse_stage("rec#prod"))
    (written,) = rollback(world, asked, Options(dry_run=True))
    assert (written.version, written.before, written.new) == ("v1.0.0", "v2.0.0", True)
    assert len(world.tags.records) == count


def test_a_withdrawn_version_cannot_be_promoted(world: MemoryWorld) -> None:
    tag = TagName.parse("rec@v3.0.0!")
    assert tag
    world.tags.create(tag, world.commits.head, "withdrawn\n", world.clock.time + 10)
    with pytest.raises(UnknownRef, match="was withdrawn"):
        up(world, "v3.0.0")


@pytest.mark.parametrize("kind", ["commit", "tag"])
def test_a_stray_tag_takes_a_counter_but_blocks_nothing(world: MemoryWorld, kind: str) -> None:
    up(world, "v1.0.0")
    stray = record("rec#prod#2", world.commits.head, trailers="")
    world.tags.records["rec#prod#2"] = stray._replace(type=kind, name="another")
    assert up(world, "v2.0.0").event.tag == "rec#prod#3"
    assert back(world).event.tag == "rec#prod#4"


def test_a_rollback_to_what_was_taken_off_does_not_come_back_to_what_it_left(
    world: MemoryWorld,
) -> None:
    up(world, "v1.0.0")
    up(world, "v2.0.0")
    tag = TagName.parse("rec#prod!#3")
    assert tag
    model, _ = read_model(world, Artifact.parse("rec"))
    first = model.versions[Version(1, 0, 0)].commit
    world.tags.create(tag, first, "off\n", world.clock.time + 60)
    world.clock.time += 120
    assert back(world, "v1.0.0").version == "v1.0.0"
    with pytest.raises(Refused):
        back(world)
