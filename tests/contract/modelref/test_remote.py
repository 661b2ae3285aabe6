"""What every ``Remote`` and its ``Sightings`` promise: git's, and the twins in memory."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from modelref.adapters.git.journal import ClonedJournal
from modelref.adapters.git.repository import Repository
from modelref.adapters.git.sync.remote import GitRemote
from modelref.adapters.git.sync.sightings import GitSightings
from modelref.adapters.git.tags import GitTags
from modelref.domain.finding import Finding, Severity
from modelref.domain.names import Artifact
from modelref.domain.sync import REWRITTEN, Reply, Sides
from modelref.domain.tag import TagName
from modelref.errors import OutOfReach
from modelref.ports import Remote, Sightings, Tags
from modelref.testing import MemoryHost, MemoryRemote, MemoryTags
from support.clones import clone_of
from support.project import Project

REC = Artifact("", "rec")


@dataclass
class Clone:
    """One clone: what it knows of the remote, and the remote."""

    remote: Remote
    sightings: Sightings
    commit: str
    tags: Tags

    def make(self, *tags: str, words: str = "why") -> dict[str, str]:
        """Make tags in the outbox; by tag, the object."""
        outbox = self.remote.outbox()
        made = {}
        for tag in tags:
            name = TagName.parse(tag)
            assert name is not None
            made[tag] = outbox.create(name, self.commit, f"{tag}\n\n{words}\n", 1_700_000_000)
        return made

    def sides(self, *artifacts: Artifact) -> Sides:
        self.remote.fetch(artifacts)
        return self.sightings.sides(artifacts)


@pytest.fixture(params=["git", "memory"])
def clones(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Clone, Clone]:
    if request.param == "memory":
        host = MemoryHost()
        one, two = (MemoryRemote(host, MemoryTags()) for _ in range(2))
        return Clone(one, one, "a" * 40, one.tags), Clone(two, two, "a" * 40, two.tags)
    Project(tmp_path, ()).git("init", "--quiet", "--bare", "host.git")
    made: list[Clone] = []
    for name in ("Ada", "Bob"):
        project = clone_of(tmp_path / "host.git", tmp_path / name, name)
        if not made:
            project.git("commit", "--quiet", "--allow-empty", "--message", "empty")
            project.git("push", "--quiet", "origin", "HEAD:main")
        repository = Repository.locate(project.root)
        lock = ClonedJournal(repository.private).lock
        commit = project.git("rev-parse", "origin/main" if made else "HEAD")
        remote = GitRemote.find(repository, lock, None)
        tags = GitTags(repository, lock)
        made.append(Clone(remote, GitSightings(repository, lock), commit, tags))
    return made[0], made[1]


def test_what_is_in_the_outbox_is_no_tag_and_an_outbox_is_empty(
    clones: tuple[Clone, Clone],
) -> None:
    ada, _ = clones
    ada.make("rec#prod#1")
    assert ada.sides().here == {}
    assert list(ada.remote.outbox().list()) == []


@pytest.mark.parametrize("clones", ["git"], indirect=True)
def test_an_outbox_that_leads_elsewhere_is_made_anew(
    clones: tuple[Clone, Clone], tmp_path: Path
) -> None:
    ada, _ = clones
    assert isinstance(ada.remote, GitRemote)
    other = tmp_path / "other"
    other.mkdir()
    (other / "precious").touch()
    outbox = ada.remote.repository.private / "modelref" / "outbox"
    outbox.parent.mkdir(exist_ok=True)
    outbox.symlink_to(other)
    assert list(ada.remote.outbox().list()) == []
    assert not outbox.is_symlink()
    assert (other / "precious").exists()


def test_what_is_kept_is_told_until_its_model_is_looked_at_again(
    clones: tuple[Clone, Clone],
) -> None:
    ada, bob = clones
    of_rec, of_sim, of_eu = (
        Finding(Severity.ERROR, "vanished-tag", tag, "is \x1b gone", "git push")
        for tag in ("rec#prod#1", "sim@v1.0.0", "eu=rec@v0.1.0")
    )
    assert [*ada.tags.noticed()] == []
    ada.sightings.keep([of_rec, of_sim], "origin")
    assert [*ada.tags.noticed()] == [of_rec, of_sim] == [*ada.tags.noticed()]
    ada.sightings.keep([], "origin", [Artifact("eu", "rec")])
    ada.sightings.keep([of_eu], "origin", [REC])
    assert [*ada.tags.noticed()] == [of_sim, of_eu]
    ada.sightings.keep([], "origin")
    assert [*ada.tags.noticed()] == [] == [*bob.tags.noticed()]


def test_what_is_kept_of_a_branch_is_told_until_all_models_are_looked_at(
    clones: tuple[Clone, Clone],
) -> None:
    ada, _ = clones
    found = Finding(Severity.WARNING, REWRITTEN, "rec@v0.1.0", "is on no branch", "git push")
    ada.sightings.keep([found], "origin")
    ada.sightings.keep([], "origin", [REC])
    assert [*ada.tags.noticed()] == [found]
    ada.sightings.keep([], "origin")
    assert [*ada.tags.noticed()] == []


def test_all_that_is_kept_is_told_however_many_tags(clones: tuple[Clone, Clone]) -> None:
    ada, _ = clones
    gone = [
        Finding(Severity.ERROR, "vanished-tag", f"rec@v{n}.0.0", "is gone", "git push " * 30)
        for n in range(5000)
    ]
    ada.sightings.keep(gone, "origin")
    assert [*ada.tags.noticed()] == gone


def test_what_is_pushed_is_seen_by_everybody_and_taken_only_when_asked(
    clones: tuple[Clone, Clone],
) -> None:
    ada, bob = clones
    made = ada.make("rec#prod#1")
    assert ada.remote.push(made, {"rec#prod#": ("", made["rec#prod#1"])}) == Reply()
    for clone in (ada, bob):
        seen = clone.sides()
        assert (seen.here, seen.there) == ({}, made)
        assert seen.heads["rec#prod#"].oid == made["rec#prod#1"]
        clone.sightings.take(seen.there, seen)
        now = clone.sightings.sides()
        assert now.here == now.there == now.agreed == made
        assert now.heads["rec#prod#"] == (made["rec#prod#1"], "rec#prod#1")


def test_whoever_does_not_know_the_newest_lease_moves_nothing(clones: tuple[Clone, Clone]) -> None:
    ada, bob = clones
    first = ada.make("rec#prod#1")
    ada.remote.push(first, {"rec#prod#": ("", first["rec#prod#1"])})
    late = bob.make("rec#prod!#1", "rank#prod#1")
    heads = {"rec#prod#": ("", late["rec#prod!#1"]), "rank#prod#": ("", late["rank#prod#1"])}
    assert bob.remote.push(late, heads) == Reply(), "somebody was faster: that is no refusal"
    seen = bob.sides()
    assert seen.there == first, "all or none"
    assert set(seen.heads) == {"rec#prod#"}
    knowing = {"rec#prod#": (first["rec#prod#1"], late["rec#prod!#1"])}
    bob.remote.push({"rec#prod!#1": late["rec#prod!#1"]}, knowing)
    assert set(bob.sides().there) == {"rec#prod#1", "rec#prod!#1"}


def test_a_tag_that_is_there_is_never_overwritten(clones: tuple[Clone, Clone]) -> None:
    ada, bob = clones
    first = ada.make("rec@v1.0.0", words="Ada's")
    ada.remote.push(first, {"rec@": ("", first["rec@v1.0.0"])})
    second = bob.make("rec@v1.0.0", words="Bob's")
    bob.remote.push(second, {"rec@": (first["rec@v1.0.0"], second["rec@v1.0.0"])})
    assert bob.sides().there == first


def forbid(clone: Clone, host: Path, tag: str, *, together: bool) -> None:
    """Have the host refuse a tag, and perhaps not change refs together."""
    if isinstance(clone.remote, MemoryRemote):
        clone.remote.host.refuses[tag] = "not yours"
        clone.remote.host.together = together
        return
    Project(host, ()).git("config", "receive.advertiseAtomic", str(together).lower())
    hook = host / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\n[ "$1" != "refs/tags/{tag}" ] || {{ echo not yours; exit 1; }}\n')
    hook.chmod(0o755)


@pytest.mark.parametrize("together", [True, False])
def test_what_is_refused_stops_all_or_what_comes_after_it_in_its_model(
    clones: tuple[Clone, Clone], tmp_path: Path, together: bool
) -> None:
    ada, bob = clones
    forbid(ada, tmp_path / "host.git", "rec#prod#2", together=together)
    made = ada.make("rec#prod#1", "rank#prod#1", "rec#prod#2", "rec#dev#1", "rank#prod#2")
    reply = ada.remote.push(made, {"rec#prod#": ("", made["rec#prod#2"])})
    assert list(reply.refused) == ["rec#prod#2"]
    assert "not yours" in reply.refused["rec#prod#2"]
    assert bool(reply.alone) is not together
    seen = bob.sides()
    assert set(seen.there) == (set() if together else set(made) - {"rec#prod#2", "rec#dev#1"})
    assert seen.heads == {}


def test_one_address_is_no_two(clones: tuple[Clone, Clone]) -> None:
    assert clones[0].remote.elsewhere() == ""


def test_one_model_is_asked_for_without_its_neighbours(clones: tuple[Clone, Clone]) -> None:
    ada, bob = clones
    tags = [
        "rec#eu/prod#1",
        "rec#eu#1",
        "rec@v1.0.0",
        "rec2#prod#1",
        "shop=rec#prod#1",
        "rec/x@v1.0.0",
    ]
    made = ada.make(*tags)
    heads = {"rec#eu#": ("", made["rec#eu#1"]), "rec#eu/prod#": ("", made["rec#eu/prod#1"])}
    ada.remote.push(made, heads)
    seen = bob.sides(REC)
    assert set(seen.there) == set(tags[:3])
    assert set(seen.heads) == set(heads)
    assert seen.asked == frozenset()
    bob.sightings.take(seen.there, seen, [REC])
    assert bob.sightings.sides().asked == frozenset({"rec"})
    everything = bob.sides()
    bob.sightings.take({}, everything)
    assert bob.sightings.sides().asked is None


def test_what_is_here_is_never_overwritten_by_taking(clones: tuple[Clone, Clone]) -> None:
    ada, bob = clones
    made = ada.make("rec#prod#1", words="Ada's")
    ada.remote.push(made, {})
    seen = bob.sides()
    bob.sightings.take(seen.there, seen)
    bob.sightings.take(seen.there, seen)
    assert bob.sightings.sides().here == made


def test_a_remote_that_does_not_answer_is_out_of_reach(
    clones: tuple[Clone, Clone], tmp_path: Path
) -> None:
    ada, _ = clones
    made = ada.make("rec#prod#1")
    if isinstance(ada.remote, MemoryRemote):
        ada.remote.host.up = False
    else:
        (tmp_path / "host.git").rename(tmp_path / "gone.git")
    for act in (ada.remote.fetch, lambda: ada.remote.push(made, {})):
        with pytest.raises(OutOfReach, match="the remote origin does not answer") as caught:
            act()
        assert caught.value.kind == "unreachable"
