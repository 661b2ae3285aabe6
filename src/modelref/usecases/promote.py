"""Promote: assign a version to a stage."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from modelref.domain.event import Event
from modelref.domain.gates.rule import approvals_of
from modelref.domain.gates.verdict import Verdict
from modelref.domain.message import EVENT
from modelref.domain.names import StageName
from modelref.domain.ref import Ref, quoted
from modelref.domain.registry import APPROVED, QUARANTINE, Model
from modelref.domain.tag import Kind, TagName
from modelref.domain.target import find
from modelref.domain.version import Version
from modelref.errors import BadInput, Conflict, ModelRefError, Refused
from modelref.usecases.approvals import approvals
from modelref.usecases.batch import Batch, run_each
from modelref.usecases.gating.evaluate import (
    Trial,
    evaluate,
    forget_old_rules,
    gates_of,
    guard_of,
    note_rules,
    refusal,
)
from modelref.usecases.gating.evidence import verdict_trailers, write_evidence
from modelref.usecases.gating.memo import Memo
from modelref.usecases.gating.naming import check_new_stage
from modelref.usecases.reading import read_model
from modelref.usecases.signatures import check_ref, lacks_signature, stands_signed
from modelref.usecases.writing import Draft, Job, Options, Written, by_id, run_once, write

if TYPE_CHECKING:
    from modelref.ports import World


@dataclass(frozen=True, slots=True)
class Promotion:
    """What to promote.

    Attributes:
        ref: the version.
        stage: where to.
        expect: the version that the stage must hold now; None for whatever it holds.
        revive: promote even if the model is deprecated, which revives it.
        force: promote even if the stage's gate is not passed; the event says so.
    """

    ref: Ref
    stage: StageName
    expect: Version | None = None
    revive: bool = False
    force: bool = False


def promote(world: "World", asked: Promotion, options: Options) -> Written:
    """Assign a version to a stage that passes its gate; the holder's promotion changes nothing.

    Raises:
        UnknownRef: the version is not there.
        BadInput: it is forced without a reason, or the rules of the default branch are not valid.
        Refused: it does not pass the gate, is quarantined, the model is deprecated, or a signature
            is missing.
        Conflict: the stage holds something else than expected.
        OutOfReach: a rule of the gate cannot be computed.
    """
    (written,) = run_once(world, promoting(asked, options), options)
    return written


def promote_each(world: "World", asked: Sequence[Promotion], options: Options) -> Batch:
    """Promote a version of each of several models."""
    makers = [(one.ref.artifact, partial(promoting, one, options)) for one in asked]
    return run_each(world, makers, options)


def promoting(asked: Promotion, options: Options) -> Job:
    """How to promote; see :func:`promote`."""
    artifact, stage = asked.ref.artifact, asked.stage
    command = f"promote {asked.ref} {stage} {asked.expect}{' --force' if asked.force else ''}"
    if asked.force and not options.message.strip():
        raise BadInput(
            "--force wants the reason, which is recorded", kind="usage", hint="add -m 'WHY'"
        )
    memo = Memo()

    def decide(world: "World", intent: str) -> Sequence[Written]:
        if world.config.remote is not None and options.push:
            forget_old_rules(world, memo)
        model, findings = read_model(world, artifact)
        target = find(model, asked.ref)
        check_ref(world, model, asked.ref, findings)
        world.config.check_stage(stage)
        check_expected(model, stage, asked.expect)
        now = held_there(model, stage, target.commit)
        name = model.name_at(target.commit)
        before = model.name_at(now.commit) if now else ""
        if now is not None and now.commit == target.commit and _settled(world, model, now, options):
            return [Written(now, command, new=False, version=name, before=before, now=name)]
        refuse_unfit(model, target.commit, stage, revive=asked.revive)
        new = check_new_stage(world, model, stage, gates_of(world, memo)[1])
        verdict = evaluate(world, Trial(model, target, stage), memo)
        if not verdict.passed and not asked.force:
            raise refusal(verdict)
        evidence = write_evidence(verdict)
        draft = Draft(
            next_tag(model, stage, Kind.ASSIGN),
            target.commit,
            f"Assign {stage} to {artifact} {name}",
            {EVENT: Kind.ASSIGN.value, **verdict_trailers(verdict, evidence)},
            evidence,
            approvals_of(one.rule for one in verdict.outcomes) if verdict.passed else 0,
        )
        event = write(world, model, draft, options, intent)
        note = "; ".join(filter(None, (new, _told(verdict), *verdict.doubts)))
        return [Written(event, command, new=True, version=name, note=note, before=before, now=name)]

    def same(model: Model, event: Event) -> bool:
        return find(model, asked.ref).commit == event.commit

    already = still_stands(asked.ref, stage, command, same)
    return Job(artifact, command, decide, already, lambda world: _measure_ahead(world, asked, memo))


def _measure_ahead(world: "World", asked: Promotion, memo: Memo) -> None:
    """Measure before the lock is taken what takes long; what does not hold then is not kept.

    Under the lock all is decided anew. Only what the stage has come to hold meanwhile is measured
    again: other writers wait for as little as possible.
    """
    with suppress(ModelRefError):  # it comes again under the lock, where it counts
        note_rules(world, memo)
        if not guard_of(world, asked.ref.artifact, asked.stage, memo)[1]:
            return
        model, _ = read_model(world, asked.ref.artifact)
        target = find(model, asked.ref)
        now = held_there(model, asked.stage, target.commit)
        if now is None or now.commit != target.commit:
            evaluate(world, Trial(model, target, asked.stage), memo)


def _told(verdict: Verdict) -> str:
    """What a person should know of the gate."""
    if not verdict.outcomes:
        return ""
    rules = f"{len(verdict.outcomes)} rule{'s' if len(verdict.outcomes) > 1 else ''}"
    source = f"of {verdict.source.name}"
    if verdict.passed:
        return f"passed the gate: {rules} {source}"
    broken = ", ".join(str(one.rule.check) for one in (*verdict.failed, *verdict.unknown))
    return f"forced past the gate ({rules} {source}): {broken}"


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


def _settled(world: "World", model: Model, now: Event, options: Options) -> bool:
    """Whether an assignment says all that a new one would say.

    Not where it lacks the signature that its stage requires, or that is asked for now; and a second
    person's approval of a version is another approval.
    """
    if now.stage is None or not stands_signed(world, model, now.stage):
        return False
    if lacks_signature(world, now, asked=options.sign):
        return False
    if now.stage != APPROVED or not (options.sign or world.signing.rule(model.artifact, APPROVED)):
        return True
    own = world.signatures.own()
    return any(one.signature.identities & own for one in approvals(world, model, now.commit))


def held_there(model: Model, stage: StageName, commit: str) -> Event | None:
    """The assignment that a promotion of a commit would replace, or repeat."""
    held = model.stages.get(stage)
    if held is not None and stage in (QUARANTINE, APPROVED):
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


def refuse_unfit(model: Model, commit: str, stage: StageName, *, revive: bool = False) -> None:
    """Refuse what no stage may come to hold, whatever the rules of its gate say.

    Raises:
        Refused: the version is quarantined, or the model is deprecated.
    """
    name = model.name_at(commit)
    if model.quarantined(commit) and stage != QUARANTINE:
        raise Refused(
            f"{model.artifact}@{name} is in quarantine",
            kind="quarantined-version",
            hint=f"modelref history {model.artifact} --stage quarantine says why; "
            f"modelref unassign {quoted(f'{model.artifact}#quarantine')} releases what is in it",
        )
    if model.deprecated and not revive:
        raise Refused(
            f"{model.artifact} is deprecated",
            kind="deprecated-model",
            hint=f"modelref history {model.artifact} says why; --revive promotes anyway",
        )
