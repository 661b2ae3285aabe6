"""Two clones of one remote, in memory: who wins, who is told what, and what is left behind."""

from collections.abc import Callable, Mapping

import pytest

from modelref.domain.names import Artifact, parse_stage
from modelref.domain.ref import Ref
from modelref.domain.sync import Reply
from modelref.errors import Conflict, OutOfReach, Refused
from modelref.testing import MemoryClock, MemoryHost, MemoryRemote, MemoryWorld
from modelref.usecases.promote import Promotion, promote, promote_each
from modelref.usecases.register import Registration, register, register_each
from modelref.usecases.rollback import Rollback, rollback
from modelref.usecases.sharing.fetch import fetch
from modelref.usecases.sharing.push import push
from modelref.usecases.verify import verify
from modelref.usecases.withdraw import Unassignment, deregister, unassign
from modelref.usecases.writing import Options, Written

REC = Artifact("", "rec")
HERE = Options(push=False)


class Clones:
    """Ada's and Bob's clones of one host, with three versions of two models."""

    def __init__(self) -> None:
        self.host = MemoryHost()
        self.ada, self.bob = MemoryWorld(), MemoryWorld()
        for world, name, first in ((self.ada, "Ada", 0), (self.bob, "Bob", 1000)):
            world.tags.author = name
            world.clock = MemoryClock(_ids=first)
            for number in (1, 2, 3):
                for model in ("rec", "rank"):
                    world.train(model, f"{model} {number}".encode())
            world.connect(self.host)
        self.commits = [commit for commit in self.ada.commits.trees if commit]
        for number in (1, 2, 3):
            for model in ("rec", "rank"):
                asked = Registration(Artifact("", model), rev=self.commits[2 * number - 1])
                register(self.ada, asked, Options())
        fetch(self.bob)

    def promote(
        self, world: MemoryWorld, version: str, stage: str = "prod", options: Options | None = None
    ) -> Written:
        asked = Promotion(Ref.parse_version(version), parse_stage(stage))
        return promote(world, asked, options or Options())


@pytest.fixture
def clones() -> Clones:
    return Clones()


def between(world: MemoryWorld, act: Callable[[], object]) -> None:
    """Do something once, between a world's decision and its push."""
    remote = world.remote()
    pushed = remote.push

    def late(tags: Mapping[str, str], heads: Mapping[str, tuple[str, str]]) -> Reply:
        remote.push = pushed  # type: ignore[method-assign]
        act()
        return pushed(tags, heads)

    remote.push = late  # type: ignore[method-assign]


def test_a_write_is_told_and_the_next_decides_on_it(clones: Clones) -> None:
    first = clones.promote(clones.ada, "rec@v0.1.0")
    assert first.pushed is True
    second = clones.promote(clones.bob, "rec@v0.1.1")
    assert (second.event.tag, second.before) == ("rec#prod#2", "v0.1.0")
    assert clones.host.heads["rec#prod#"] == second.event.oid


def test_the_loser_is_told_who_won_and_keeps_nothing_but_what_it_fetched(clones: Clones) -> None:
    between(clones.ada, lambda: clones.promote(clones.bob, "rec@v0.1.1"))
    before = set(clones.ada.tags.records)
    with pytest.raises(
        Conflict, match=r"Bob was first: rec#prod#1 at .*; nothing was written"
    ) as caught:
        clones.promote(clones.ada, "rec@v0.1.0")
    assert "modelref history rec --stage prod" in caught.value.hint
    assert set(clones.ada.tags.records) - before == {"rec#prod#1"}
    assert clones.ada.tags.records == clones.host.tags
    noted = [one for one in clones.ada.journal.intents if one.startswith("promote")]
    assert not noted, "repeating it is a new decision"
    assert clones.promote(clones.ada, "rec@v0.1.0").event.tag == "rec#prod#2"


def test_an_assignment_and_an_unassignment_never_both_win(clones: Clones) -> None:
    clones.promote(clones.ada, "rec@v0.1.0")
    emptying = Unassignment(Ref.parse_stage("rec#prod"))
    between(clones.ada, lambda: unassign(clones.bob, emptying, Options()))
    with pytest.raises(Conflict, match=r"Bob was first: rec#prod!#2"):
        clones.promote(clones.ada, "rec@v0.1.1")
    assert "rec#prod#2" not in clones.host.tags


def test_two_rollbacks_at_once_pop_once(clones: Clones) -> None:
    for number in (0, 1, 2):
        clones.promote(clones.ada, f"rec@v0.1.{number}")
    asked = Rollback(Ref.parse_stage("rec#prod"), unchecked=True)
    between(clones.ada, lambda: rollback(clones.bob, asked, Options()))
    with pytest.raises(Conflict, match="Bob was first: rec#prod#4"):
        rollback(clones.ada, asked, Options())
    assert max(clones.host.tags) != "rec#prod#5"


def test_of_a_batch_only_the_beaten_model_fails(clones: Clones) -> None:
    between(clones.ada, lambda: clones.promote(clones.bob, "rec@v0.1.1"))
    asked = [
        Promotion(Ref.parse_version(f"{model}@v0.1.0"), parse_stage("prod"))
        for model in ("rec", "rank")
    ]
    batch = promote_each(clones.ada, asked, Options())
    assert [(str(name), error.kind) for name, error in batch.failed] == [("rec", "beaten")]
    assert [one.event.tag for one in batch.done] == ["rank#prod#1"]
    assert batch.done[0].pushed


@pytest.fixture
def pushes(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The tags of each push."""
    made: list[list[str]] = []
    pushed = MemoryRemote.push

    def counted(
        self: MemoryRemote, tags: Mapping[str, str], heads: Mapping[str, tuple[str, str]]
    ) -> Reply:
        made.append(list(tags))
        return pushed(self, tags, heads)

    monkeypatch.setattr(MemoryRemote, "push", counted)
    return made


def test_many_events_are_one_push(clones: Clones, pushes: list[list[str]]) -> None:
    world = clones.ada
    pushes.clear()
    models = [f"m{number:02}" for number in range(12)]
    for model in models:
        world.train(model, model.encode())
    asked = [Registration(Artifact("", model)) for model in models]
    assert len(register_each(world, asked, Options()).done) == 12
    assert [len(tags) for tags in pushes] == [12]


def test_a_rollback_and_its_quarantine_are_one_push(
    clones: Clones, pushes: list[list[str]]
) -> None:
    for version in ("v0.1.0", "v0.1.2", "v0.1.2"):
        clones.promote(clones.ada, f"rec@{version}", "quarantine")
        unassign(clones.ada, Unassignment(Ref.parse_stage("rec#quarantine")), Options())
    clones.promote(clones.ada, "rec@v0.1.0")
    clones.promote(clones.ada, "rec@v0.1.1")
    asked = Rollback(Ref.parse_stage("rec#prod"), unchecked=True, quarantine=True)
    assert all(one.pushed for one in rollback(clones.ada, asked, Options()))
    safe = ["rec#quarantine#7", "rec#prod#3"]
    assert pushes[-1] == safe, "stopped between the two, it has done no harm"
    assert {"rec#quarantine#", "rec#prod#"} <= set(clones.host.heads)


def test_what_was_made_here_only_goes_along_with_the_next_write(clones: Clones) -> None:
    assert clones.promote(clones.ada, "rec@v0.1.0", options=HERE).pushed is False
    assert "rec#prod#1" not in clones.host.tags
    clones.promote(clones.ada, "rec@v0.1.1")
    assert {"rec#prod#1", "rec#prod#2"} <= set(clones.host.tags)
    assert verify(clones.bob).ok


def test_nothing_is_built_on_what_was_overtaken(clones: Clones) -> None:
    unassigned = Unassignment(Ref.parse_stage("rec#prod"))
    clones.promote(clones.ada, "rec@v0.1.0")
    fetch(clones.bob)
    unassign(clones.bob, unassigned, HERE)
    clones.promote(clones.ada, "rec@v0.1.1")
    with pytest.raises(
        Conflict, match=r"only this clone has the tag rec#prod!#2, and on origin Ada"
    ):
        clones.promote(clones.bob, "rec@v0.1.2")
    done = push(clones.bob)
    assert [(left.tag, left.why) for left in done.left] == [
        ("rec#prod!#2", "is not on origin, where Ada was first, with rec#prod#2")
    ]
    assert done.events == ()


def test_push_sends_what_it_can_and_says_what_it_cannot(clones: Clones) -> None:
    clones.promote(clones.ada, "rec@v0.1.0", options=HERE)
    clones.promote(clones.ada, "rank@v0.1.0", options=HERE)
    clones.promote(clones.bob, "rec@v0.1.1")
    done = push(clones.ada)
    assert [event.tag for event in done.events] == ["rank#prod#1"]
    (left,) = done.left
    assert left.tag == "rec#prod#1"
    assert "was made here as" in left.why
    assert clones.host.tags["rec#prod#1"].author == "Bob", "nothing is renumbered or forced"


def test_a_dry_push_pushes_nothing(clones: Clones) -> None:
    clones.promote(clones.ada, "rec@v0.1.0", options=HERE)
    assert [event.tag for event in push(clones.ada, dry_run=True).events] == ["rec#prod#1"]
    assert "rec#prod#1" not in clones.host.tags


def test_a_moved_tag_is_said_and_nobody_writes_on_it(clones: Clones) -> None:
    clones.host.tags["rec@v0.1.0"] = clones.host.tags["rec@v0.1.1"]
    (one,) = fetch(clones.bob).changed
    assert (one.standing, one.tag) == ("moved", "rec@v0.1.0")
    with pytest.raises(
        Conflict, match=r"the tag rec@v0.1.0 was moved on origin: it was \w{10} and"
    ):
        clones.promote(clones.bob, "rec@v0.1.0")
    kinds = [one.kind for one in verify(clones.bob).findings]
    assert "moved-tag" in kinds
    assert clones.promote(clones.bob, "rank@v0.1.0").new, "other models are not kept back"


def test_a_deleted_tag_is_said_until_it_is_settled(clones: Clones) -> None:
    clones.promote(clones.ada, "rec@v0.1.0")
    clones.promote(clones.ada, "rec@v0.1.1")
    fetch(clones.bob)
    kept = clones.host.tags.pop("rec#prod#1")
    for _ in range(2):
        (one,) = fetch(clones.bob).changed
        assert (one.standing, one.tag, one.old, one.new) == ("vanished", kept.ref, kept.oid, None)
    assert not push(clones.bob).events, "it is not pushed back silently"
    assert not verify(clones.bob).ok
    clones.host.tags[kept.ref] = kept
    assert fetch(clones.bob).changed == ()
    assert verify(clones.bob).ok


def test_a_remote_restored_from_a_backup_is_noticed(clones: Clones) -> None:
    backup = dict(clones.host.tags)
    heads = dict(clones.host.heads)
    for number in (0, 1):
        clones.ada.clock.time += 60
        clones.promote(clones.ada, f"rec@v0.1.{number}")
    fetch(clones.bob)
    clones.host.tags, clones.host.heads = backup, heads
    fetched = fetch(clones.bob)
    assert [one.tag for one in fetched.changed] == ["rec#prod#1", "rec#prod#2"]
    assert fetched.restored


def test_a_remote_that_says_yes_and_takes_nothing_is_found_out(clones: Clones) -> None:
    clones.host.lies = True
    with pytest.raises(OutOfReach, match=r"origin has not recorded rec#prod#1"):
        clones.promote(clones.ada, "rec@v0.1.0")
    assert "rec#prod#1" not in clones.ada.tags.records
    clones.host.lies = False
    assert clones.promote(clones.ada, "rec@v0.1.0").event.tag == "rec#prod#1"


def test_a_refusal_is_told_in_the_hosts_words_and_leaves_nothing(clones: Clones) -> None:
    clones.host.refuses["rec#prod#1"] = "only releasers may"
    with pytest.raises(
        Refused, match=r"origin refused the tag rec#prod#1: only releasers may"
    ) as caught:
        clones.promote(clones.ada, "rec@v0.1.0")
    assert caught.value.kind == "remote-refused"
    assert "rec#prod#1" not in clones.ada.tags.records


def three_promoted(clones: Clones) -> Rollback:
    for number in (0, 1, 2):
        clones.promote(clones.ada, f"rec@v0.1.{number}")
    return Rollback(Ref.parse_stage("rec#prod"), unchecked=True, quarantine=True)


@pytest.mark.parametrize("together", [True, False])
def test_of_a_command_that_is_refused_in_part_nothing_stays(clones: Clones, together: bool) -> None:
    asked = three_promoted(clones)
    clones.host.together = together
    clones.host.refuses["rec#quarantine#1"] = "no quarantine here"
    for _ in range(2):
        with pytest.raises(Refused, match="refused the tag rec#quarantine#1: no quarantine here"):
            rollback(clones.ada, asked, Options())
        assert "rec#prod#4" not in clones.host.tags
    clones.host.refuses.clear()
    first, last = rollback(clones.ada, asked, Options())
    assert (first.version, last.version, last.event.tag) == ("v0.1.2", "v0.1.1", "rec#prod#4")


def test_what_a_remote_took_one_by_one_is_completed_by_the_repeat(clones: Clones) -> None:
    asked = three_promoted(clones)
    clones.host.together = False
    clones.host.refuses["rec#prod#4"] = "only releasers may"
    with pytest.raises(
        Refused, match="only releasers may; recorded before that: rec#quarantine#1; repeat"
    ):
        rollback(clones.ada, asked, Options())
    assert [one for one in clones.ada.journal.intents if one.startswith("rollback")]
    clones.host.refuses.clear()
    (last,) = rollback(clones.ada, asked, Options())
    assert (last.version, last.event.tag, last.pushed) == ("v0.1.1", "rec#prod#4", True)
    assert "rec#quarantine#2" not in clones.host.tags, "the wrong version is not quarantined"


def test_one_by_one_who_is_beaten_half_way_is_told_what_stays(clones: Clones) -> None:
    asked = three_promoted(clones)
    fetch(clones.bob)
    clones.host.together = False
    between(clones.ada, lambda: clones.promote(clones.bob, "rec@v0.1.0"))
    with pytest.raises(
        Conflict, match=r"Bob was first: rec#prod#4 .*; recorded before that: rec#quarantine#1; rep"
    ):
        rollback(clones.ada, asked, Options())


def test_what_is_refused_keeps_no_other_model_back(clones: Clones) -> None:
    models = [f"m{number}" for number in range(8)]
    for model in models:
        clones.ada.train(model, model.encode())
    clones.host.refuses = {f"m{number}@v0.1.0": "not yours" for number in range(1, 8)}
    clones.host.one_reason = True
    asked = [Registration(Artifact("", model)) for model in models]
    batch = register_each(clones.ada, asked, Options())
    assert [one.event.tag for one in batch.done] == ["m0@v0.1.0"]
    assert {error.kind for _, error in batch.failed} == {"remote-refused"}
    assert len(batch.failed) == 7
    assert "m0@" in clones.host.heads, "and what is taken has its lease"


def test_what_only_this_clone_has_and_the_remote_refuses_refuses_what_is_built_on_it(
    clones: Clones,
) -> None:
    clones.promote(clones.ada, "rec@v0.1.0", options=HERE)
    clones.host.refuses["rec#prod#1"] = "only releasers may"
    with pytest.raises(Refused, match="refused the tag rec#prod#1: only releasers may"):
        clones.promote(clones.ada, "rec@v0.1.1", "dev")
    assert "rec#dev#1" not in clones.host.tags


def test_a_push_leaves_what_is_refused_and_what_stands_on_it(clones: Clones) -> None:
    for version, stage in (("v0.1.0", "prod"), ("v0.1.0", "dev"), ("v0.1.1", "prod")):
        clones.promote(clones.ada, f"rec@{version}", stage, options=HERE)
    asked = Rollback(Ref.parse_stage("rec#dev"), unchecked=True, quarantine=True)
    clones.promote(clones.ada, "rec@v0.1.2", "dev", options=HERE)
    rollback(clones.ada, asked, HERE)
    clones.promote(clones.ada, "rank@v0.1.0", options=HERE)
    clones.host.refuses = {"rec#prod#1": "not yours", "rec#quarantine#1": "not here"}
    clones.host.one_reason = True
    done = push(clones.ada)
    assert {event.tag for event in done.events} == {"rec#dev#1", "rec#dev#2", "rank#prod#1"}
    assert {left.tag: left.why for left in done.left} == {
        "rec#prod#1": "was refused: not yours",
        "rec#prod#2": "was not taken",
        "rec#quarantine#1": "was refused: not here",
        "rec#dev#3": "was not taken",
    }
    assert done.alone == ""


def test_a_remote_that_takes_no_leases_is_told_of(clones: Clones) -> None:
    assert clones.promote(clones.ada, "rec@v0.1.0").alone == ""
    clones.host.keeps_leases = False
    assert clones.promote(clones.ada, "rec@v0.1.1").alone == "it keeps no leases"
    clones.promote(clones.ada, "rec@v0.1.2", options=HERE)
    assert push(clones.ada).alone == "it keeps no leases"
    assert push(clones.ada).alone == ""


def test_a_remote_that_is_down_leaves_everything_as_it_was(clones: Clones) -> None:
    clones.host.up = False
    before = dict(clones.ada.tags.records)
    with pytest.raises(OutOfReach, match="does not answer"):
        clones.promote(clones.ada, "rec@v0.1.0")
    assert clones.ada.tags.records == before
    assert clones.promote(clones.ada, "rec@v0.1.0", options=HERE).new, "--no-push works"


def test_a_push_without_an_answer_is_found_by_the_repeat(clones: Clones) -> None:
    remote = clones.ada.remote()
    pushed = remote.push

    def cut(tags: Mapping[str, str], heads: Mapping[str, tuple[str, str]]) -> Reply:
        remote.push = pushed  # type: ignore[method-assign]
        pushed(tags, heads)
        raise OutOfReach("the line went dead", kind="unreachable")

    remote.push = cut  # type: ignore[method-assign]
    with pytest.raises(OutOfReach):
        clones.promote(clones.ada, "rec@v0.1.0")
    assert "rec#prod#1" not in clones.ada.tags.records
    again = clones.promote(clones.ada, "rec@v0.1.0")
    assert (again.event.tag, again.new, again.pushed) == ("rec#prod#1", False, True)
    assert "rec#prod#2" not in clones.host.tags


def test_a_remote_without_leases_still_gives_a_name_once(clones: Clones) -> None:
    clones.host.keeps_leases = False
    between(clones.ada, lambda: clones.promote(clones.bob, "rec@v0.1.1"))
    with pytest.raises(Conflict, match="Bob was first"):
        clones.promote(clones.ada, "rec@v0.1.0")


def test_without_leases_two_in_one_place_are_both_recorded_and_it_is_said(clones: Clones) -> None:
    clones.promote(clones.ada, "rec@v0.1.0")
    clones.host.keeps_leases = False
    emptying = Unassignment(Ref.parse_stage("rec#prod"))
    between(clones.ada, lambda: unassign(clones.bob, emptying, Options()))
    with pytest.raises(
        Conflict, match=r"Bob made rec#prod!#2 at the same moment as rec#prod#2"
    ) as caught:
        clones.promote(clones.ada, "rec@v0.1.1")
    assert caught.value.kind == "counter-twice"
    assert {"rec#prod#2", "rec#prod!#2"} <= set(clones.ada.tags.records)
    assert clones.promote(clones.ada, "rec@v0.1.2").event.tag == "rec#prod#3"


def test_a_writer_that_was_superseded_before_it_looked_is_told(clones: Clones) -> None:
    remote = clones.ada.remote()
    pushed = remote.push

    def slow(tags: Mapping[str, str], heads: Mapping[str, tuple[str, str]]) -> Reply:
        remote.push = pushed  # type: ignore[method-assign]
        answer = pushed(tags, heads)
        clones.promote(clones.bob, "rec@v0.1.1")
        return answer

    remote.push = slow  # type: ignore[method-assign]
    written = clones.promote(clones.ada, "rec@v0.1.0")
    assert "superseded meanwhile by rec#prod#2, by Bob: Assign prod to rec v0.1.1" in written.note


@pytest.fixture
def lacking(clones: Clones) -> Clones:
    """Ada has a fourth version, whose bytes are in her cache only, and a fifth, which are there."""
    world = clones.ada
    for number in (4, 5):
        commit = world.train("rec", f"rec {number}".encode())
        register(world, Registration(REC, rev=commit), HERE)
    world.outputs.remote = dict(world.outputs.objects)
    world.outputs.remote.pop(hash_of(world, "rec@v0.1.3"))
    return clones


def hash_of(world: MemoryWorld, version: str) -> str:
    """The hash of a version's only file."""
    (out,) = world.pipeline.made(REC, world.tags.records[version].target).outs
    return out.hash


def test_a_version_that_nobody_else_could_load_is_not_told(lacking: Clones) -> None:
    world = lacking.ada
    lacking.promote(world, "rec@v0.1.0", options=HERE)
    lacking.promote(world, "rec@v0.1.3", "dev", HERE)
    lacking.promote(world, "rec@v0.1.0", "dev", HERE)
    commit = world.tags.records["rec@v0.1.3"].target[:10]
    pushed = push(world)
    assert [one.tag for one in pushed.events] == ["rec#prod#1"]
    left = {one.tag: (one.why, one.hint) for one in pushed.left}
    assert set(left) == {"rec@v0.1.3", "rec@v0.1.4", "rec#dev#1", "rec#dev#2"}
    why, hint = left["rec@v0.1.3"]
    assert why == (
        f"waits: the bytes of rec at commit {commit} are not on their DVC remote, "
        "so that nobody else could load the version"
    )
    assert hint == "push rec, then modelref push"
    assert left["rec#dev#2"][0] == "comes after 'rec@v0.1.3', which waits"
    assert world.outputs.remote is not None
    world.outputs.remote |= world.outputs.objects
    assert len(push(world).events) == 4
    assert world.tags.records == lacking.host.tags


def test_a_write_takes_no_version_along_that_nobody_else_could_load(lacking: Clones) -> None:
    world = lacking.ada
    assert lacking.promote(world, "rec@v0.1.0").pushed, "which does not stand on it"
    assert "rec@v0.1.3" not in lacking.host.tags
    before = dict(world.tags.records)
    for version in ("v0.1.3", "v0.1.4"):
        with pytest.raises(OutOfReach, match="are not on their DVC remote") as caught:
            lacking.promote(world, f"rec@{version}", "dev")
        assert caught.value.kind == "unpushed-bytes"
    assert world.tags.records == before
    assert not [one for one in world.journal.intents if one.startswith("promote rec@v0.1.3")]
    world.outputs.down = True
    with pytest.raises(OutOfReach, match="the DVC remote does not answer"):
        lacking.promote(world, "rec@v0.1.4", "dev")
    assert lacking.promote(world, "rec@v0.1.1").pushed, "a remote that is down is in nobody's way"


def test_a_version_that_was_withdrawn_needs_no_bytes(lacking: Clones) -> None:
    deregister(lacking.ada, Ref.parse_version("rec@v0.1.3"), HERE)
    assert not push(lacking.ada).left


def test_without_a_dvc_remote_no_bytes_are_asked_for(lacking: Clones) -> None:
    lacking.ada.outputs.remote = None
    assert not push(lacking.ada).left
