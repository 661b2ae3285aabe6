"""Publish: events are made known to the remote first, and are events here once it has them.

The remote is asked for the newest events before anything is decided. New tags are made where nobody
sees them, and offered together with the lease of each chain that they continue: whoever has
continued such a chain meanwhile has moved its lease, and the offer is refused as a whole. What the
remote then has is what counts: it is fetched again, and only then do this clone's tags follow.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from modelref.domain.event import Event, name_of
from modelref.domain.names import Artifact
from modelref.domain.registry import Model
from modelref.domain.sync import Standing
from modelref.errors import Conflict, ModelRefError, OutOfReach, Refused
from modelref.usecases.reading import read_registry
from modelref.usecases.sharing.catching_up import CaughtUp, catch_up
from modelref.usecases.sharing.offer import Offer, only_here, refuse_overtaken
from modelref.usecases.sharing.staged import StagedTags
from modelref.usecases.sharing.waiting import Waiting
from modelref.usecases.writing import Job, Outcome, Written, attempt, run_noted

if TYPE_CHECKING:
    from modelref.ports import Remote, World

_TRIES = 5
"""Offers that are made where nobody was faster, and the remote still did not take them."""
_PAUSE = 0.5


def publish(world: "World", remote: "Remote", jobs: Sequence[Job]) -> tuple[Outcome, ...]:
    """Decide on the newest events, and tell the remote; the caller holds the lock.

    Args:
        world: the ports.
        remote: where to.
        jobs: what is to be done.

    Returns:
        What became of each job. One that somebody else beat is a conflict, and left nothing here.

    Raises:
        OutOfReach: the remote does not answer, or does not have what it said it took.
    """
    artifacts = sorted({job.artifact for job in jobs})
    settled: dict[int, Outcome] = {}
    known = catch_up(world, remote, artifacts)
    waiting = _waiting(world, known, artifacts)
    tags: Collection[str] = ()
    for number in range(_TRIES):
        if number:
            world.clock.sleep(_PAUSE)
        staged = world.with_tags(StagedTags(world.tags, remote.outbox()))
        decided = {
            at: _sendable(staged, known, waiting, job, _decided(staged, remote.name, known, job))
            for at, job in enumerate(jobs)
            if at not in settled
        }
        made = [one for outcome in decided.values() for one in _made(outcome)]
        offer = Offer.of(world, known, made, waiting)
        if not offer.tags:
            settled |= decided
            break
        refused = remote.push(offer.tags, offer.heads)
        before, known = known, catch_up(world, remote, artifacts)
        judge = _Judge(world, remote.name, before, known, refused)
        for at, outcome in decided.items():
            judged = judge.outcome(jobs[at], outcome)
            if judged is not None:
                settled[at] = judged
        if len(settled) == len(jobs):
            break
        tags = offer.tags
    else:
        raise OutOfReach(
            f"{remote.name} has not recorded {' and '.join(sorted(tags))}, and does not say why",
            kind="not-recorded",
            hint="repeat the command; if that does not help, see what the remote does with tags",
        )
    return tuple(_told(settled[at], known) for at in range(len(jobs)))


def _decided(staged: "World", remote: str, known: CaughtUp, job: Job) -> Outcome:
    def check() -> Sequence[Written]:
        known.check(job.artifact, remote)
        refuse_overtaken(staged, known, job.artifact, remote)
        return ()

    return attempt(check) or run_noted(staged, job)


def _waiting(world: "World", known: CaughtUp, artifacts: Sequence[Artifact]) -> Waiting:
    local = artifacts if known.tags(Standing.LOCAL) else ()
    models = (read_registry(world, artifact).model(artifact) for artifact in local)
    return Waiting.of(world, ((model, only_here(known, model)) for model in models))


def _sendable(
    staged: "World", known: CaughtUp, waiting: Waiting, job: Job, outcome: Outcome
) -> Outcome:
    """What was decided; instead, where it stands on a version that waits, why that one does."""
    made = list(_made(outcome))
    if not made or not waiting.reasons:
        return outcome
    model = read_registry(staged, job.artifact).model(job.artifact)
    causes = waiting.among([*only_here(known, model), *made])
    cause = next((causes[event.tag] for event in made if event.tag in causes), None)
    if cause is None:
        return outcome
    for event in made:
        staged.tags.discard(name_of(event), event.oid)
    staged.journal.acknowledge(job.command)
    return waiting.reasons[cause]


def _made(outcome: Outcome) -> Iterable[Event]:
    if isinstance(outcome, ModelRefError):
        return ()
    return (written.event for written in outcome if written.new)


def _told(outcome: Outcome, known: CaughtUp) -> Outcome:
    if isinstance(outcome, ModelRefError):
        return outcome
    return tuple(replace(one, pushed=known.sides.pushed(one.event)) for one in outcome)


@dataclass(frozen=True, slots=True)
class _Judge:
    """Says what became of jobs, by what the remote has after an offer.

    Attributes:
        world: the ports.
        remote: its name.
        before: what it had when the jobs were decided.
        now: what it has.
        refused: by tag, why it refused it for good.
    """

    world: "World"
    remote: str
    before: CaughtUp
    now: CaughtUp
    refused: Mapping[str, str]

    def outcome(self, job: Job, outcome: Outcome) -> Outcome | None:
        """What became of a job; None where it is to be decided and offered again."""
        made = list(_made(outcome))
        if isinstance(outcome, ModelRefError) or not made:
            return outcome
        model = read_registry(self.world, job.artifact).model(job.artifact)
        if all(self.now.sides.there.get(event.tag) == event.oid for event in made):
            return self._recorded(job, outcome, model)
        error = self._refusal(made) or self._beaten(made, model)
        if error is not None:
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
        newest = chain[-1]
        if last.event.stage is None or newest.tag == last.event.tag:
            return outcome
        note = f"superseded meanwhile by {newest.tag}, by {newest.author}: {newest.subject}"
        return (*outcome[:-1], replace(last, note="; ".join(filter(None, [last.note, note]))))

    def _refusal(self, made: Sequence[Event]) -> Refused | None:
        for event in made:
            if event.tag in self.refused:
                return Refused(
                    f"{self.remote} refused the tag {event.tag}: {self.refused[event.tag]}",
                    kind="remote-refused",
                    hint="ask who may make such tags there; --no-push makes it in this clone only",
                )
        return None

    def _beaten(self, made: Sequence[Event], model: Model) -> Conflict | None:
        for event in made:
            known = self.before.sides.there
            theirs = [
                one
                for one in _chain(model, event)
                if one.tag in self.now.sides.there and known.get(one.tag) != one.oid
            ]
            if theirs:
                winner = theirs[-1]
                where = f" --stage {winner.stage}" if winner.stage else ""
                return Conflict(
                    f"{winner.author} was first: {winner.tag} at {winner.when:%Y-%m-%d %H:%M} UTC, "
                    f"{winner.subject!r}; nothing was written",
                    kind="beaten",
                    hint=f"modelref history {winner.artifact}{where}, "
                    "then run the command again if it still applies",
                )
        return None


def _chain(model: Model, event: Event) -> tuple[Event, ...]:
    """The events that an event's lease stands for, oldest first."""
    if event.stage is None:
        return tuple(one for one in model.events if one.stage is None)
    held = model.stages.get(event.stage)
    return held.events if held else ()


def _same_place(one: Event, other: Event) -> bool:
    return other.stage is not None and one.counter == other.counter and one.tag != other.tag
