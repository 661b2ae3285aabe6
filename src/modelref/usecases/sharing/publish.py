"""Publish: events are made known to the remote first, and are events here once it has them.

The remote is asked for the newest events before anything is decided. New tags are made where nobody
sees them, and offered together with the lease of each chain that they continue: whoever has
continued such a chain meanwhile has moved its lease, and the offer is refused as a whole. What the
remote then has is what counts: it is fetched again, and only then do this clone's tags follow.
Where it refuses a job for good, the others are offered again without it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from modelref.domain.event import name_of
from modelref.domain.names import Artifact
from modelref.domain.sync import Standing
from modelref.errors import ModelRefError, OutOfReach
from modelref.usecases.reading import read_registry
from modelref.usecases.sharing.catching_up import CaughtUp, catch_up
from modelref.usecases.sharing.judging import Judge, made_by
from modelref.usecases.sharing.offer import Offer, only_here, refuse_overtaken
from modelref.usecases.sharing.staged import StagedTags
from modelref.usecases.sharing.waiting import Waiting
from modelref.usecases.writing import Job, Outcome, Written, attempt, run_noted

if TYPE_CHECKING:
    from modelref.ports import Remote, World

_TRIES = 5
"""Offers that settle nothing: nobody was faster, and the remote still did not take them."""
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
        Refused: a hook or a setting of this clone keeps git from telling it.
    """
    artifacts = sorted({job.artifact for job in jobs})
    settled: dict[int, Outcome] = {}
    known = catch_up(world, remote, artifacts)
    waiting = _waiting(world, known, artifacts)
    tries = 0
    while len(settled) < len(jobs):
        # The fetch may have brought other rules of signing and gates.
        staged = world.renewed().with_tags(StagedTags(world.tags, remote.outbox()))
        decided = {
            at: _sendable(staged, known, waiting, job, _decided(staged, remote.name, known, job))
            for at, job in enumerate(jobs)
            if at not in settled
        }
        made = [one for outcome in decided.values() for one in made_by(outcome)]
        offer = Offer.of(world, known, made, waiting)
        if not offer.tags:
            settled |= decided
            break
        reply = remote.push(offer.tags, offer.heads)
        before, known = known, catch_up(world, remote, artifacts)
        judge = Judge(world, remote.name, before, known, reply)
        judged = {at: judge.outcome(jobs[at], outcome) for at, outcome in decided.items()}
        found = {at: outcome for at, outcome in judged.items() if outcome is not None}
        settled |= found
        if not found:
            tries += 1
            if tries == _TRIES:
                raise _not_recorded(remote, offer)
            world.clock.sleep(_PAUSE)
    return tuple(_told(settled[at], known) for at in range(len(jobs)))


def _decided(staged: "World", remote: str, known: CaughtUp, job: Job) -> Outcome:
    def check() -> Sequence[Written]:
        known.check(job.artifact, remote)
        refuse_overtaken(staged, known, job.artifact, remote)
        return ()

    return attempt(check) or run_noted(staged, job)


def _not_recorded(remote: "Remote", offer: Offer) -> OutOfReach:
    tags = " and ".join(sorted(offer.tags))
    both = remote.elsewhere()
    if both:
        return OutOfReach(
            f"{remote.name} has not recorded {tags}: it {both}",
            kind="not-recorded",
            hint=f"git remote set-url --push {remote.name} URL, with the address that it is asked "
            "at, if these are two repositories",
        )
    return OutOfReach(
        f"{remote.name} has not recorded {tags}, and does not say why",
        kind="not-recorded",
        hint="repeat the command; if that does not help, see what the remote does with tags",
    )


def _waiting(world: "World", known: CaughtUp, artifacts: Sequence[Artifact]) -> Waiting:
    local = artifacts if known.tags(Standing.LOCAL) else ()
    models = (read_registry(world, artifact).model(artifact) for artifact in local)
    return Waiting.of(world, ((model, only_here(known, model)) for model in models))


def _sendable(
    staged: "World", known: CaughtUp, waiting: Waiting, job: Job, outcome: Outcome
) -> Outcome:
    """What was decided; instead, where it stands on a version that waits, why that one does."""
    made = list(made_by(outcome))
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


def _told(outcome: Outcome, known: CaughtUp) -> Outcome:
    if isinstance(outcome, ModelRefError):
        return outcome
    return tuple(replace(one, pushed=known.sides.pushed(one.event)) for one in outcome)
