"""What differs between a clone and its remote, by hand."""

import pytest

from modelref.domain.sync import (
    Difference,
    Head,
    Sides,
    Standing,
    agreed_after,
    compare,
    lease_of,
    overtaken,
    restored_from_past,
)
from modelref.domain.tag import TagName
from support.events import event

TAG = "rec#prod#1"


def sides(here: str, there: str, agreed: str) -> Sides:
    """One tag; each side is the letter of an object, or a blank where it has none."""
    ours, theirs, common = ({TAG: oid} if oid.strip() else {} for oid in (here, there, agreed))
    return Sides(ours, theirs, common)


@pytest.mark.parametrize(
    ("here", "there", "agreed", "expected"),
    [
        ("a", "a", " ", None),
        ("a", "a", "b", None),
        (" ", " ", "a", None),
        (" ", "a", " ", Standing.NEW),
        (" ", "a", "a", Standing.NEW),
        (" ", "b", "a", Standing.NEW),
        ("a", " ", " ", Standing.LOCAL),
        ("a", " ", "a", Standing.VANISHED),
        ("a", "b", "a", Standing.MOVED),
        ("a", "b", "c", Standing.MOVED),
        ("a", "b", " ", Standing.CONFLICT),
        ("a", "b", "b", Standing.CONFLICT),
    ],
)
def test_a_tag_stands_as_its_three_states_say(
    here: str, there: str, agreed: str, expected: Standing | None
) -> None:
    found = compare(sides(here, there, agreed))
    assert [one.standing for one in found] == ([expected] if expected else [])


def test_what_a_lease_names_and_no_tag_holds_has_vanished_even_for_a_fresh_clone() -> None:
    seen = Sides(heads={"rec#prod#": Head("a", TAG)}, there={"rec@v1.0.0": "b"}, here={})
    vanished = Difference(TAG, Standing.VANISHED, "a", None, "rec#prod#", here=False)
    assert vanished in compare(seen)


def test_what_was_settled_by_deleting_it_here_too_is_forgotten() -> None:
    assert agreed_after(sides(" ", " ", "a"), {}) == {}
    assert agreed_after(sides("a", " ", "a"), {}) == {TAG: "a"}, "a vanished tag is remembered"
    assert agreed_after(sides(" ", "b", "a"), {TAG: "b"}) == {TAG: "b"}


@pytest.mark.parametrize(
    ("tag", "lease"),
    [
        ("rec@v1.0.0", "rec@"),
        ("rec@v1.0.0!#2", "rec@"),
        ("rec@deprecated", "rec@"),
        ("shop=rec#prod!#4", "shop=rec#prod#"),
        ("rec#eu/prod#4", "rec#eu/prod#"),
    ],
)
def test_assignments_and_unassignments_of_a_stage_share_one_lease(tag: str, lease: str) -> None:
    name = TagName.parse(tag)
    assert name is not None
    assert lease_of(name) == lease


def test_a_local_event_is_overtaken_by_an_equal_or_later_counter_and_so_is_what_follows() -> None:
    local = [event("rec#prod#2"), event("rec#prod#9"), event("rec#dev#1"), event("rec@v0.2.0", "b")]
    theirs = [event("rec#prod#1"), event("rec#prod!#2"), event("rec@v0.1.0", "a")]
    found = overtaken(local, theirs)
    assert list(found) == ["rec#prod#2", "rec#prod#9"]
    assert found["rec#prod#2"] == "Ada was first, with rec#prod!#2"


def test_a_local_version_is_overtaken_by_another_on_its_commit() -> None:
    found = overtaken([event("rec@v0.2.0", "a")], [event("rec@v0.1.0", "a")])
    assert found == {"rec@v0.2.0": "Ada gave its commit the version v0.1.0"}


def test_a_remote_that_lacks_only_its_newest_events_was_restored_from_the_past() -> None:
    gone = [Difference(tag, Standing.VANISHED, "a", None) for tag in ("x", "y")]
    assert restored_from_past(gone, {"w": 1, "x": 2, "y": 3})
    assert not restored_from_past(gone, {"w": 4, "x": 2, "y": 3})
    assert not restored_from_past(gone[:1], {"w": 1, "x": 2}), "one is a deletion"
