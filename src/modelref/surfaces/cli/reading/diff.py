"""``modelref diff``."""

import sys
from collections.abc import Sequence

import click

from modelref.api.markdown import diff_markdown
from modelref.api.rows import (
    METRIC_HEAD,
    NO_METRIC,
    NO_PARAM,
    PARAM_HEAD,
    metric_rows,
    param_rows,
)
from modelref.api.shapes.diff import diff_shape
from modelref.api.weights import (
    FILE_HEAD,
    NO_WEIGHTS,
    TENSOR_HEAD,
    TENSOR_NUMBERS,
    file_rows,
    tensor_rows,
    weights_sentences,
)
from modelref.domain.diff.kind import DiffKind
from modelref.domain.diff.weights import WeightsDiff
from modelref.domain.ref import Ref
from modelref.errors import BadInput
from modelref.surfaces.cli import completion
from modelref.surfaces.cli.app import Context
from modelref.surfaces.cli.options import as_json, at_option
from modelref.surfaces.cli.output import note, say, say_json, table
from modelref.usecases.compare import ModelDiff, Side, compare


@click.command(short_help="What changed between two versions, or since one.")
@click.argument("a", metavar="REF", shell_complete=completion.refs)
@click.argument("b", metavar="[REF]", required=False, shell_complete=completion.refs)
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
@at_option
@click.pass_obj
def diff(
    context: Context,
    a: str,
    b: str | None,
    only: str,
    md: bool,
    exit_code: bool,
    as_json: bool,
    at: int | None,
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
    found = compare(context.world, Ref.parse(a), Ref.parse(b) if b else None, kinds, at=at)
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
        _say_table(METRIC_HEAD, metric_rows(found), NO_METRIC, [1, 2, 3])
    if DiffKind.PARAMS in found.kinds:
        _say_table(PARAM_HEAD, param_rows(found), NO_PARAM, [1, 2])
    if found.weights is not None:
        _say_weights(found.weights)
    if found.stale:
        note(f"warning: the workspace is not what its pipeline makes: {'; '.join(found.stale)}")
        note("hint: dvc repro; until then its metrics are those of an older model")
    for side in (found.a, found.b):
        for sentence in side.snapshot.missing:
            note(f"warning: {_name(side)}: {sentence}")


def _say_weights(found: WeightsDiff) -> None:
    if found.tensors or not found.files:
        _say_table(TENSOR_HEAD, tensor_rows(found), NO_WEIGHTS, TENSOR_NUMBERS)
    if found.files:
        _say_table(FILE_HEAD, file_rows(found), "", ())
    for sentence in weights_sentences(found):
        say(sentence)


def _say_table(
    head: Sequence[str], rows: Sequence[Sequence[str]], nothing: str, numbers: Sequence[int]
) -> None:
    say()
    if rows:
        table(head, rows, numbers=numbers)
    else:
        say(nothing)


def _name(side: Side) -> str:
    return str(side.target) if side.target else "workspace"
