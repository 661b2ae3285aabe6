"""``modelref history``."""

import click

from modelref.api.shapes.registry import events_shape
from modelref.domain.message import EVENT
from modelref.domain.names import Artifact, parse_stage
from modelref.domain.stage import ROLLBACK
from modelref.surfaces.cli.app import Context
from modelref.surfaces.cli.options import as_json, at_option
from modelref.surfaces.cli.output import report_findings, say_json, table
from modelref.usecases.history import history as read_history


@click.command(short_help="Every event, newest first.")
@click.argument("model", required=False)
@click.option("--stage", metavar="STAGE", help="Only the events of one stage.")
@as_json
@at_option
@click.pass_obj
def history(
    context: Context, model: str | None, stage: str | None, as_json: bool, at: int | None
) -> None:
    """Show every event, newest first: what, who, when and why.

    \b
    modelref history                           all models
    modelref history recommender --stage prod  what prod held, and when
    """
    events, registry = read_history(
        context.world,
        Artifact.parse(model) if model else None,
        parse_stage(stage) if stage else None,
        at=at,
    )
    report_findings(registry.findings)
    shape = events_shape(events, registry)
    if as_json:
        say_json(shape)
        return
    table(
        ["Date (UTC)", "Event", "Model", "Version", "Stage", "Author", "Tag", "Message"],
        [
            [
                row["date"][:16].replace("T", " "),
                ROLLBACK if row["trailers"].get(EVENT) == ROLLBACK else row["kind"],
                row["model"],
                row["version"] or "-",
                row["stage"] or "-",
                row["author"],
                row["tag"],
                row["message"].partition("\n\n")[2].partition("\n")[0] or row["message"],
            ]
            for row in shape["events"]
        ],
    )
