"""``modelref promote``."""

import click

from modelref.domain.names import parse_stage
from modelref.domain.ref import Ref, quoted
from modelref.domain.version import Version
from modelref.errors import BadInput
from modelref.surfaces.cli import completion
from modelref.surfaces.cli.app import Context
from modelref.surfaces.cli.options import write_options
from modelref.surfaces.cli.writing.report import report_batch
from modelref.usecases.promote import Promotion, promote_each
from modelref.usecases.writing import Options, Written


@click.command(short_help="Assign a version to a stage.")
@click.argument(
    "versions", nargs=-1, required=True, metavar="VERSION...", shell_complete=completion.promoted
)
@click.argument("stage", metavar="STAGE", shell_complete=completion.stages)
@click.option("--expect", metavar="VERSION", help="Refuse unless the stage holds this now.")
@click.option("--force", is_flag=True, help="Even past the gate; wants -m, and is recorded.")
@click.option("--revive", is_flag=True, help="Even if the model is deprecated.")
@write_options
@click.pass_obj
def promote(
    context: Context,
    versions: tuple[str, ...],
    stage: str,
    expect: str | None,
    force: bool,
    revive: bool,
    message: str,
    dry_run: bool,
    sign: bool,
    no_push: bool,
    as_json: bool,
) -> None:
    """Assign a version to a stage: what reads the stage then gets it.

    The rules that modelref.yaml of the default branch has for the stage must
    be met; modelref gate shows them.

    \b
    modelref promote recommender@v1.3.0 prod -m "A/B test won"
    modelref promote recommender@latest prod --expect v1.2.0
    """
    refs = [Ref.parse_version(text) for text in versions]
    if len({ref.artifact for ref in refs}) < len(refs):
        raise BadInput(
            "a stage holds one version of a model", kind="usage", hint="name each model once"
        )
    options = Options(message, dry_run, sign, push=not no_push)
    expected = Version.parse(expect) if expect is not None else None
    asked = [Promotion(ref, parse_stage(stage), expected, revive, force) for ref in refs]
    batch = promote_each(context.world, asked, options)
    report_batch(context.world, batch, options, _sentence, as_json=as_json)


def _sentence(written: Written) -> str:
    stage = quoted(f"{written.event.artifact}#{written.event.stage}")
    if not written.new:
        return f"{stage} holds {written.version} already; nothing was written"
    return f"{stage} now holds {written.version} (before: {written.before or 'nothing'})"
