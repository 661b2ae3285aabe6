"""``modelref deregister``."""

import click

from modelref.domain.ref import Ref
from modelref.surfaces.cli import completion
from modelref.surfaces.cli.app import Context
from modelref.surfaces.cli.options import write_options
from modelref.surfaces.cli.writing.report import report
from modelref.usecases.withdraw import deregister as withdraw_version
from modelref.usecases.writing import Options, Written


@click.command(short_help="Withdraw a version.")
@click.argument("version", metavar="VERSION", shell_complete=completion.versions)
@write_options
@click.pass_obj
def deregister(
    context: Context,
    version: str,
    message: str,
    dry_run: bool,
    sign: bool,
    no_push: bool,
    as_json: bool,
) -> None:
    """Withdraw a version: only history shows it afterwards.

    Refused while a stage holds it. Its number is never given again.

    \b
    modelref deregister recommender@v1.3.0 -m "trained on broken data"
    """
    options = Options(message, dry_run, sign, push=not no_push)
    done = withdraw_version(context.world, Ref.parse_version(version), options)
    report(context.world, [done], options, _sentence, as_json=as_json)


def _sentence(written: Written) -> str:
    name = f"{written.event.artifact}@{written.version}"
    return (
        f"withdrew {name}" if written.new else f"{name} is withdrawn already; nothing was written"
    )
