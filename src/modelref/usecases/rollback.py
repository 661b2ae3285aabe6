"""Roll back: assign the version that held the stage before. History is never rewritten."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelref.domain.event import Event
from modelref.domain.message import EVENT
from modelref.domain.names import StageName
from modelref.domain.ref import Ref, quoted
from modelref.domain.registry import QUARANTINE, Model
from modelref.domain.stage import ROLLBACK
from modelref.domain.tag import Kind
from modelref.domain.target import empty_stage
from modelref.domain.version import Version
from modelref.errors import BadInput, OutOfReach, Refused, UnknownRef
from modelref.usecases.promote import check_expected, next_tag, still_stands
from modelref.usecases.reading import read_model
from modelref.usecases.signatures import check_version, check_went_through, stands_signed
from modelref.usecases.whereabouts import list_files, out_of_reach
from modelref.usecases.writing import (
    Draft,
    Job,
    Options,
    Written,
    revived,
    run_once,
    with_event,
    write,
)

if TYPE_CHECKING:
    from modelref.ports import World


@dataclass(frozen=True, slots=True)
class Rollback:
    """What to roll back.

    Attributes:
        ref: the stage.
        to: the version to go back to; None for the one before.
        expect: the version that the stage must hold now; None for whatever it holds.
        unchecked: do not look whether the target's bytes are there.
        deep: hash the target's bytes now, even if they were hashed before.
        quarantine: also quarantine the version being left, first: a command that is stopped
            between the two has done no harm, and repeating it completes it.
    """

    ref: Ref
    to: Version | None = None
    expect: Version | None = None
    unchecked: bool = False
    quarantine: bool = False
    deep: bool = False


def rollback(world: "World", asked: Rollback, options: Options) -> tuple[Written, ...]:
    """Roll a stage back; no gate is run.

    Returns:
        What was written, the rollback last.

    Raises:
        BadInput: the ref names no stage.
        UnknownRef: the stage is empty, or never held the version.
        Refused: nothing to go back to, or the target is quarantined, withdrawn, or was put there
            without the signature that the stage requires.
        Conflict: the stage holds something else than expected.
        OutOfReach: the target's bytes are neither here nor on a DVC remote, or that cannot be
            read; nothing was changed.
    """
    artifact, stage = asked.ref.artifact, asked.ref.stage
    if stage is None:
        raise BadInput(f"{asked.ref} names no stage", kind="invalid-ref")
    command = f"rollback {asked.ref} {asked.to} {asked.expect} {asked.quarantine}"

    def decide(world: "World", intent: str) -> Sequence[Written]:
        model, _ = read_model(world, artifact)
        now = model.current(stage)
        if now is None:
            raise empty_stage(model, asked.ref)
        check_expected(model, stage, asked.expect)
        commit = _target(model, stage, now, asked.to)
        name, before = model.name_at(commit), model.name_at(now.commit)
        if commit == now.commit and stands_signed(world, model, stage):
            return [Written(now, command, new=False, version=name, before=before, now=name)]
        check_went_through(world, model, stage, commit)
        check_version(world, model, model.at_commit(commit))
        if not asked.unchecked:
            _check_bytes(world, model, asked, commit)
        done: list[Written] = []
        if asked.quarantine and not model.quarantined(now.commit):
            event = write(world, model, _quarantining(model, now.commit, stage), options, intent)
            done.append(Written(event, command, new=True, version=before))
            model = with_event(model, event)
        draft = Draft(
            next_tag(model, stage, Kind.ASSIGN),
            commit,
            f"Roll {stage} of {artifact} back to {name} from {before}",
            {EVENT: ROLLBACK},
        )
        event = write(world, model, draft, options, intent)
        told = revived(model)
        back = Written(event, command, new=True, version=name, note=told, before=before, now=name)
        return [*done, back]

    job = Job(artifact, command, decide, still_stands(asked.ref, stage, command))
    return run_once(world, job, options)


def _quarantining(model: Model, commit: str, stage: StageName) -> Draft:
    return Draft(
        next_tag(model, QUARANTINE, Kind.ASSIGN),
        commit,
        f"Quarantine {model.artifact} {model.name_at(commit)}, rolled back from {stage}",
        {EVENT: Kind.ASSIGN.value},
    )


def _target(model: Model, stage: StageName, now: Event, to: Version | None) -> str:
    if to is None:
        event = model.before(stage)
        if event is None:
            raise Refused(
                f"{model.artifact}#{stage} holds {model.name_at(now.commit)}, and no version "
                "before it that may be used",
                kind="nothing-before",
                hint=f"modelref promote {model.artifact}@VERSION {stage}",
            )
        return event.commit
    state = model.versions.get(to)
    if state is None:
        raise UnknownRef(
            f"{model.artifact} has no version {to}",
            kind="unknown-version",
            hint=f"modelref history {model.artifact} --stage {stage} shows what it held",
        )
    if not any(event.commit == state.commit for event in model.stages[stage].events):
        raise UnknownRef(
            f"{model.artifact}@{to} never held {stage}",
            kind="unknown-version",
            hint=f"modelref promote {model.artifact}@{to} {stage} puts it there",
        )
    if not state.active or model.quarantined(state.commit):
        why = "in quarantine" if state.active else "withdrawn"
        raise Refused(
            f"{model.artifact}@{to} is {why}",
            kind="unfit-version",
            hint=f"modelref history {model.artifact} says by whom and why",
        )
    return state.commit


def _check_bytes(world: "World", model: Model, asked: Rollback, commit: str) -> None:
    made = world.pipeline.made(model.artifact, commit)
    unchecked = f"if the servers have them: modelref rollback {_typed(asked)} --unchecked"
    try:
        absent = [out.path for out in out_of_reach(world, made.outs)]
    except OutOfReach as error:
        error.hint = f"{error.hint}; or, {unchecked}"
        raise
    if absent:
        name = model.name_at(commit)
        raise OutOfReach(
            f"the bytes of {model.artifact}@{name} are not, or not whole, in the DVC cache or on "
            f"a DVC remote ({', '.join(absent)}); nothing was changed",
            kind="missing-bytes",
            hint=f"dvc fetch --all-tags {shlex.join(absent)}; or, {unchecked}",
        )
    if asked.deep:
        for file in list_files(world, made.outs):
            world.outputs.check(file, deep=True)


def _typed(asked: Rollback) -> str:
    """The arguments of the command, to be typed again."""
    words = [quoted(asked.ref)]
    words += [f"--to {asked.to}"] if asked.to else []
    words += [f"--expect {asked.expect}"] if asked.expect else []
    words += ["--quarantine"] if asked.quarantine else []
    return " ".join(words)
