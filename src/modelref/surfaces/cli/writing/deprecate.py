"""``modelref deprecate``."""

import click

from modelref.domain.names import Artifact
from modelref.surfaces.cli import completion
from modelref.surfaces.cli.app import Context
from modelref.surfaces.cli.options import write_options
from modelref.surfaces.cli.writing.report import report
from modelref.usecases.withdraw import deprecate as retire
from modelref.usecases.writing import Options, Written


@click.command(short_help="Retire a model.")
@click.argument("model", metavar="MODEL", shell_complete=completion.models)
@write_options
@click.pass_obj
def deprecate(
    context: Context,
    model: str,
    message: str,
    dry_run: bool,
    sign: bool,
    no_push: bool,
    as_json: bool,
) -> None:
    """Retire a model: it takes no version and no promotion any more.

    What its stages hold stays. register and promote take --revive.

    \b
    modelref deprecate recommender-v1 -m "replaced by recommender"
    """
    options = Options(message, dry_run, sign, push=not no_push)
    done = retire(context.world, Artifact.parse(model), options)
    report(context.world, [done], options, _sentence, as_json=as_json)


def _sentence(written: Written) -> str:
    name = str(written.event.artifact)
    return (
        f"deprecated {name}"
        if written.new
        else f"{name} is deprecated already; nothing was written"
    )
