"""``modelref follow``."""

import math
import os
import subprocess
import sys

import click

from modelref.api.shapes.versions import target_shape
from modelref.domain.ref import Ref
from modelref.domain.target import Target
from modelref.errors import BadInput, ModelRefError
from modelref.surfaces.cli import completion
from modelref.surfaces.cli.app import Context
from modelref.surfaces.cli.output import note, report_findings, say, say_json_line
from modelref.usecases.follow import follow as follow_ref
from modelref.usecases.signatures import unknown_rules

_STANDARD_ERROR = 2
_LONGEST_INTERVAL = 7 * 24 * 3600.0


@click.command(short_help="Run a command each time a ref moves.")
@click.argument("ref", shell_complete=completion.refs)
@click.option("--exec", "command", metavar="CMD", help="What to run, by the shell.")
@click.option(
    "--interval",
    type=click.FloatRange(min=0.05, max=_LONGEST_INTERVAL),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="How often to look.",
)
@click.option("--once", is_flag=True, help="Run it for the present version, then end.")
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each move.")
@click.pass_obj
def follow(
    context: Context, ref: str, command: str | None, interval: float, once: bool, as_json: bool
) -> None:
    """Run CMD for the version that a ref means now, and each time it moves.

    CMD finds MODELREF_MODEL, MODELREF_VERSION, MODELREF_COMMIT and
    MODELREF_TAG in its environment. If it fails, that is said, and the
    next move runs it again. Stops at Ctrl-C.

    In a clone that is what the clone has: modelref fetch brings what others
    did. With --repo the host is asked at each look.

    \b
    modelref follow 'recommender#prod' --exec ./deploy.sh
    modelref follow 'recommender#prod' --json
    """
    if command is None and not as_json:
        raise BadInput(
            "there is nothing to do for a move", kind="usage", hint="add --exec CMD, or --json"
        )
    if not math.isfinite(interval):
        raise BadInput("--interval is no number of seconds", kind="usage", hint="--interval 10")
    report_findings(unknown_rules(context.world))
    for target in follow_ref(context.world, Ref.parse(ref), interval, _note_failure):
        if as_json:
            say_json_line(target_shape(ref, target))
        else:
            say(f"{ref} is {target}")
            sys.stdout.flush()
        code = _run(command, target, as_json=as_json) if command is not None else 0
        if once:
            click.get_current_context().exit(1 if code else 0)


def _run(command: str, target: Target, *, as_json: bool) -> int:
    """Run the person's command for a version; what it prints never mixes with JSON."""
    out = _STANDARD_ERROR if as_json else None
    done = subprocess.run(command, shell=True, env=_environment(target), stdout=out, check=False)  # noqa: S602  # the person's own command line
    if done.returncode:
        note(f"warning: {command!r} ended with exit code {done.returncode} for {target}")
    return done.returncode


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
