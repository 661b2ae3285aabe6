"""``modelref rollback``."""

import click

from modelref.domain.ref import Ref, quoted
from modelref.domain.registry import QUARANTINE
from modelref.domain.version import Version
from modelref.errors import BadInput
from modelref.surfaces.cli import completion
from modelref.surfaces.cli.app import Context
from modelref.surfaces.cli.options import write_options
from modelref.surfaces.cli.writing.report import report
from modelref.usecases.rollback import Rollback
from modelref.usecases.rollback import rollback as roll_back
from modelref.usecases.writing import Options, Written


@click.command(short_help="Back to the version that a stage held before.")
@click.argument("ref", metavar="MODEL#STAGE", shell_complete=completion.held)
@click.option("--to", metavar="VERSION", help="Back to this version, which held the stage once.")
@click.option("--expect", metavar="VERSION", help="Refuse unless the stage holds this now.")
@click.option("--quarantine", is_flag=True, help="Also quarantine the version being left.")
@click.option("--deep", is_flag=True, help="First hash every byte of the version to go back to.")
@click.option("--unchecked", is_flag=True, help="Do not look whether the files are here.")
@write_options
@click.pass_obj
def rollback(
    context: Context,
    ref: str,
    to: str | None,
    expect: str | None,
    quarantine: bool,
    deep: bool,
    unchecked: bool,
    message: str,
    dry_run: bool,
    sign: bool,
    no_push: bool,
    as_json: bool,
) -> None:
    """Assign the version that a stage held before the current one.

    It is a new event: history stays as it is. No gate is run.

    \b
    modelref rollback 'recommender#prod' -m "clicks fell by half"
    modelref rollback 'recommender#prod' --to v1.2.0 --expect v1.3.0
    """
    if deep and unchecked:
        raise BadInput("--deep and --unchecked exclude each other", kind="usage", hint="choose one")
    options = Options(message, dry_run, sign, push=not no_push)
    asked = Rollback(
        Ref.parse_stage(ref),
        Version.parse(to) if to is not None else None,
        Version.parse(expect) if expect is not None else None,
        unchecked,
        quarantine,
        deep,
    )
    done = roll_back(context.world, asked, options)
    report(context.world, done, options, _sentence, as_json=as_json)


def _sentence(written: Written) -> str:
    stage = quoted(f"{written.event.artifact}#{written.event.stage}")
    if written.event.stage == QUARANTINE:
        return f"{written.event.artifact}@{written.version} is in quarantine"
    if not written.new:
        left = f" (left: {written.before})" if written.before not in ("", written.version) else ""
        return f"{stage} holds {written.version} already{left}; nothing more was written"
    return f"{stage} holds {written.version} again (left: {written.before})"
