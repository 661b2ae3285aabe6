"""How every event is written: decided under the clone's lock, noted before, created once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from modelref.domain.event import Event, read_tag
from modelref.domain.message import ID, NONE, PREVIOUS, check_words, compose
from modelref.domain.registry import Model, fold_model
from modelref.domain.tag import TagName
from modelref.errors import BadInput, Conflict, OutOfReach, Refused
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
    """

    tag: TagName
    commit: str
    subject: str
    trailers: Mapping[str, str]
    evidence: str = ""


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
    """

    event: Event
    command: str
    new: bool
    version: str
    note: str = ""
    before: str = ""
    now: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """What every write takes.

    Attributes:
        message: the person's own words.
        dry_run: decide and compose, but write nothing.
        sign: sign the events, whatever git is set up to do.
    """

    message: str = ""
    dry_run: bool = False
    sign: bool = False


def write(world: "World", model: Model, draft: Draft, options: Options, intent: str) -> Event:
    """Create one event; the caller holds the lock and has decided.

    Where the default branch requires a signature of such events, it is signed, and one that
    nobody else would believe is taken back.

    Args:
        world: the ports.
        model: the model as read under the lock.
        draft: the event.
        options: what the person asked for.
        intent: id of the command that makes it.

    Raises:
        Refused: the clock is far behind the model's last event, or the event needs the signature
            of somebody else.
        Conflict: the tag exists already.
        BadInput: it has to be signed, and git has no key.
    """
    date = _date(world.clock.now(), model)
    trailers = {**draft.trailers, ID: intent, PREVIOUS: _previous(model, draft.tag)}
    message = compose(draft.subject, options.message, trailers, draft.evidence)
    draft.tag.check()
    if options.dry_run:
        return _composed(draft, message, trailers, date)
    oid = _created(world, draft, message, date, options)
    for record in world.tags.list(draft.tag.artifact, bodies=True):
        if record.oid == oid and record.ref == str(draft.tag):
            event = read_tag(record)
            if isinstance(event, Event):
                return event
    raise OutOfReach(f"git made the tag {draft.tag}, but does not list it", kind="git-failed")


def _created(world: "World", draft: Draft, message: str, date: int, options: Options) -> str:
    tag = draft.tag
    rule = must_sign(world, tag.artifact, tag.stage)
    sign = options.sign or rule is not None
    oid = world.tags.create(tag, draft.commit, message, date, sign=sign)
    if rule is not None:
        signature = world.signatures.check([oid])[oid]
        if not rule.accepts(signature):
            world.tags.discard(tag, oid)
            raise refuse_own(signature, str(tag), tag.stage or "versions")
    return oid


def run_once(
    world: "World",
    command: str,
    options: Options,
    decide: Callable[[str], Sequence[Written]],
    already: Callable[[str], Sequence[Written]],
) -> tuple[Written, ...]:
    """Run a write under the lock, at most once however often it is killed and repeated.

    Args:
        world: the ports.
        command: names the command and all that it was asked; the same text is the same command.
        options: what the person asked for.
        decide: makes the events; gets the intent's id.
        already: finds what a former, unacknowledged run with that id made, if it did all that
            there was to do and still stands; else nothing.

    Returns:
        What was done; the caller acknowledges it once the person has been told.

    Raises:
        BadInput: the person's words are too long, or no text.
    """
    check_words(options.message)
    refuse_partial(world)
    if options.dry_run:
        return tuple(decide(world.clock.unique_id()))
    with world.journal.exclusive():
        fresh = world.clock.unique_id()
        intent = world.journal.begin(command, fresh)
        if intent != fresh:
            done = already(intent)
            if done:
                return tuple(done)
            world.journal.acknowledge(command)
            intent = world.journal.begin(command, fresh)
        try:
            written = tuple(decide(intent))
        except (BadInput, Refused, Conflict):
            # Decided, and nothing was made. After any other error the event may be there: the
            # intent stays, so that a repeat finds out.
            world.journal.acknowledge(command)
            raise
        if not written:
            world.journal.acknowledge(command)  # nothing was to be done, so nothing can be told
        return written


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
