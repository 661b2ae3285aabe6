"""``modelref unassign``."""

import click

from modelref.domain.ref import Ref, quoted
from modelref.surfaces.cli import completion
from modelref.surfaces.cli.app import Context
from modelref.surfaces.cli.options import write_options
from modelref.surfaces.cli.writing.report import report
from modelref.usecases.withdraw import Unassignment
from modelref.usecases.withdraw import unassign as empty_stage
from modelref.usecases.writing import Options, Written


@click.command(short_help="Empty a stage.")
@click.argument("ref", metavar="MODEL#STAGE", shell_complete=completion.held)
@click.option("--fall-back", is_flag=True, help="Only the current version; the one before returns.")
@write_options
@click.pass_obj
def unassign(
    context: Context,
    ref: str,
    fall_back: bool,
    message: str,
    dry_run: bool,
    sign: bool,
    no_push: bool,
    as_json: bool,
) -> None:
    """Empty a stage: no version is live there afterwards.

    With --fall-back only the current version is withdrawn, and the stage
    holds the one before again.

    \b
    modelref unassign 'recommender#canary' -m "the week is over"
    modelref unassign 'recommender#dev' --fall-back
    """
    options = Options(message, dry_run, sign, push=not no_push)
    parsed = Ref.parse_stage(ref)
    done = empty_stage(context.world, Unassignment(parsed, fall_back), options)
    empty = f"{quoted(parsed)} holds nothing already; nothing was written"
    report(
        context.world,
        done,
        options,
        lambda written: _sentence(written, last=written is done[-1]),
        as_json=as_json,
        nothing=empty,
        several=True,
    )


def _sentence(written: Written, *, last: bool) -> str:
    stage = quoted(f"{written.event.artifact}#{written.event.stage}")
    now = f"now holds {written.now}" if written.now else "holds nothing now"
    if not written.new:
        return f"{stage} {now}, as this command left it; nothing more was written"
    if not last:  # what it held before that one, and never comes back to
        return f"{stage}: {written.version} taken off, an older assignment"
    return f"{stage} {now} (taken off: {written.version})"
