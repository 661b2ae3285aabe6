"""``modelref diff``."""

import sys

import click

from modelref.api.markdown import diff_markdown
from modelref.api.numbers import number, signed
from modelref.api.shapes.diff import diff_shape
from modelref.domain.ref import Ref
from modelref.errors import BadInput
from modelref.surfaces.cli.app import Context
from modelref.surfaces.cli.options import as_json
from modelref.surfaces.cli.output import note, say, say_json, table
from modelref.usecases.compare import DiffKind, ModelDiff, Side, compare

_MARKS = {True: "better", False: "worse", None: ""}


@click.command(short_help="What changed between two versions, or since one.")
@click.argument("a", metavar="REF")
@click.argument("b", metavar="[REF]", required=False)
@click.option(
    "--only",
    metavar="KIND,...",
    default=",".join(DiffKind),
    show_default=True,
    help="What to compare.",
)
@click.option("--md", is_flag=True, help="Markdown, for a review comment.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if anything differs.")
@as_json
@click.pass_obj
def diff(
    context: Context, a: str, b: str | None, only: str, md: bool, exit_code: bool, as_json: bool
) -> None:
    """Show what changed from one version to another, or to the workspace.

    \b
    modelref diff recommender@v1.0.0 recommender@v1.1.0
    modelref diff 'recommender#prod'     prod against the workspace
    modelref diff 'recommender#prod' recommender@latest --only metrics --md
    """
    if as_json and md:
        raise BadInput("--json and --md exclude each other", kind="usage", hint="choose one")
    kinds = [DiffKind.parse(kind.strip()) for kind in only.split(",")]
    found = compare(context.world, Ref.parse(a), Ref.parse(b) if b else None, kinds)
    if as_json:
        say_json(diff_shape(found))
    elif md:
        sys.stdout.write(diff_markdown(found))
    else:
        _say_diff(found)
    if exit_code and found:
        click.get_current_context().exit(1)


def _say_diff(found: ModelDiff) -> None:
    say(f"{_name(found.a)} -> {_name(found.b)}")
    if DiffKind.METRICS in found.kinds:
        say()
        rows = [
            [
                change.metric,
                number(change.before),
                number(change.after),
                signed(change.change),
                _MARKS[change.better],
            ]
            for change in found.metrics
        ]
        if rows:
            table(["Metric", "From", "To", "Change", ""], rows, numbers=[1, 2, 3])
        else:
            say("No metric differs.")
    if DiffKind.PARAMS in found.kinds:
        say()
        changed = [
            [change.param, number(change.before), number(change.after)] for change in found.params
        ]
        if changed:
            table(["Parameter", "From", "To"], changed, numbers=[1, 2])
        else:
            say("No parameter differs.")
    for side in (found.a, found.b):
        for sentence in side.snapshot.missing:
            note(f"warning: {_name(side)}: {sentence}")


def _name(side: Side) -> str:
    return str(side.target) if side.target else "workspace"
