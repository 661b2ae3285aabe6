import pytest

from modelref.domain.names import Artifact, StageName
from modelref.domain.ref import Ref
from modelref.domain.version import Bump, Version
from modelref.errors import BadInput, OutOfReach, Refused, UnknownRef
from modelref.testing import MemoryWorld
from modelref.usecases.promote import Promotion, promote
from modelref.usecases.register import Registration, register
from modelref.usecases.register_changed import Sweep, register_changed
from modelref.usecases.writing import Options, Written

REC = Artifact.parse("rec")
V = Version.parse


def go(world: MemoryWorld, **asked: object) -> Written:
    written = register(world, Registration(REC, **asked), Options())  # type: ignore[arg-type]
    world.journal.acknowledge(written.command)
    return written


@pytest.fixture
def world() -> MemoryWorld:
    world = MemoryWorld()
    world.train("rec", b"one")
    return world


def test_the_first_version_is_v010_then_the_patch_goes_up(world: MemoryWorld) -> None:
    assert go(world).version == "v0.1.0"
    world.train("rec", b"two")
    assert go(world).version == "v0.1.1"
    world.train("rec", b"three")
    assert go(world, bump=Bump.MINOR).version == "v0.2.0"


def test_registering_a_registered_commit_changes_nothing(world: MemoryWorld) -> None:
    first = go(world)
    again = go(world)
    assert (again.new, again.event.tag) == (False, first.event.tag)
    assert len(world.tags.records) == 1


def test_an_event_carries_its_chain_and_what_it_is_made_of(world: MemoryWorld) -> None:
    first = go(world).event
    world.train("rec", b"two")
    second = go(world).event
    assert first.trailer("Modelref-Previous") == "none"
    assert second.trailer("Modelref-Previous") == first.oid
    assert len(second.trailer("Modelref-Outs") or "") == 64
    assert second.trailer("Modelref-Outs") != first.trailer("Modelref-Outs")


def test_a_hotfix_bumps_the_line_it_starts_from(world: MemoryWorld) -> None:
    go(world, version=V("v1.4.2"))
    world.train("rec", b"two")
    go(world, version=V("v2.0.0"))
    world.train("rec", b"fix")
    assert go(world, base=V("v1.4.2")).version == "v1.4.3"


def test_a_taken_version_is_refused_with_the_next_free_one(world: MemoryWorld) -> None:
    go(world, version=V("v1.0.0"))
    world.train("rec", b"two")
    with pytest.raises(BadInput, match=r"rec@v1.0.0 is taken") as caught:
        go(world, version=V("v1.0.0"))
    assert "v1.0.1" in caught.value.hint


def test_a_withdrawn_number_is_never_given_again(world: MemoryWorld) -> None:
    go(world)
    commit = world.commits.head
    withdraw(world, "rec@v0.1.0!", commit)
    world.train("rec", b"two")
    assert go(world).version == "v0.1.1"


def test_a_commit_carries_one_version_even_after_its_withdrawal(world: MemoryWorld) -> None:
    go(world)
    with pytest.raises(Refused, match=r"carries rec@v0\.1\.0 already"):
        go(world, version=V("v9.0.0"))
    withdraw(world, "rec@v0.1.0!", world.commits.head)
    with pytest.raises(Refused, match=r"carried rec@v0\.1\.0 already"):
        go(world, version=V("v9.0.0"))


def test_the_same_version_can_come_back_on_its_commit(world: MemoryWorld) -> None:
    go(world)
    withdraw(world, "rec@v0.1.0!", world.commits.head)
    back = go(world, version=V("v0.1.0"))
    assert (back.new, back.event.tag) == (True, "rec@v0.1.0#2")


def test_a_stale_pipeline_is_refused_with_its_reasons(world: MemoryWorld) -> None:
    world.pipeline.reasons[world.commits.head] = ("train.py is modified", "b", "c", "d")
    with pytest.raises(Refused, match=r"train.py is modified.*1 more reason\)") as caught:
        go(world)
    assert "dvc repro" in caught.value.hint
    assert not world.tags.records


def test_missing_bytes_are_refused(world: MemoryWorld) -> None:
    world.outputs.objects.clear()
    with pytest.raises(OutOfReach, match="not in the DVC cache"):
        go(world)


def test_a_newer_model_in_the_workspace_is_not_forgotten(world: MemoryWorld) -> None:
    world.commits.trees[None]["rec"] = b"newer"
    with pytest.raises(Refused, match="in the workspace is not the one in commit"):
        go(world)
    assert go(world, rev="HEAD").version == "v0.1.0"


def test_an_unknown_model_or_commit_is_named(world: MemoryWorld) -> None:
    with pytest.raises(UnknownRef, match="nothing declares other"):
        register(world, Registration(Artifact.parse("other")), Options())
    with pytest.raises(UnknownRef, match="no commit 'feature'"):
        go(world, rev="feature")


def test_a_deprecated_model_takes_no_version(world: MemoryWorld) -> None:
    go(world)
    withdraw(world, "rec@deprecated", world.commits.head)
    world.train("rec", b"two")
    with pytest.raises(Refused, match="rec is deprecated"):
        go(world)


def test_a_dry_run_writes_nothing(world: MemoryWorld) -> None:
    written = register(world, Registration(REC), Options(dry_run=True))
    assert (written.new, written.version) == (True, "v0.1.0")
    assert not world.tags.records
    assert not world.journal.intents


def test_dates_never_run_backwards(world: MemoryWorld) -> None:
    first = go(world).event
    world.clock.time -= 3600
    world.train("rec", b"two")
    assert go(world).event.date == first.date + 1


def test_a_clock_hours_behind_refuses_to_write(world: MemoryWorld) -> None:
    go(world)
    world.clock.time -= 3 * 3600
    world.train("rec", b"two")
    with pytest.raises(Refused, match="hours ahead of the clock"):
        go(world)


def withdraw(world: MemoryWorld, tag: str, commit: str) -> None:
    from modelref.domain.tag import TagName

    name = TagName.parse(tag)
    assert name is not None
    world.clock.time += 10
    world.tags.create(name, commit, f"about {tag}\n\nModelref-Id: x\n", world.clock.time)
    world.clock.time += 10


def sweep(world: MemoryWorld) -> Sweep:
    return register_changed(world, Registration, [REC], None, Options())


def test_a_changed_model_is_registered_once_and_told_until_it_was_told(world: MemoryWorld) -> None:
    (written,) = sweep(world).registered
    (again,) = sweep(world).registered  # the first run was killed before it had told
    assert (again.new, again.event.tag) == (False, written.event.tag)
    world.journal.acknowledge(again.command)
    assert sweep(world) == Sweep((), (REC,), ())


def test_what_an_older_version_has_is_not_registered_as_the_newest(world: MemoryWorld) -> None:
    for data in (b"one", b"two"):
        world.train("rec", data)
        (written,) = sweep(world).registered
        world.journal.acknowledge(written.command)
    world.train("rec", b"one")
    found = sweep(world)
    assert (found.registered, found.unchanged, found.failed) == ((), (REC,), ())
    (behind,) = found.findings
    assert behind.kind == "behind-latest"
    assert behind.what.startswith("rec has the files of v0.1.0 here, and v0.1.1 is the latest")
    world.train("rec", b"three")
    assert len(sweep(world).registered) == 1


def test_files_of_versions_by_gto_are_known_too(world: MemoryWorld) -> None:
    withdraw(world, "rec@v0.1.0", world.commits.resolve("HEAD"))  # a tag without a trailer
    world.train("rec", b"two")
    sweep(world)
    world.train("rec", b"one")
    (behind,) = sweep(world).findings
    assert behind.what.startswith("rec has the files of v0.1.0 here, and v0.1.1 is the latest")


def test_what_was_withdrawn_is_not_registered_again_unasked(world: MemoryWorld) -> None:
    commit = world.commits.resolve("HEAD")
    sweep(world)
    withdraw(world, "rec@v0.1.0!", commit)
    found = sweep(world)
    assert (found.registered, found.unchanged, found.failed) == ((), (REC,), ())
    assert "git commit --allow-empty, then modelref register rec" in found.findings[0].hint
    world.train("rec", b"one")  # the same files on another commit
    found = sweep(world)
    (withdrawn,) = found.findings
    assert (found.registered, withdrawn.kind) == ((), "withdrawn-outs")
    assert withdrawn.what.startswith("rec has the files of v0.1.0 here, which was withdrawn")
    assert withdrawn.hint.endswith(": modelref register rec")
    assert go(world).note == "its files are those of rec@v0.1.0, which was withdrawn"


def test_a_version_of_quarantined_files_is_told_of(world: MemoryWorld) -> None:
    go(world)
    promote(world, Promotion(Ref.parse("rec@v0.1.0"), StageName("quarantine")), Options())
    world.train("rec", b"one")
    assert go(world).note == "its files are those of rec@v0.1.0, which is in quarantine"
