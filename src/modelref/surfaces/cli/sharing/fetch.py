"""``modelref fetch``."""

from collections.abc import Sequence

import click

from modelref.api.shapes.sharing import fetched_shape
from modelref.domain.ref import quoted
from modelref.domain.sync import REWRITTEN
from modelref.errors import Conflict
from modelref.surfaces.cli.app import Context
from modelref.surfaces.cli.options import as_json
from modelref.surfaces.cli.output import (
    MOST_FINDINGS,
    note,
    report_findings,
    say,
    say_json,
    table,
)
from modelref.usecases.sharing.catching_up import describe
from modelref.usecases.sharing.fetch import Fetched
from modelref.usecases.sharing.fetch import fetch as fetch_events


@click.command(short_help="Bring the remote's events, and see what it changed.")
@as_json
@click.pass_obj
def fetch(context: Context, as_json: bool) -> None:
    """Bring the remote's events, and see what it changed.

    What is new there is taken over. A tag that was moved or deleted there, or
    that was made on both sides, is said and stays as it is here: exit code 4.

    \b
    modelref fetch
    modelref fetch --json
    """
    fetched = fetch_events(context.world)
    report_findings(fetched.registry.findings)
    shape = fetched_shape(fetched)
    if as_json:
        say_json(shape)
    else:
        _say(fetched, [_row(event) for event in shape["new"]])
    if fetched.changed:
        click.get_current_context().exit(Conflict.exit_code)


def _row(event: dict[str, str]) -> list[str]:
    return [event["tag"], event["version"] or "-", event["author"], event["message"].split("\n")[0]]


def _say(fetched: Fetched, rows: list[list[str]]) -> None:
    if rows:
        table(["New", "Version", "Author", "Message"], rows, free=[2, 3])
    else:
        say(f"nothing new on {fetched.remote}")
    for one in fetched.changed[:MOST_FINDINGS]:
        what, hint = describe(one, fetched.remote)
        say(f"{one.standing.value}: {quoted(one.tag)} {what}")
        say(f"  hint: {hint}")
    if len(fetched.changed) > MOST_FINDINGS:
        say(_more(fetched.changed, "tags"))
    if fetched.restored:
        note(
            f"warning: {fetched.remote} lacks the newest events that it had: "
            "it may have been restored from an older state"
        )
    warned = {one.tag for one in fetched.registry.findings if one.kind == REWRITTEN}
    unreached = [event for event in fetched.unreached if event.tag not in warned]
    for event in unreached[:MOST_FINDINGS]:
        note(
            f"note: no branch of {fetched.remote} leads to {event.artifact}@{event.version} "
            "any more: one was taken away there; its tag keeps it"
        )
    if len(unreached) > MOST_FINDINGS:
        note(f"note: {_more(unreached, 'versions')}")
    if fetched.local:
        say(f"only this clone has {_counted(fetched.local)}; tell the others: modelref push")


def _more(told: Sequence[object], what: str) -> str:
    """What is said instead of all that follows the first few."""
    return f"and {len(told) - MOST_FINDINGS} more {what} like these: modelref fetch --json has all"


def _counted(tags: tuple[str, ...]) -> str:
    return quoted(tags[0]) if len(tags) == 1 else f"{len(tags)} events"
