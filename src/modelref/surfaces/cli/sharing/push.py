"""``modelref push``."""

import click

from modelref.api.shapes.sharing import pushed_shape
from modelref.domain.names import Artifact
from modelref.domain.ref import quoted
from modelref.errors import Conflict, OutOfReach
from modelref.surfaces.cli import completion
from modelref.surfaces.cli.app import Context
from modelref.surfaces.cli.options import as_json
from modelref.surfaces.cli.output import MOST_FINDINGS, say, say_json
from modelref.surfaces.cli.sharing.leases import warn_alone
from modelref.usecases.sharing.push import PushedEvents
from modelref.usecases.sharing.push import push as push_events


@click.command(short_help="Tell the remote of events that only this clone knows.")
@click.argument("models", nargs=-1, metavar="[MODEL]...", shell_complete=completion.models)
@click.option("--dry-run", is_flag=True, help="Fetch, and say what would be pushed.")
@as_json
@click.pass_obj
def push(context: Context, models: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Tell the remote of the events that only this clone knows.

    All in one push, or none. An event that somebody else was faster with is
    said and left: nothing is ever renumbered. So is a version whose bytes are
    not on its DVC remote, with what stands on it. Exit code 4 then, or 5
    where all that is left waits for a DVC remote.

    \b
    modelref push
    modelref push recommender --dry-run
    """
    artifacts = [Artifact.parse(model) for model in models]
    pushed = push_events(context.world, artifacts, dry_run=dry_run)
    if as_json:
        say_json(pushed_shape(pushed))
    else:
        _say(pushed, dry_run)
    warn_alone(pushed.remote, pushed.alone)
    if pushed.left:
        waits = all(left.waits for left in pushed.left)
        click.get_current_context().exit((OutOfReach if waits else Conflict).exit_code)


def _say(pushed: PushedEvents, dry_run: bool) -> None:
    dry = "(dry run) " if dry_run else ""
    for event in pushed.events:
        say(f"{dry}pushed {quoted(event.tag)} to {pushed.remote}: {event.subject}")
    if not pushed.events and not pushed.left:
        say(f"{pushed.remote} knows all events of this clone")
    for left in pushed.left[:MOST_FINDINGS]:
        say(f"not pushed: {quoted(left.tag)} {left.why}")
        say(f"  hint: {left.hint}")
    if len(pushed.left) > MOST_FINDINGS:
        more = len(pushed.left) - MOST_FINDINGS
        say(f"not pushed: {more} more tags like these: modelref push --json has all")
