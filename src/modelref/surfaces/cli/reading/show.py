"""``modelref show``."""

import click

from modelref.api.numbers import number, size
from modelref.api.shapes import (
    message_of,
    models_shape,
    resolved_shape,
    rfc3339,
    version_row,
    versions_shape,
)
from modelref.domain.ref import Ref
from modelref.ports import World
from modelref.surfaces.cli.app import Context
from modelref.surfaces.cli.options import as_json, at_option
from modelref.surfaces.cli.output import facts, note, report_findings, say, say_json, table
from modelref.usecases.reading import read_model, read_registry
from modelref.usecases.resolve import find, resolve


@click.command(short_help="All models, one model's versions, or one version's card.")
@click.argument("ref", required=False)
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
        _show_all(context.world, as_json, at)
        return
    parsed = Ref.parse(ref)
    if parsed.version or parsed.stage or parsed.latest:
        _show_version(context.world, parsed, as_json, at)
    else:
        _show_model(context.world, parsed, as_json, at)


def _show_all(world: World, as_json: bool, at: int | None) -> None:
    registry = read_registry(world, at=at)
    report_findings(registry.findings)
    shape = models_shape(registry)
    if as_json:
        say_json(shape)
        return
    if not registry.models:
        _say_empty(world)
        return
    stages = sorted({stage for model in shape["models"] for stage, held in model["stages"].items() if held})
    rows = [
        [
            str(model.artifact) + (" (deprecated)" if model.deprecated else ""),
            row["latest"] or "-",
            *(row["stages"].get(stage) or "-" for stage in stages),
            str(row["versions"]),
        ]
        for model, row in zip(registry.models.values(), shape["models"], strict=True)
    ]
    table(["Model", "Latest", *(f"#{stage}" for stage in stages), "Versions"], rows, numbers=[len(stages) + 2])


def _say_empty(world: World) -> None:
    note("no version of any model is registered in this clone")
    declared = world.pipeline.declared(None)
    if declared:
        note(f"dvc.yaml declares: {', '.join(str(artifact) for artifact in declared)}")
        note(f"hint: modelref register {declared[0]}")
    else:
        note("hint: git fetch --tags brings the team's; dvc artifacts add declares a model")


def _show_model(world: World, ref: Ref, as_json: bool, at: int | None) -> None:
    model, findings = read_model(world, ref.artifact, at=at, bodies=True)
    report_findings(findings)
    if as_json:
        commits = [state.commit for state in model.versions.values()]
        say_json(versions_shape(model, dict(world.pipeline.metrics(ref.artifact, commits))))
        return
    rows = []
    for row in versions_shape(model, {})["versions"]:
        state = "quarantined" if row["quarantined"] else "" if row["active"] else "withdrawn"
        stages = ", ".join(f"#{stage}" for stage in row["stages"])
        subject, _, own = row["message"].partition("\n\n")
        why = own.splitlines()[0] if own else subject
        rows.append(
            [row["version"], stages or state or "-", row["date"][:16].replace("T", " "),
             row["author"], row["commit"][:10], why]
        )
    table(["Version", "Stages", "Date (UTC)", "Author", "Commit", "Message"], rows)


def _show_version(world: World, ref: Ref, as_json: bool, at: int | None) -> None:
    model, findings = read_model(world, ref.artifact, at=at, bodies=True)
    report_findings(findings)
    target = find(model, ref)
    resolved = resolve(world, ref, at=at)
    snapshot = world.pipeline.snapshot(ref.artifact, target.commit)
    state = model.at_commit(target.commit)
    if as_json:
        card = resolved_shape(resolved)
        if state is not None:
            card |= version_row(model, state, snapshot.metrics)
        card["params"] = {path: dict(values) for path, values in snapshot.params.items()}
        say_json(card)
        return
    event = state.event if state else target.event
    say(f"{target}" + (f"  {snapshot.annotation.desc}" if snapshot.annotation.desc else ""))
    facts(
        {
            "stages": ", ".join(f"#{stage}" for stage in model.stages_of(target.commit)) or "-",
            "commit": target.commit,
            "tag": event.tag,
            "author": f"{event.author} <{event.email}>",
            "date": rfc3339(event.date),
            "message": message_of(event),
        }
    )
    say()
    table(
        ["Output", "Size", "Files", "Hash", "Cached"],
        [
            [out.path, size(out.size), str(out.files or 1), out.hash, "yes" if cached else "no"]
            for out, cached in zip(resolved.outs, resolved.cached, strict=True)
        ],
        numbers=[1, 2],
    )
    for title, values in (("Metric", snapshot.metrics), ("Parameter", snapshot.params)):
        rows = [[key, number(value)] for keys in values.values() for key, value in keys.items()]
        if rows:
            say()
            table([title, "Value"], rows, numbers=[1])
    for sentence in snapshot.missing:
        note(f"warning: {sentence}")
