"""``modelref history``."""

from collections.abc import Callable, Mapping
from typing import Any

import click

from modelref.api.shapes.registry import events_shape
from modelref.domain.message import EVENT, FORCED, VERDICT
from modelref.domain.names import Artifact, parse_stage
from modelref.domain.stage import ROLLBACK
from modelref.errors import BadInput
from modelref.surfaces.cli import completion
from modelref.surfaces.cli.app import Context
from modelref.surfaces.cli.options import as_json, at_option
from modelref.surfaces.cli.output import is_narrow, note, report_findings, say_json, table
from modelref.usecases.history import history as read_history


@click.command(short_help="Every event, newest first.")
@click.argument("model", required=False, shell_complete=completion.models)
@click.option(
    "--stage",
    metavar="STAGE",
    shell_complete=completion.stages,
    help="Only the events of one stage.",
)
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
    told = read_history(
        context.world,
        _parse(model) if model else None,
        parse_stage(stage) if stage else None,
        at=at,
    )
    report_findings(told.registry.findings)
    shape = events_shape(told.events, told.registry, told.sides.pushed)
    if as_json:
        say_json(shape)
        return
    if not told.events:
        note("no event" + (f" of stage {stage}" if stage else ""))
        return
    # A tag says its model and stage: these columns are for those who have the room.
    hidden = {
        "Model": model or is_narrow(_WIDE),
        "Stage": stage or is_narrow(_WIDE),
        "Remote": all(row["pushed"] is not False for row in shape["events"]),
    }
    columns = {name: cell for name, cell in _COLUMNS.items() if not hidden.get(name)}
    names = list(columns)
    table(
        names,
        [[cell(row) for cell in columns.values()] for row in shape["events"]],
        free=[names.index("Author"), names.index("Message")],
    )


def _parse(text: str) -> Artifact:
    name, mark, stage = text.partition("#")
    if mark:
        raise BadInput(
            f"{text!r} names what a stage holds, not a model",
            kind="invalid-ref",
            hint=f"modelref history {name} --stage {stage}",
        )
    return Artifact.parse(text)


_WIDE = 110
"""Columns of a terminal that has room for every column of the table."""


def _event(row: Mapping[str, Any]) -> str:
    if row["trailers"].get(EVENT) == ROLLBACK:
        return ROLLBACK
    forced = row["trailers"].get(VERDICT) == FORCED
    return f"{row['kind']}, forced" if forced else str(row["kind"])


def _message(row: Mapping[str, Any]) -> str:
    subject, _, own = row["message"].partition("\n\n")
    return str(own.partition("\n")[0] or subject)


_COLUMNS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "Date (UTC)": lambda row: str(row["date"][:16].replace("T", " ")),
    "Event": _event,
    "Model": lambda row: str(row["model"]),
    "Version": lambda row: str(row["version"] or "-"),
    "Stage": lambda row: str(row["stage"] or "-"),
    "Author": lambda row: str(row["author"]),
    "Message": _message,
    "Tag": lambda row: str(row["tag"]),
    "Remote": lambda row: "local only" if row["pushed"] is False else "",
}
