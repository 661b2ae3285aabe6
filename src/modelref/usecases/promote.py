"""Promote: assign a version to a stage."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelref.domain.event import Event
from modelref.domain.message import EVENT, VERDICT
from modelref.domain.names import StageName
from modelref.domain.ref import Ref, quoted
from modelref.domain.registry import QUARANTINE, Model
from modelref.domain.tag import Kind, TagName
from modelref.domain.target import find
from modelref.domain.version import Version
from modelref.errors import Conflict, Refused
from modelref.usecases.reading import read_model
from modelref.usecases.writing import Draft, Job, Options, Written, by_id, run_once, write

if TYPE_CHECKING:
    from modelref.ports import World

NO_GATES = "no-gates"
"""Verdict of a promotion to a stage that no rule guards."""


@dataclass(frozen=True, slots=True)
class Promotion:
    """What to promote.

    Attributes:
        ref: the version.
        stage: where to.
        expect: the version that the stage must hold now; None for whatever it holds.
        revive: promote even if the model is deprecated, which revives it.
    """

    ref: Ref
    stage: StageName
    expect: Version | None = None
    revive: bool = False


def promote(world: "World", asked: Promotion, options: Options) -> Written:
    """Assign a version to a stage; promoting what the stage holds changes nothing.

    Raises:
        UnknownRef: the version is not there.
        Refused: it is quarantined, or the model is deprecated.
        Conflict: the stage holds something else than expected.
    """
    (written,) = run_once(world, promoting(asked, options), options)
    return written


def promoting(asked: Promotion, options: Options) -> Job:
    """How to promote; see :func:`promote`."""
    artifact, stage = asked.ref.artifact, asked.stage
    command = f"promote {asked.ref} {stage} {asked.expect}"

    def decide(world: "World", intent: str) -> Sequence[Written]:
        model, _ = read_model(world, artifact)
        target = find(model, asked.ref)
        world.config.check_stage(stage)
        check_expected(model, stage, asked.expect)
        now = held_there(model, stage, target.commit)
        name = model.name_at(target.commit)
        before = model.name_at(now.commit) if now else ""
        if now is not None and now.commit == target.commit:
            return [Written(now, command, new=False, version=name, before=before, now=name)]
        _refuse_unfit(model, target.commit, asked)
        draft = Draft(
            next_tag(model, stage, Kind.ASSIGN),
            target.commit,
            f"Assign {stage} to {artifact} {name}",
            {EVENT: Kind.ASSIGN.value, VERDICT: NO_GATES},
        )
        event = write(world, model, draft, options, intent)
        note = _new_stage(model, stage)
        return [Written(event, command, new=True, version=name, note=note, before=before, now=name)]

    def same(model: Model, event: Event) -> bool:
        return find(model, asked.ref).commit == event.commit

    return Job(artifact, command, decide, still_stands(asked.ref, stage, command, same))


def next_tag(model: Model, stage: StageName, kind: Kind) -> TagName:
    """The next tag of a stage: its counter is one above all that were used there."""
    return TagName(model.artifact, kind, stage=stage, counter=model.highest(stage) + 1)


def check_expected(model: Model, stage: StageName, expect: Version | None) -> None:
    """Refuse when a stage does not hold the version that the person saw there.

    Raises:
        Conflict: it holds another; the message says who put it there.
    """
    if expect is None:
        return
    now = model.current(stage)
    holds = model.name_at(now.commit) if now else "nothing"
    if holds == str(expect):
        return
    who = f", by {now.author} at {now.when:%Y-%m-%d %H:%M} UTC" if now else ""
    raise Conflict(
        f"{model.artifact}#{stage} holds {holds}, not {expect}{who}",
        kind="not-as-expected",
        hint=f"modelref history {model.artifact} --stage {stage}, then decide again",
    )


def _new_stage(model: Model, stage: StageName) -> str:
    """Say so when a stage is new beside others: it may be misspelt."""
    others = sorted(name for name in model.stages if name != QUARANTINE)
    if stage in model.stages or stage == QUARANTINE or not others:
        return ""
    return f"{stage} is a new stage of {model.artifact}, beside {', '.join(others)}"


def held_there(model: Model, stage: StageName, commit: str) -> Event | None:
    """The assignment that a promotion of a commit would replace, or repeat."""
    held = model.stages.get(stage)
    if held is not None and stage == QUARANTINE:
        return next((event for event in held.live if event.commit == commit), None)
    return held.current if held else None


def still_stands(
    ref: Ref,
    stage: StageName,
    command: str,
    same: Callable[[Model, Event], bool] = lambda _model, _event: True,
) -> "Callable[[World, str], Sequence[Written]]":
    """Finder of the event of a former run, if it is still the newest of its stage.

    Args:
        ref: what the command was about.
        stage: the stage that it was to change.
        command: the command.
        same: whether the event is what the command would do now.
    """

    def already(world: "World", intent: str) -> Sequence[Written]:
        model, _ = read_model(world, ref.artifact)
        held = model.stages.get(stage)
        event = by_id(held.events, intent) if held else None
        if held is None or event is None or held.events[-1].tag != event.tag:
            return []
        if not same(model, event):
            return []
        name = model.name_at(event.commit)
        before = _held_before(model, event)
        return [Written(event, command, new=False, version=name, before=before, now=name)]

    return already


def _held_before(model: Model, event: Event) -> str:
    stage = model.stages[event.stage] if event.stage else None
    earlier = [held for held in stage.events if held.kind is Kind.ASSIGN] if stage else []
    return model.name_at(earlier[-2].commit) if len(earlier) > 1 else ""


def _refuse_unfit(model: Model, commit: str, asked: Promotion) -> None:
    name = model.name_at(commit)
    if model.quarantined(commit) and asked.stage != QUARANTINE:
        raise Refused(
            f"{model.artifact}@{name} is in quarantine",
            kind="quarantined-version",
            hint=f"modelref history {model.artifact} --stage quarantine says why; "
            f"modelref unassign {quoted(f'{model.artifact}#quarantine')} releases what is in it",
        )
    if model.deprecated and not asked.revive:
        raise Refused(
            f"{model.artifact} is deprecated",
            kind="deprecated-model",
            hint=f"modelref history {model.artifact} says why; --revive promotes anyway",
        )
