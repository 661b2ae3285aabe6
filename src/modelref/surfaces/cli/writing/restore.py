"""``modelref restore``."""

import click

from modelref.api.shapes.writes import restored_shape
from modelref.domain.ref import Ref
from modelref.errors import BadInput
from modelref.surfaces.cli import completion
from modelref.surfaces.cli.app import Context
from modelref.surfaces.cli.options import change_options
from modelref.surfaces.cli.output import note, report_findings, say, say_json
from modelref.usecases.restore import Restoration, Restored, abort
from modelref.usecases.restore import restore as restore_model


@click.command(short_help="The workspace back to a version of one model.")
@click.argument("ref", required=False, shell_complete=completion.refs)
@click.option("--commit", is_flag=True, help="Make one commit of what changes.")
@click.option("--with-pipeline", is_flag=True, help="Bring definitions in dvc.yaml back too.")
@click.option("--abort", "undo", is_flag=True, help="Undo a restore that was interrupted.")
@change_options
@click.pass_obj
def restore(
    context: Context,
    ref: str | None,
    commit: bool,
    with_pipeline: bool,
    undo: bool,
    message: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Bring one model of the workspace back to one of its versions.

    Its entries of dvc.lock, the parameters that its DVC stages read and its
    outs become what they were; other models stay as they are. Interrupted, it
    is completed by running it again, or undone by --abort.

    \b
    modelref restore recommender@v1.2.0
    modelref restore 'recommender#prod' --commit -m "back to what served well"
    """
    if undo:
        _check_abort(ref, commit=commit or with_pipeline or dry_run or bool(message))
        job = abort(context.world)
        if as_json:
            say_json({"aborted": job.ref, "changed": list(job.changed)})
        else:
            say(f"the restore of {job.ref} is undone; the workspace is as it was before it")
        return
    if ref is None:
        raise BadInput("restore wants a REF", kind="usage", hint="modelref restore NAME@v1.2.3")
    if message and not commit:
        raise BadInput("-m is for a commit", kind="usage", hint="add --commit, or leave -m out")
    asked = Restoration(Ref.parse(ref), with_pipeline, commit, message, dry_run)
    done = restore_model(context.world, asked)
    report_findings(done.version.findings)
    if as_json:
        say_json(restored_shape(done))
        return
    _tell(done, asked)


def _check_abort(ref: str | None, *, commit: bool) -> None:
    if ref is not None or commit:
        raise BadInput(
            "--abort stands alone: it undoes whatever restore is unfinished",
            kind="usage",
            hint="modelref restore --abort",
        )


def _tell(done: Restored, asked: Restoration) -> None:
    dry = "(dry run) " if asked.dry_run else ""
    if done.changed:
        say(f"{dry}{done.version.target} is back in the workspace: {', '.join(done.changed)}")
    else:
        say(f"{done.version.target} is in the workspace already; nothing was changed")
    for left in done.left:
        note(f"left: {left.path}: {left.why}")
    if done.commit:
        say(f"committed as {done.commit[:10]}")
    elif done.changed and not asked.dry_run:
        say("nothing is committed; look: git diff")
