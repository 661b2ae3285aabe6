"""What every ``Journal`` promises: the clone's, and the twin in memory."""

import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from modelref.adapters.git.journal import ClonedJournal
from modelref.ports import Journal
from modelref.testing import MemoryJournal


@pytest.fixture(params=["clone", "memory"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Journal:
    return MemoryJournal() if request.param == "memory" else ClonedJournal(tmp_path)


def test_an_unacknowledged_intent_keeps_its_id(journal: Journal) -> None:
    assert journal.begin("rollback rec#prod", "1") == "1"
    assert journal.begin("rollback rec#prod", "2") == "1"
    assert journal.begin("rollback rank#prod", "3") == "3"
    journal.acknowledge("rollback rec#prod")
    assert journal.begin("rollback rec#prod", "4") == "4"


def test_an_intent_is_pending_until_it_is_acknowledged(journal: Journal) -> None:
    assert not journal.pending("rollback rec#prod")
    journal.begin("rollback rec#prod", "1")
    assert journal.pending("rollback rec#prod")
    assert not journal.pending("rollback rank#prod")
    journal.acknowledge("rollback rec#prod")
    assert not journal.pending("rollback rec#prod")


def test_acknowledging_nothing_is_fine(journal: Journal) -> None:
    journal.acknowledge("never begun")
    assert not journal.pending("never begun")


def test_the_lock_is_given_back(journal: Journal) -> None:
    for _ in range(2):
        with journal.exclusive():
            assert journal.begin("x", "1") == "1"


def _hold(folder: Path, started: Path) -> None:
    with ClonedJournal(folder).exclusive():
        started.touch()
        time.sleep(60)


def test_the_kernel_gives_back_the_lock_of_a_killed_writer(tmp_path: Path) -> None:
    started = tmp_path / "started"
    holder = multiprocessing.get_context("spawn").Process(target=_hold, args=(tmp_path, started))
    holder.start()
    while not started.exists():
        time.sleep(0.01)
    holder.kill()
    holder.join()
    with ClonedJournal(tmp_path).exclusive():
        assert holder.exitcode == -signal.SIGKILL


def _begin_and_die(folder: Path) -> None:
    with ClonedJournal(folder).exclusive():
        journal = ClonedJournal(folder)
        journal.begin("x", "1")
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_repeat_finds_the_note_of_a_killed_command(tmp_path: Path) -> None:
    dying = multiprocessing.get_context("spawn").Process(target=_begin_and_die, args=(tmp_path,))
    dying.start()
    dying.join()
    journal = ClonedJournal(tmp_path)
    with journal.exclusive():
        assert journal.begin("x", "2") == "1"
        journal.acknowledge("x")
        assert journal.begin("x", "3") == "3"


def test_two_who_give_one_command_at_once_have_a_note_each(tmp_path: Path) -> None:
    ada, bob = ClonedJournal(tmp_path), ClonedJournal(tmp_path)
    assert (ada.begin("x", "1"), bob.begin("x", "2")) == ("1", "2")
    ada.acknowledge("x")
    assert bob.begin("x", "3") == "2", "the other's note is not forgotten"
    bob.acknowledge("x")
    assert not list((tmp_path / "modelref" / "intents").iterdir())


def test_a_damaged_note_is_as_none(tmp_path: Path) -> None:
    ClonedJournal(tmp_path).begin("x", "1")
    (note,) = (tmp_path / "modelref" / "intents").iterdir()
    note.write_text("{")
    assert ClonedJournal(tmp_path).begin("x", "2") == "2"
