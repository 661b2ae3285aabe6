"""Many processes that write to one clone, and what must be true of it afterwards."""

import multiprocessing
import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import modelref
from modelref.adapters.git.repository import Repository
from modelref.adapters.git.tags import GitTags
from modelref.domain.event import Event, read_tag
from modelref.domain.message import EVENT, ID, PREVIOUS
from modelref.domain.registry import fold_model
from modelref.errors import Conflict, Refused, UnknownRef

MODELS = ("ada", "bob", "cy")
STAGES = ("prod", "dev")
VERSIONS = 4


@dataclass(frozen=True)
class Told:
    """What one writer was told of one event that it made.

    Attributes:
        tag: the event.
        id: its id.
        expected: the version that the writer had expected there; None for whatever.
    """

    tag: str
    id: str
    expected: str | None


def write_together(root: Path, writers: int, events: int) -> tuple[list[Told], int]:
    """Let processes make events each; return what they were told, and how often one was beaten."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(writers, mp_context=context) as pool:
        done = list(pool.map(_write, [root] * writers, range(writers), [events] * writers))
    return [told for made, _ in done for told in made], sum(beaten for _, beaten in done)


def _write(root: Path, seed: int, events: int) -> tuple[list[Told], int]:
    chance = random.Random(seed)
    registry = modelref.open(root)
    made: list[Told] = []
    beaten = attempts = 0
    while len(made) < events:
        attempts += 1
        words = f"writer {seed} attempt {attempts}"
        model, stage = chance.choice(MODELS), chance.choice(STAGES)
        target = f"{model}@v0.{chance.randrange(VERSIONS) + 1}.0"
        expected = None
        try:
            match chance.randrange(3):
                case 0:
                    event = registry.promote(target, stage, message=words)
                case 1:
                    expected = _held(registry, model, stage)
                    event = registry.promote(target, stage, expect=expected, message=words)
                case _:
                    expected = _held(registry, model, stage)
                    event = registry.rollback(
                        f"{model}#{stage}", expect=expected, unchecked=True, message=words
                    )
        except Conflict as error:
            if error.kind != "not-as-expected":
                raise
            beaten += 1
        except (Refused, UnknownRef) as error:
            if error.kind not in {"nothing-before", "empty-stage", "unknown-stage"}:
                raise
        else:
            if words in (event.body or ""):  # else the stage held it already
                made.append(Told(event.tag, event.trailer(ID) or "", expected))
    return made, beaten


def _held(registry: modelref.ModelRegistry, model: str, stage: str) -> str | None:
    return next(state for state in registry.models() if state.name == model).stages.get(stage)


def check_history(root: Path, told: list[Told]) -> None:
    """Assert that the events are those that were told of, and that they follow from each other."""
    listed = [read_tag(record) for record in GitTags(Repository.locate(root)).list()]
    events = [event for event in listed if isinstance(event, Event)]
    assert len(events) == len(listed)
    made = {event.tag: event for event in events if event.stage is not None}
    assert sorted(made) == sorted(known.tag for known in told), "acknowledged is recorded, once"
    ids = [event.trailer(ID) for event in made.values()]
    assert len(set(ids)) == len(ids)
    by_tag = {known.tag: known for known in told}
    for model in MODELS:
        own = [event for event in events if str(event.artifact) == model]
        registered = [event for event in own if event.stage is None]
        for stage in STAGES:
            chain = sorted(
                (event for event in own if event.stage == stage),
                key=lambda event: event.counter or 0,
            )
            assert [event.counter for event in chain] == list(range(1, len(chain) + 1))
            _check_chain(registered, chain, by_tag)


def _check_chain(registered: list[Event], chain: list[Event], by_tag: dict[str, Told]) -> None:
    """Assert that each event is what its writer asked for, given only the events before it."""
    for place, event in enumerate(chain):
        told = by_tag[event.tag]
        assert event.trailer(ID) == told.id
        assert event.trailer(PREVIOUS) == (chain[place - 1].oid if place else "none")
        assert event.stage is not None
        model = fold_model(event.artifact, [*registered, *chain[:place]])
        now = model.current(event.stage)
        if told.expected is not None:
            assert now is not None
            assert model.name_at(now.commit) == told.expected
        if event.trailer(EVENT) == "rollback":
            before = model.before(event.stage)
            assert before is not None
            assert before.commit == event.commit
