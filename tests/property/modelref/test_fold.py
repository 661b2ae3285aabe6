"""The fold's promises, over histories in which everything collides."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from modelref.domain.event import Event
from modelref.domain.registry import QUARANTINE, fold
from support.strategies import histories


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_the_listing_does_not_matter(events: list[Event], random: Random) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)
    assert fold(events) == fold(shuffled)


@given(histories())
def test_what_a_stage_holds_is_never_withdrawn(events: list[Event]) -> None:
    for model in fold(events).models.values():
        for stage in model.stages:
            held = model.current(stage)
            if held is not None:
                state = model.at_commit(held.commit)
                assert state is None or state.active
                assert held.stage == stage


@given(histories())
def test_a_rollback_never_goes_to_the_current_nor_to_a_quarantined_version(
    events: list[Event],
) -> None:
    for model in fold(events).models.values():
        for stage in model.stages:
            before, now = model.before(stage), model.current(stage)
            if before is not None:
                assert now is not None
                assert before.commit != now.commit
                assert not model.quarantined(before.commit)


@given(histories())
def test_every_event_is_kept(events: list[Event]) -> None:
    kept = [event for model in fold(events).models.values() for event in model.events]
    assert sorted(kept) == sorted(events)


@given(histories())
def test_the_quarantine_is_shown_as_a_mark_not_as_a_stage(events: list[Event]) -> None:
    for model in fold(events).models.values():
        for state in model.versions.values():
            assert QUARANTINE not in model.stages_of(state.commit)
