"""How every event is written: decided under the clone's lock, noted before, created once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from modelref.domain.event import Event, read_tag
from modelref.domain.message import ID, NONE, PREVIOUS, check_words, compose
from modelref.domain.names import Artifact
from modelref.domain.registry import Model, fold_model
from modelref.domain.signature import Signature, Signers
from modelref.domain.tag import TagName
from modelref.errors import BadInput, Conflict, ModelRefError, OutOfReach, Refused
from modelref.usecases.approvals import refuse_unapproved
from modelref.usecases.reading import refuse_partial
from modelref.usecases.signatures import must_sign, refuse_own

if TYPE_CHECKING:
    from modelref.ports import World

_AHEAD = 2 * 60 * 60
"""Seconds by which a model's last event may be ahead of the clock before writes are refused."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An event to be.

    Attributes:
        tag: its name.
        commit: what it is about.
        subject: readable first line.
        trailers: what it carries beside id and chain.
        evidence: what a promotion rests on, ``""`` where nothing was asked for.
        approvals: how many others than its signer must have approved the commit.
    """

    tag: TagName
    commit: str
    subject: str
    trailers: Mapping[str, str]
    evidence: str = ""
    approvals: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """The outcome of a write.

    Attributes:
        event: the event that stands for it.
        command: names the intent; acknowledge it once the person has been told.
        new: False when nothing had to be written: the registry was so already, or a former run
            of the same command had made the event without being able to say so.
        version: the version that it is about, or a bare commit in short.
        note: what the person should know beside it, or ``""``.
        before: the version that the stage held until then, or ``""``.
        now: the version that the stage holds after it, or ``""``.
        pushed: whether the remote has it; None where there is none, or it was not asked.
    """

    event: Event
    command: str
    new: bool
    version: str
    note: str = ""
    before: str = ""
    now: str = ""
    pushed: bool | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """What every write takes.

    Attributes:
        message: the person's own words.
        dry_run: decide and compose, but write nothing.
        sign: sign the events, whatever git is set up to do.
        push: tell the remote, where ``modelref.yaml`` names one.
    """

    message: str = ""
    dry_run: bool = False
    sign: bool = False
    push: bool = True


@dataclass(frozen=True, slots=True)
class Job:
    """A command that makes events of one model, at most once however often it is repeated.

    Attributes:
        artifact: the model.
        command: names the command and all that it was asked; the same text is the same command.
        decide: makes the events; gets the world to read and write, and the intent's id.
        already: finds what a former, unacknowledged run with that id made, if it did all that
            there was to do and still stands; else nothing.
        ahead: does what takes long and needs no lock, before it is taken.
    """

    artifact: Artifact
    command: str
    decide: "Callable[[World, str], Sequence[Written]]"
    already: "Callable[[World, str], Sequence[Written]]" = lambda _world, _intent: ()
    ahead: "Callable[[World], None]" = lambda _world: None


Outcome = tuple[Written, ...] | ModelRefError
"""What became of a job: what it wrote, or why it did not."""


def write(world: "World", model: Model, draft: Draft, options: Options, intent: str) -> Event:
    """Create one event; the caller holds the lock and has decided.

    Where the default branch requires a signature of such events, or approvals by others, it is
    signed, and one that nobody else would believe is taken back.

    Args:
        world: the ports.
        model: the model as read under the lock.
        draft: the event.
        options: what the person asked for.
        intent: id of the command that makes it.

    Raises:
        Refused: the clock is far behind the model's last event, or the event needs the signature
            or the approval of somebody else.
        Conflict: the tag exists already.
        BadInput: it has to be signed, and git has no key.
    """
    date = _date(world.clock.now(), model)
    trailers = {**draft.trailers, ID: intent, PREVIOUS: _previous(model, draft.tag)}
    message = compose(draft.subject, options.message, trailers, draft.evidence)
    draft.tag.check()
    if options.dry_run:
        return _composed(draft, message, trailers, date)
    oid = _created(world, model, draft, message, date, options)
    for record in world.tags.list(draft.tag.artifact, bodies=True):
        if record.oid == oid and record.ref == str(draft.tag):
            event = read_tag(record)
            if isinstance(event, Event):
                return event
    raise OutOfReach(f"git made the tag {draft.tag}, but does not list it", kind="git-failed")


def _created(
    world: "World", model: Model, draft: Draft, message: str, date: int, options: Options
) -> str:
    tag = draft.tag
    rule = must_sign(world, tag.artifact, tag.stage)
    believed = rule is not None or draft.approvals > 0
    oid = world.tags.create(tag, draft.commit, message, date, sign=options.sign or believed)
    if believed:
        try:
            _check_own(world, model, draft, world.signatures.check([oid])[oid])
        except ModelRefError:
            world.tags.discard(tag, oid)
            raise
    return oid


def _check_own(world: "World", model: Model, draft: Draft, signature: Signature) -> None:
    """Refuse an event that was just made, and that nobody else would believe."""
    tag = draft.tag
    rule = must_sign(world, tag.artifact, tag.stage)
    if not (rule or Signers()).accepts(signature):
        raise refuse_own(signature, str(tag), tag.stage or "versions", required=rule is not None)
    if draft.approvals:
        refuse_unapproved(world, model, draft.commit, draft.approvals, signature)


def run_once(world: "World", job: Job, options: Options) -> tuple[Written, ...]:
    """Run one job; see :func:`run_all`.

    Raises:
        ModelRefError: it failed.
    """
    (outcome,) = run_all(world, [job], options)
    if isinstance(outcome, ModelRefError):
        raise outcome
    return outcome


def run_all(world: "World", jobs: Sequence[Job], options: Options) -> tuple[Outcome, ...]:
    """Run jobs under one lock, and tell the remote of all their events at once.

    Args:
        world: the ports.
        jobs: of one model each; one that fails keeps no other back.
        options: what the person asked for.

    Returns:
        What became of each; the caller acknowledges what was written once the person has been
        told.

    Raises:
        BadInput: the person's words are too long, or no text; or there is no such remote.
        Conflict: another writer holds the lock for too long.
        OutOfReach: the clone may lack events, or the remote does not answer: repeating finds out
            what it took.
    """
    check_words(options.message)
    refuse_partial(world)
    if options.dry_run:
        return tuple(attempt(partial(job.decide, world, world.clock.unique_id())) for job in jobs)
    for job in jobs:
        job.ahead(world)
    name = world.config.remote
    with world.journal.exclusive():
        if name is None or not options.push:
            outcomes = [run_noted(world, job) for job in jobs]
            return tuple(outcomes if name is None else map(_kept_here, outcomes))
        from modelref.usecases.sharing.publish import publish

        return publish(world, world.remote(name), jobs)


def run_noted(world: "World", job: Job) -> Outcome:
    """Run one job once, with a note of what it sets out to do; the caller holds the lock."""
    fresh = world.clock.unique_id()
    intent = world.journal.begin(job.command, fresh)
    if intent != fresh:
        done = attempt(partial(job.already, world, intent))
        if done:
            return done
        world.journal.acknowledge(job.command)
        intent = world.journal.begin(job.command, fresh)
    outcome = attempt(partial(job.decide, world, intent))
    # Decided, and nothing made or nothing to be told. After any other error the event may be there:
    # the intent stays, so that a repeat finds out.
    if not outcome or isinstance(outcome, BadInput | Refused | Conflict):
        world.journal.acknowledge(job.command)
    return outcome


def _kept_here(outcome: Outcome) -> Outcome:
    """What was written, marked as not pushed."""
    if isinstance(outcome, ModelRefError):
        return outcome
    return tuple(replace(one, pushed=False) if one.new else one for one in outcome)


def attempt(act: "Callable[[], Sequence[Written]]") -> Outcome:
    """Do something, and return what was written or why it was not."""
    try:
        return tuple(act())
    except ModelRefError as error:
        return error


def by_id(events: Sequence[Event], intent: str) -> Event | None:
    """The newest event that carries an id."""
    return next((event for event in reversed(events) if event.trailer(ID) == intent), None)


def free_tag(model: Model, tag: TagName) -> TagName:
    """A tag without a counter, or with the first free one where the plain name is taken."""
    used = {*model.taken, *(event.tag for event in model.events)}
    counter = 1
    while str(tag) in used:
        counter += 1
        tag = replace(tag, counter=counter)
    return tag


def with_event(model: Model, event: Event) -> Model:
    """The model after one more event."""
    return fold_model(model.artifact, [*model.events, event], model.taken)


def revived(model: Model) -> str:
    """What to tell where an event that is no promotion ends a deprecation, as GTO has it."""
    name = model.artifact
    if not model.deprecated:
        return ""
    return f"{name} is deprecated no longer; to retire it again: modelref deprecate {name}"


def _date(now: int, model: Model) -> int:
    if not model.events:
        return now
    last = max(model.events, key=lambda event: event.date)
    if last.date - now > _AHEAD:
        raise Refused(
            f"the tag {last.tag} is dated {last.when:%Y-%m-%d %H:%M} UTC, hours ahead of the clock",
            kind="clock-behind",
            hint="set this machine's clock; if the tag is wrong, see who made it: "
            f"git show '{last.tag}'",
        )
    return max(now, last.date + 1)


def _previous(model: Model, tag: TagName) -> str:
    """The object of the event before: of the same stage, or of the model's versions."""
    if tag.stage is not None:
        held = model.stages.get(tag.stage)
        chain = held.events if held else ()
    else:
        chain = tuple(event for event in model.events if event.stage is None)
    return chain[-1].oid if chain else NONE


def _composed(draft: Draft, message: str, trailers: Mapping[str, str], date: int) -> Event:
    subject, _, body = message.partition("\n\n")
    tag = draft.tag
    return Event(
        tag.kind,
        tag.artifact,
        tag.version,
        tag.stage,
        tag.counter,
        str(tag),
        "",
        draft.commit,
        date,
        "",
        "",
        subject,
        "\n".join(f"{key}: {value}" for key, value in trailers.items()),
        body,
    )
