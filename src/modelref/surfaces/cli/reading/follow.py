"""``modelref follow``."""

import os
import subprocess
import sys

import click

from modelref.domain.ref import Ref
from modelref.domain.target import Target
from modelref.errors import ModelRefError
from modelref.surfaces.cli import completion
from modelref.surfaces.cli.app import Context
from modelref.surfaces.cli.output import note, say
from modelref.usecases.follow import follow as follow_ref


@click.command(short_help="Run a command each time a ref moves.")
@click.argument("ref", shell_complete=completion.refs)
@click.option("--exec", "command", metavar="CMD", required=True, help="What to run, by the shell.")
@click.option(
    "--interval",
    type=click.FloatRange(min=0.05),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="How often to look.",
)
@click.option("--once", is_flag=True, help="Run it for the present version, then end.")
@click.pass_obj
def follow(context: Context, ref: str, command: str, interval: float, once: bool) -> None:
    """Run CMD for the version that a ref means now, and each time it moves.

    CMD finds MODELREF_MODEL, MODELREF_VERSION, MODELREF_COMMIT and
    MODELREF_TAG in its environment. If it fails, that is said, and the
    next move runs it again. Stops at Ctrl-C.

    \b
    modelref follow 'recommender#prod' --exec ./deploy.sh
    """
    for target in follow_ref(context.world, Ref.parse(ref), interval, _note_failure):
        say(f"{ref} is {target}")
        sys.stdout.flush()
        code = subprocess.run(command, shell=True, env=_environment(target), check=False).returncode  # noqa: S602  # the person's own command line
        if code:
            note(f"warning: {command!r} ended with exit code {code} for {target}")
        if once:
            click.get_current_context().exit(1 if code else 0)


def _note_failure(error: ModelRefError) -> None:
    note(f"warning: {error.message}; the version before stays")
    if error.hint:
        note(f"hint: {error.hint}")


def _environment(target: Target) -> dict[str, str]:
    return {
        **os.environ,
        "MODELREF_MODEL": str(target.artifact),
        "MODELREF_VERSION": str(target.version or ""),
        "MODELREF_COMMIT": target.commit,
        "MODELREF_TAG": target.event.tag,
    }
