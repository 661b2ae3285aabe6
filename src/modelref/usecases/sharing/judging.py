"""Judging: what became of jobs, by what the remote has after an offer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from modelref.domain.event import Event
from modelref.domain.registry import Model
from modelref.domain.sync import Reply
from modelref.domain.tag import TagName
from modelref.errors import Conflict, ModelRefError, Refused
from modelref.usecases.reading import read_registry
from modelref.usecases.sharing.catching_up import CaughtUp
from modelref.usecases.writing import Job, Outcome, Written

if TYPE_CHECKING:
    from modelref.ports import World


@dataclass(frozen=True, slots=True)
class Judge:
    """Says what became of jobs, by what the remote has after an offer.

    Attributes:
        world: the ports.
        remote: its name.
        before: what it had when the jobs were decided.
        now: what it has.
        reply: what it said to the offer.
    """

    world: "World"
    remote: str
    before: CaughtUp
    now: CaughtUp
    reply: Reply

    def outcome(self, job: Job, outcome: Outcome) -> Outcome | None:
        """What became of a job; None where it is to be decided and offered again."""
        made = list(made_by(outcome))
        if isinstance(outcome, ModelRefError) or not made:
            return outcome
        model = read_registry(self.world, job.artifact).model(job.artifact)
        there = [event for event in made if self.now.sides.there.get(event.tag) == event.oid]
        if len(there) == len(made):
            return self._recorded(job, outcome, model)
        # A hook of the host's may be who notices that somebody was first.
        error = self._beaten(made, there, model) or self._refusal(job, there)
        # What is half done is completed by a repeat: that goes by the intent.
        if error is not None and not there:
            self.world.journal.acknowledge(job.command)
        return error

    def _recorded(self, job: Job, outcome: tuple[Written, ...], model: Model) -> Outcome:
        last = outcome[-1]
        chain = _chain(model, last.event)
        twin = next((one for one in chain if _same_place(one, last.event)), None)
        if twin is not None:
            self.world.journal.acknowledge(job.command)
            return Conflict(
                f"{twin.author} made {twin.tag} at the same moment as {last.event.tag} was made: "
                "both are recorded, in one place",
                kind="counter-twice",
                hint="modelref show says what holds now; repeat the command to settle it",
            )
        outcome = tuple(replace(one, alone=self.reply.alone) for one in outcome)
        last, newest = outcome[-1], chain[-1]
        if last.event.stage is None or newest.tag == last.event.tag:
            return outcome
        note = f"superseded meanwhile by {newest.tag}, by {newest.author}: {newest.subject}"
        return (*outcome[:-1], replace(last, note="; ".join(filter(None, [last.note, note]))))

    def _refusal(self, job: Job, there: Sequence[Event]) -> Refused | None:
        for tag, why in self.reply.refused.items():
            name = TagName.parse(tag)
            if name is not None and name.artifact == job.artifact:
                return Refused(
                    f"{self.remote} refused the tag {tag}: {why}{_but(there)}",
                    kind="remote-refused",
                    hint="ask who may make such tags there; --no-push makes it in this clone only",
                )
        return None

    def _beaten(
        self, made: Sequence[Event], there: Sequence[Event], model: Model
    ) -> Conflict | None:
        known = self.before.sides.there
        recorded = {event.tag for event in there}
        for event in made:
            theirs = [
                one
                for one in _chain(model, event)
                if one.tag in self.now.sides.there
                and known.get(one.tag) != one.oid
                and one.tag not in recorded
            ]
            if theirs:
                winner = theirs[-1]
                where = f" --stage {winner.stage}" if winner.stage else ""
                return Conflict(
                    f"{winner.author} was first: {winner.tag} at {winner.when:%Y-%m-%d %H:%M} UTC, "
                    f"{winner.subject!r}{_but(there) or '; nothing was written'}",
                    kind="beaten",
                    hint=f"modelref history {winner.artifact}{where}, "
                    "then run the command again if it still applies",
                )
        return None


def _but(there: Sequence[Event]) -> str:
    """Say what a command that failed has done before: the remote could not take all or none."""
    if not there:
        return ""
    tags = " and ".join(event.tag for event in there)
    return f"; recorded before that: {tags}; repeat the command to complete it"


def _chain(model: Model, event: Event) -> tuple[Event, ...]:
    """The events that an event's lease stands for, oldest first."""
    if event.stage is None:
        return tuple(one for one in model.events if one.stage is None)
    held = model.stages.get(event.stage)
    return held.events if held else ()


def _same_place(one: Event, other: Event) -> bool:
    return other.stage is not None and one.counter == other.counter and one.tag != other.tag


def made_by(outcome: Outcome) -> Iterable[Event]:
    """The events that a job made."""
    if isinstance(outcome, ModelRefError):
        return ()
    return (written.event for written in outcome if written.new)
