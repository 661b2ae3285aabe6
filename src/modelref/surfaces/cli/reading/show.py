"""``modelref show``."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from modelref.api.shapes.registry import models_shape, versions_shape
from modelref.domain.ref import Ref
from modelref.surfaces.cli import completion
from modelref.surfaces.cli.app import Context
from modelref.surfaces.cli.options import as_json, at_option
from modelref.surfaces.cli.output import held_stages, note, report_findings, say_json, table
from modelref.usecases.reading import read_model, read_registry

if TYPE_CHECKING:
    from modelref.ports import World


@click.command(short_help="All models, one model's versions, or one version's card.")
@click.argument("ref", required=False, shell_complete=completion.refs)
@as_json
@at_option
@click.pass_obj
def show(context: Context, ref: str | None, as_json: bool, at: int | None) -> None:
    """Show all models, one model's versions, or one version's card.

    \b
    modelref show                    what runs where
    modelref show recommender        its versions, newest first
    modelref show recommender@latest one version: files, metrics, parameters
    modelref show 'recommender#prod' the version that prod holds
    """
    if ref is None:
        _show_all(context, as_json, at)
        return
    parsed = Ref.parse(ref)
    if parsed.version or parsed.stage or parsed.latest:
        from modelref.surfaces.cli.reading.card import show_version

        show_version(context.world, parsed, as_json, at)
    else:
        _show_model(context.world, parsed, as_json, at)


def _show_all(context: Context, as_json: bool, at: int | None) -> None:
    registry = read_registry(context.world, at=at)
    report_findings(registry.findings)
    shape = models_shape(registry)
    if as_json:
        say_json(shape)
        return
    if not registry.models:
        if context.repo is not None:
            note("no version of any model is registered in that repository")
        else:
            _say_empty(context.world)
        return
    stages = sorted(
        {stage for model in shape["models"] for stage, held in model["stages"].items() if held}
    )
    rows = [
        [
            str(model.artifact) + (" (deprecated)" if model.deprecated else ""),
            row["latest"] or "-",
            *(_held(row, stage) for stage in stages),
            str(row["versions"]),
        ]
        for model, row in zip(registry.models.values(), shape["models"], strict=True)
    ]
    table(
        ["Model", "Latest", *(f"#{stage}" for stage in stages), "Versions"],
        rows,
        numbers=[len(stages) + 2],
    )


def _held(row: Mapping[str, Any], stage: str) -> str:
    """The version that a stage holds; one that was forced into it is marked."""
    held = row["stages"].get(stage) or "-"
    return f"{held} (forced)" if stage in row["forced"] else str(held)


def _say_empty(world: "World") -> None:
    note("no version of any model is registered in this clone")
    report_findings(world.pipeline.misnamed(None))
    declared = world.pipeline.declared(None)
    if declared:
        note(f"dvc.yaml declares: {', '.join(str(artifact) for artifact in declared)}")
        note(f"hint: modelref register {declared[0]}")
    else:
        note("hint: git fetch --tags brings the team's; dvc artifacts add declares a model")


def _show_model(world: "World", ref: Ref, as_json: bool, at: int | None) -> None:
    model, findings = read_model(world, ref.artifact, at=at, bodies=True)
    report_findings(findings)
    if as_json:
        commits = [state.commit for state in model.versions.values()]
        say_json(versions_shape(model, dict(world.pipeline.metrics(ref.artifact, commits))))
        return
    rows = []
    for row in versions_shape(model, {})["versions"]:
        state = "quarantined" if row["quarantined"] else "" if row["active"] else "withdrawn"
        stages = held_stages(row["stages"], row["forced"])
        subject, _, own = row["message"].partition("\n\n")
        why = own.splitlines()[0] if own else subject
        rows.append(
            [
                row["version"],
                stages or state or "-",
                row["date"][:16].replace("T", " "),
                row["author"],
                row["commit"][:10],
                why,
            ]
        )
    table(["Version", "Stages", "Date (UTC)", "Author", "Commit", "Message"], rows, free=[3, 5])
