"""Withdraw: take a version off a stage, withdraw a version, retire a model; each a new event."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from modelref.domain.event import Event
from modelref.domain.message import EVENT
from modelref.domain.names import Artifact
from modelref.domain.ref import Ref, quoted
from modelref.domain.registry import Model
from modelref.domain.tag import Kind, TagName
from modelref.errors import BadInput, Refused, UnknownRef
from modelref.usecases.promote import next_tag
from modelref.usecases.reading import read_model
from modelref.usecases.writing import (
    Draft,
    Job,
    Options,
    Written,
    by_id,
    free_tag,
    revived,
    run_once,
    with_event,
    write,
)

if TYPE_CHECKING:
    from modelref.ports import World


@dataclass(frozen=True, slots=True)
class Unassignment:
    """What to empty.

    Attributes:
        ref: the stage.
        fall_back: withdraw the current version only; the stage then holds the one before.
    """

    ref: Ref
    fall_back: bool = False


def unassign(world: "World", asked: Unassignment, options: Options) -> tuple[Written, ...]:
    """Empty a stage; one event for each version still live there, the current one last.

    GTO reads such a stage as empty too. An empty stage stays as it is.

    Returns:
        What was written, the current version's event last; nothing for an empty stage.

    Raises:
        BadInput: the ref names no stage.
        UnknownRef: the model or the stage is not there.
    """
    artifact, stage = asked.ref.artifact, asked.ref.stage
    if stage is None:
        raise BadInput(f"{asked.ref} names no stage", kind="invalid-ref")
    command = f"unassign {asked.ref} {asked.fall_back}"

    def decide(world: "World", intent: str) -> Sequence[Written]:
        model, _ = read_model(world, artifact)
        held = model.stages.get(stage)
        if held is None:
            raise UnknownRef(
                f"{artifact} never had a stage {stage}",
                kind="unknown-stage",
                hint=f"modelref history {artifact}",
            )
        told = revived(model)
        done = []
        for live in held.live[-1:] if asked.fall_back else held.live:
            name = model.name_at(live.commit)
            draft = Draft(
                next_tag(model, stage, Kind.UNASSIGN),
                live.commit,
                f"Take {artifact} {name} off {stage}",
                {EVENT: Kind.UNASSIGN.value},
            )
            event = write(world, model, draft, options, intent)
            model = with_event(model, event)
            current = model.current(stage)
            now = model.name_at(current.commit) if current else ""
            done.append(Written(event, command, new=True, version=name, before=name, now=now))
        if told and done:
            done[-1] = replace(done[-1], note=told)
        return done

    def already(world: "World", intent: str) -> Sequence[Written]:
        model, _ = read_model(world, artifact)
        held = model.stages.get(stage)
        event = by_id(held.events, intent) if held else None
        if held is None or event is None or held.events[-1].tag != event.tag:
            return []
        if held.live and not asked.fall_back:
            return []  # stopped half-way: the rest is still to be done
        name = model.name_at(event.commit)
        now = model.name_at(held.current.commit) if held.current else ""
        return [Written(event, command, new=False, version=name, before=name, now=now)]

    return run_once(world, Job(artifact, command, decide, already), options)


def deregister(world: "World", ref: Ref, options: Options) -> Written:
    """Withdraw a version: it is out of every answer except history.

    Raises:
        UnknownRef: the version is not there.
        Refused: a stage holds it.
    """
    command = f"deregister {ref}"

    def decide(world: "World", intent: str) -> Sequence[Written]:
        model, _ = read_model(world, ref.artifact)
        state = model.versions.get(ref.version) if ref.version else model.latest
        if state is None:
            raise UnknownRef(
                f"{ref.artifact} has no version {ref.version or 'yet'}",
                kind="unknown-version",
                hint=f"modelref show {ref.artifact} lists its versions",
            )
        name = str(state.version)
        if not state.active:
            return [Written(_newest(model, ref), command, new=False, version=name)]
        stages = model.stages_of(state.commit)
        if stages:
            names = [quoted(f"{ref.artifact}#{stage}") for stage in stages]
            empty = "; ".join(f"modelref unassign {name}" for name in names)
            raise Refused(
                f"{ref.artifact}@{name} is what {' and '.join(names)} holds",
                kind="version-in-use",
                hint=f"promote or roll back to another first; or {empty}",
            )
        draft = Draft(
            free_tag(model, TagName(ref.artifact, Kind.DEREGISTER, version=state.version)),
            state.commit,
            f"Withdraw {ref.artifact} {name}",
            {EVENT: Kind.DEREGISTER.value},
        )
        event = write(world, model, draft, options, intent)
        return [Written(event, command, new=True, version=name, note=revived(model))]

    def already(world: "World", intent: str) -> Sequence[Written]:
        model, _ = read_model(world, ref.artifact)
        event = by_id(model.events, intent)
        state = model.versions.get(event.version) if event and event.version else None
        if event is None or state is None or state.active:
            return []
        return [Written(event, command, new=False, version=str(event.version))]

    (written,) = run_once(world, Job(ref.artifact, command, decide, already), options)
    return written


def deprecate(world: "World", artifact: Artifact, options: Options) -> Written:
    """Retire a model: it takes no version and no promotion unless revived.

    Raises:
        UnknownRef: it has no event.
    """
    command = f"deprecate {artifact}"

    def decide(world: "World", intent: str) -> Sequence[Written]:
        model, _ = read_model(world, artifact)
        newest = model.events[-1]
        if model.deprecated:
            return [Written(newest, command, new=False, version="")]
        draft = Draft(
            free_tag(model, TagName(artifact, Kind.DEPRECATE)),
            model.latest.commit if model.latest else newest.commit,
            f"Deprecate {artifact}",
            {EVENT: Kind.DEPRECATE.value},
        )
        event = write(world, model, draft, options, intent)
        return [Written(event, command, new=True, version="")]

    def already(world: "World", intent: str) -> Sequence[Written]:
        model, _ = read_model(world, artifact)
        event = by_id(model.events, intent)
        if event is None or not model.deprecated:
            return []
        return [Written(event, command, new=False, version="")]

    (written,) = run_once(world, Job(artifact, command, decide, already), options)
    return written


def _newest(model: Model, ref: Ref) -> Event:
    """The newest event of a version."""
    return next(event for event in reversed(model.events) if event.version == ref.version)
