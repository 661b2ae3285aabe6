"""Register: bind a version to a commit."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from modelref.domain.event import Event
from modelref.domain.message import EVENT, OUTS, check_words
from modelref.domain.names import Artifact, StageName
from modelref.domain.outs import Out
from modelref.domain.registry import Model
from modelref.domain.tag import Kind, TagName
from modelref.domain.version import FIRST, Bump, Version
from modelref.errors import BadInput, ModelRefError, OutOfReach, Refused
from modelref.usecases.batch import Batch, run_each
from modelref.usecases.digest import outs_digest
from modelref.usecases.links import refuse_unloadable
from modelref.usecases.reading import read_registry, refuse_partial
from modelref.usecases.signatures import lacks_signature
from modelref.usecases.whereabouts import measured_by, unloadable, unpushed
from modelref.usecases.writing import (
    Draft,
    Job,
    Options,
    Written,
    by_id,
    free_tag,
    run_once,
    with_event,
    write,
)

if TYPE_CHECKING:
    from modelref.ports import World


_MOST_KNOWN = 50
"""Newest versions among which a commit of the same results is looked for."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What to register.

    Attributes:
        artifact: the model.
        rev: the commit, as a revision; None for HEAD with nothing of the model uncommitted.
        version: the version to give it; None to derive one.
        bump: which part of the highest active version goes up where none is given.
        base: the version whose line is bumped instead of the highest (a hotfix).
        carry: first commit what the model's DVC stages made in the workspace, on top of HEAD; no
            branch moves.
        revive: register even if the model is deprecated, which revives it.
    """

    artifact: Artifact
    rev: str | None = None
    version: Version | None = None
    bump: Bump = Bump.PATCH
    base: Version | None = None
    carry: bool = False
    revive: bool = False


def register(world: "World", asked: Registration, options: Options) -> Written:
    """Register a version; registering a registered commit again changes nothing, or signs it.

    Raises:
        UnknownRef: the commit is not there, or declares no such model.
        BadInput: the version is taken, or two options exclude each other.
        Refused: the pipeline of the model is stale, the commit carries another version, or the
            model is deprecated.
        OutOfReach: bytes of its outs are not in the cache or, where events are pushed, not on
            their DVC remote.
    """
    (written,) = run_once(world, registering(world, asked, options), options)
    return written


def register_each(world: "World", asked: Sequence[Registration], options: Options) -> Batch:
    """Register a version of each of several models."""
    makers = [(one.artifact, partial(registering, world, one, options)) for one in asked]
    return run_each(world, makers, options)


def registering(world: "World", asked: Registration, options: Options) -> Job:
    """Look whether a version may be registered, and say how; see :func:`register`."""
    commit = _commit(world, asked, options)
    command = command_of(world, asked, commit)
    outs = _sound_outs(world, asked, commit, told=options.push)

    def read(world: "World") -> Model:
        registry = read_registry(world, asked.artifact)
        return registry.model(asked.artifact)

    def decide(world: "World", intent: str) -> Sequence[Written]:
        model = read(world)
        known = model.at_commit(commit)
        if known is not None and known.active and asked.version in (None, known.version):
            if not lacks_signature(world, known.event, asked=options.sign):
                return [Written(known.event, command, new=False, version=str(known.version))]
            version = known.version
        else:
            version = _choose(model, asked, commit)
        draft = Draft(
            free_tag(model, TagName(model.artifact, Kind.REGISTER, version=version)),
            commit,
            f"Register {asked.artifact} {version}",
            {EVENT: Kind.REGISTER.value, OUTS: outs_digest(outs)},
        )
        event = write(world, model, draft, options, intent)
        note = "; ".join(filter(None, [_same_files(model, event), _revived(model, event)]))
        return [Written(event, command, new=True, version=str(version), note=note)]

    def already(world: "World", intent: str) -> Sequence[Written]:
        model = read(world)
        event = by_id(model.events, intent)
        if event is None or event.version is None or not model.versions[event.version].active:
            return []
        return [Written(event, command, new=False, version=str(event.version))]

    return Job(asked.artifact, command, decide, already)


def command_of(world: "World", asked: Registration, commit: str) -> str:
    """What a registration is called in the journal: the same text is the same command.

    A commit that was made for it is called by what stands in it: a repeat makes another one, of
    another date.
    """
    what = world.commits.tree_id(commit) if asked.carry else commit
    return f"register {asked.artifact} {what} {asked.version} {asked.bump} {asked.base}"


def _commit(world: "World", asked: Registration, options: Options) -> str:
    """The commit to register; one made now is reachable from nothing until the tag is there."""
    if not asked.carry:
        return world.commits.resolve("HEAD" if asked.rev is None else asked.rev)
    if asked.rev is not None:
        raise BadInput(
            "a revision and a commit to be made exclude each other",
            kind="usage",
            hint="leave out --rev, or --commit",
        )
    check_words(options.message)
    refuse_partial(world)
    model = read_registry(world, asked.artifact).model(asked.artifact)
    newest = list(model.versions.values())[-_MOST_KNOWN:]
    path = world.pipeline.made(asked.artifact, None).annotation.path
    message = "\n\n".join(filter(None, [f"Update {asked.artifact}", options.message]))
    known = [state.commit for state in newest]
    return world.workspace.carry(asked.artifact, path, message, known)


def _sound_outs(world: "World", asked: Registration, commit: str, *, told: bool) -> tuple[Out, ...]:
    """The outs to register, once they are known to be what the pipeline makes, and to be here."""
    made = world.pipeline.made(asked.artifact, commit)
    name, path = asked.artifact, made.annotation.path
    if not made.outs:
        raise Refused(
            f"{name} has no files at commit {commit[:10]}: {path} is in no dvc.lock, no .dvc file "
            "and not in git",
            kind="no-outs",
            hint="dvc repro (or dvc add), then git commit the result",
        )
    if asked.rev is None:
        refuse_uncommitted(world, asked.artifact, made.outs, commit)
    reasons = world.pipeline.stale(asked.artifact, commit)
    if reasons:
        others = len(reasons) - 3
        more = f" (and {others} more reason{'s' * (others > 1)})" if others > 0 else ""
        raise Refused(
            f"{name} is not what its pipeline makes at commit {commit[:10]}: "
            + "; ".join(reasons[:3])
            + more,
            kind="stale-pipeline",
            hint=_mend(reasons),
        )
    absent = [out.path for out in made.outs if not world.outputs.cached(out)]
    if absent:
        raise OutOfReach(
            f"the bytes of {', '.join(absent)} at commit {commit[:10]} are not in the DVC cache",
            kind="missing-bytes",
            hint=f"dvc fetch {shlex.join(absent)}; or dvc commit if the workspace has them",
        )
    refuse_unloadable(world, commit, path, made.outs)
    if told and world.config.remote is not None:
        lacking = unpushed(world, made.outs)
        if lacking:
            needed = [*lacking, *measured_by(world, name, commit, made)]
            push = f"dvc push {shlex.join(out.path for out in needed)}"
            if not _in_workspace(world, name, made.outs):  # DVC would push what is there
                push = world.outputs.pushing(commit, needed, tagged=False)
            raise unloadable(lacking, commit, push)
    return made.outs


def _in_workspace(world: "World", artifact: Artifact, outs: Sequence[Out]) -> bool:
    try:
        here = world.pipeline.made(artifact, None).outs
    except ModelRefError:
        return False
    return {out.key for out in here} == {out.key for out in outs}


def _mend(reasons: Sequence[str]) -> str:
    if any("neither in git nor made by DVC" in reason for reason in reasons):
        return "dvc add (or git add) what it reads, git commit, then dvc repro"
    return "dvc repro, then git commit --all; or dvc commit if the outputs are right as they are"


def _same_files(model: Model, event: Event) -> str:
    """Say so when a new version has the files of an older one: perhaps nothing was trained."""
    made = event.trailer(OUTS)
    newest = reversed(list(model.versions.values()))
    for state in sorted(newest, key=lambda state: not state.active):
        if state.event.trailer(OUTS) == made and state.version != event.version:
            where = ", which is in quarantine" if model.quarantined(state.commit) else ""
            where = where if state.active else ", which was withdrawn"
            return f"its files are those of {model.artifact}@{state.version}{where}"
    return ""


def _revived(model: Model, event: Event) -> str:
    """Say so when a stage holds a version again that GTO withdrew while it was there."""
    after = with_event(model, event)
    stages = [
        stage
        for stage in after.stages
        if (now := after.current(stage)) and now.commit == event.commit != _held(model, stage)
    ]
    held = " and ".join(f"{model.artifact}#{stage}" for stage in stages)
    return f"{held} held it before it was withdrawn, and now holds it again" if held else ""


def _held(model: Model, stage: StageName) -> str:
    now = model.current(stage)
    return now.commit if now else ""


def refuse_uncommitted(
    world: "World", artifact: Artifact, outs: tuple[Out, ...], commit: str
) -> None:
    """Refuse when the workspace holds a newer model than the commit: it would be forgotten.

    Args:
        world: the ports.
        artifact: the model.
        outs: its outs at the commit.
        commit: full id of the commit.

    Raises:
        Refused: it does; the message names what changed.
    """
    edited = world.pipeline.edited(artifact)
    if edited:
        raise Refused(
            f"{' and '.join(map(str, edited))}, so that commit {commit[:10]} has "
            f"another {artifact} than the workspace",
            kind="uncommitted",
            hint=f"{', '.join(dict.fromkeys(one.mend for one in edited))}, git commit --all, then "
            f"modelref register {artifact}; or, for the one in the commit, modelref register "
            f"{artifact} --rev HEAD",
        )
    now = world.pipeline.made(artifact, None)
    if {out.key for out in now.outs} != {out.key for out in outs}:
        raise Refused(
            f"{artifact} in the workspace is not the one in commit {commit[:10]}",
            kind="uncommitted",
            hint=f"git commit --all, then modelref register {artifact}; "
            f"or, for the one in the commit, modelref register {artifact} --rev HEAD",
        )


def _choose(model: Model, asked: Registration, commit: str) -> Version:
    if model.deprecated and not asked.revive:
        raise Refused(
            f"{model.artifact} is deprecated",
            kind="deprecated-model",
            hint=f"modelref history {model.artifact} says why; --revive registers anyway",
        )
    version = _wanted(model, asked)
    other = model.at_commit(commit)
    if other is not None and other.version != version:
        state = "carries" if other.active else "carried"
        raise Refused(
            f"commit {commit[:10]} {state} {model.artifact}@{other.version} already",
            kind="commit-taken",
            hint="a version belongs to one commit: commit the new model first, then register it",
        )
    taken = model.versions.get(version)
    if taken is not None and (taken.active or taken.commit != commit):
        raise BadInput(
            f"{model.artifact}@{version} is taken, by commit {taken.commit[:10]}",
            kind="version-taken",
            hint=f"the next free one is {_next_free(model, version.bump(asked.bump), asked.bump)}",
        )
    return version


def _wanted(model: Model, asked: Registration) -> Version:
    if asked.version is not None:
        if asked.base is not None:
            raise BadInput("a version and a base exclude each other", kind="usage")
        return asked.version
    if asked.base is not None:
        if asked.base not in model.versions:
            raise BadInput(
                f"{model.artifact} has no version {asked.base} to start from",
                kind="unknown-version",
                hint=f"modelref show {model.artifact} lists its versions",
            )
        return asked.base.bump(asked.bump)
    latest = model.latest
    if latest is None:
        return _next_free(model, FIRST, asked.bump)
    return _next_free(model, latest.version.bump(asked.bump), asked.bump)


def _next_free(model: Model, version: Version, bump: Bump) -> Version:
    """The first version from one on, in steps of a bump, that was never used."""
    while version in model.versions:
        version = version.bump(bump)
    return version
