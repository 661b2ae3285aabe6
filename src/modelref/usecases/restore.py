"""Restore: one model of the workspace back to one of its versions; others are not touched."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from modelref.domain.ref import Ref, quoted
from modelref.domain.restoring import Job, Left, RestorePlan
from modelref.errors import ModelRefError, Refused
from modelref.usecases.resolve import Resolved, resolve

if TYPE_CHECKING:
    from modelref.ports import World


@dataclass(frozen=True, slots=True)
class Restoration:
    """What a person asks for.

    Attributes:
        ref: the version.
        with_pipeline: bring its DVC stages' definitions back as well.
        commit: make one commit of it.
        message: the person's own words for that commit.
        dry_run: say what would change; write nothing.
    """

    ref: Ref
    with_pipeline: bool = False
    commit: bool = False
    message: str = ""
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored.

    Attributes:
        version: the version that the workspace now has.
        changed: text files, and outs as a whole, that are not as they were.
        left: what was not brought back, and why.
        commit: full id of the commit that was made, None for none.
        resumed: whether an earlier run had begun it.
    """

    version: Resolved
    changed: tuple[str, ...]
    left: tuple[Left, ...]
    commit: str | None
    resumed: bool = False


def restore(
    world: "World", asked: Restoration, progress: Callable[[str], None] = lambda _: None
) -> Restored:
    """Bring one model back, all of it or nothing.

    A run that was killed is completed by the same call, or undone by :func:`abort`.

    Args:
        world: the ports.
        asked: what to restore.
        progress: called with what came from DVC remotes so far.

    Raises:
        UnknownRef: the version is not there.
        Refused: it would lose uncommitted work, the pipeline differs, or another restore is
            unfinished.
        OutOfReach: bytes of the version are neither here nor on its DVC remote.
    """
    if asked.dry_run:
        version = resolve(world, asked.ref)
        plan = _plan(world, version, asked)
        return Restored(version, plan.changed, plan.left, None)
    with world.journal.exclusive():
        unfinished = world.workspace.unfinished()
        if unfinished is not None:
            if not unfinished.aborting:
                return _resume(world, unfinished, asked)
            world.workspace.undo(unfinished)
        version = resolve(world, asked.ref)
        plan = _plan(world, version, asked)
        if not plan.changes and not asked.commit:
            return Restored(version, (), plan.left, None)
        job = _job(world, version, plan, asked)
        world.workspace.begin(job, plan, progress)
        return Restored(version, plan.changed, plan.left, _finish(world, job))


def abort(world: "World") -> Job:
    """Undo the restore that is unfinished.

    Raises:
        Refused: none is, or a file was changed by somebody else meanwhile.
    """
    with world.journal.exclusive():
        job = world.workspace.unfinished()
        if job is None:
            raise Refused(
                "no restore is unfinished",
                kind="nothing-to-abort",
                hint="git diff shows what a finished one changed",
            )
        world.workspace.undo(job)
        return job


def command_of(job: Job) -> str:
    """The command that completes a restore, ready to paste."""
    options = " --with-pipeline" * job.with_pipeline + " --commit" * (job.message is not None)
    return f"modelref restore {quoted(job.ref)}{options}"


def _plan(world: "World", version: Resolved, asked: Restoration) -> RestorePlan:
    plan = world.workspace.plan(
        asked.ref.artifact,
        version.commit,
        (version.path, version.outs),
        with_pipeline=asked.with_pipeline,
    )
    if asked.commit:
        _refuse_mixed(world, plan)
    return plan


def _refuse_mixed(world: "World", plan: RestorePlan) -> None:
    """A commit takes whole files: nobody else's work may be in them."""
    staged = world.workspace.staged(plan.texts)
    if staged:
        names = ", ".join(staged)
        raise Refused(
            f"{names} {'have' if len(staged) > 1 else 'has'} staged changes",
            kind="uncommitted-work",
            hint=f"git restore --staged {' '.join(staged)}, or leave --commit out",
        )
    if plan.mixed:
        raise Refused(
            f"other uncommitted changes of {', '.join(plan.mixed)} would be in the commit",
            kind="uncommitted-work",
            hint="commit them first, or leave --commit out",
        )


def _job(world: "World", version: Resolved, plan: RestorePlan, asked: Restoration) -> Job:
    subject = f"Restore {version.target}"
    message = f"{subject}\n\n{asked.message}".strip() if asked.commit else None
    return Job(
        world.clock.unique_id(),
        str(asked.ref),
        version.name,
        version.version or "",
        version.commit,
        asked.with_pipeline,
        message,
        world.commits.resolve("HEAD"),
        plan.changed,
        plan.left,
        plan.texts,
    )


def _resume(world: "World", begun: Job, asked: Restoration) -> Restored:
    ref = Ref.parse(f"{begun.model}@{begun.version}") if begun.version else asked.ref
    same = str(asked.ref) == begun.ref
    commit = begun.commit if same else resolve(world, asked.ref).commit
    wanted = replace(
        begun,
        ref=str(asked.ref),
        model=str(asked.ref.artifact),
        commit=commit,
        with_pipeline=asked.with_pipeline,
        message="" if asked.commit else None,
    )
    if not begun.same_as(wanted):
        raise Refused(
            f"the restore of {begun.ref} is unfinished",
            kind="unfinished-restore",
            hint=f"complete it: {command_of(begun)}, or undo it: modelref restore --abort",
        )
    made = _finish(world, begun)
    return Restored(resolve(world, ref), begun.changed, begun.left, made, resumed=True)


def _finish(world: "World", job: Job) -> str | None:
    try:
        world.workspace.complete()
        made = world.workspace.record(job) if job.message is not None else None
        world.workspace.forget()
    except ModelRefError as error:
        ways = f"{command_of(job)} completes it, modelref restore --abort undoes it"
        error.hint = f"{error.hint}; {ways}" if error.hint else ways
        raise
    return made
