"""``modelref register``."""

import sys

import click

from modelref.domain.names import Artifact
from modelref.domain.version import Bump, Version
from modelref.errors import BadInput
from modelref.surfaces.cli import completion
from modelref.surfaces.cli.app import Context
from modelref.surfaces.cli.options import write_options
from modelref.surfaces.cli.output import report_findings, say
from modelref.surfaces.cli.writing.report import report, report_batch, report_failed
from modelref.usecases.register import Registration, register_each
from modelref.usecases.register_changed import Sweep, register_changed
from modelref.usecases.writing import Options, Written


@click.command(short_help="Bind a version to a commit.")
@click.argument("models", nargs=-1, metavar="MODEL...", shell_complete=completion.models)
@click.option("--changed", is_flag=True, help="Every model whose files no version has.")
@click.option("--rev", metavar="REV", help="The commit; HEAD unless given.")
@click.option("--version", "version", metavar="VERSION", help="The version to give, as v1.2.3.")
@click.option(
    "--bump",
    type=click.Choice([part.value for part in Bump]),
    default=Bump.PATCH.value,
    show_default=True,
    help="Which part of the highest version goes up.",
)
@click.option("--base", metavar="VERSION", help="Bump this version instead: a hotfix of its line.")
@click.option(
    "--commit",
    "carry",
    is_flag=True,
    help="First commit this model's results on top of HEAD; no branch moves.",
)
@click.option("--revive", is_flag=True, help="Even if the model is deprecated.")
@write_options
@click.pass_obj
def register(
    context: Context,
    models: tuple[str, ...],
    changed: bool,
    rev: str | None,
    version: str | None,
    bump: str,
    base: str | None,
    carry: bool,
    revive: bool,
    message: str,
    dry_run: bool,
    sign: bool,
    no_push: bool,
    as_json: bool,
) -> None:
    """Bind a version of a model to a commit, as a git tag.

    The model's DVC stages must be up to date there and its files in the
    cache. The first version is v0.1.0; then the patch number goes up.

    \b
    modelref register recommender -m "week 50, warm start"
    modelref register recommender --bump minor
    modelref register recommender --rev fix-branch --base v1.4.2
    modelref register --changed --commit      after the nightly retrain
    """
    _check_usage(models, changed, version)
    options = Options(message, dry_run, sign, push=not no_push)
    artifacts = [Artifact.parse(model) for model in models]

    def asked(artifact: Artifact) -> Registration:
        return Registration(
            artifact,
            rev,
            Version.parse(version) if version is not None else None,
            Bump.parse(bump),
            Version.parse(base) if base is not None else None,
            carry,
            revive,
        )

    if changed:
        sweep = register_changed(context.world, asked, artifacts, rev, options)
        _report_sweep(context, sweep, options, as_json)
        return
    batch = register_each(context.world, [asked(one) for one in artifacts], options)
    report_batch(context.world, batch, options, _sentence, as_json=as_json)


def _check_usage(models: tuple[str, ...], changed: bool, version: str | None) -> None:
    if not models and not changed:
        raise BadInput(
            "no model is named", kind="usage", hint="modelref register MODEL, or register --changed"
        )
    if version and (changed or len(models) > 1):
        raise BadInput(
            "one --version cannot serve several models", kind="usage", hint="leave it out"
        )


def _report_sweep(context: Context, sweep: Sweep, options: Options, as_json: bool) -> None:
    """Say what was registered, then what could not be; the exit code is that of the worst."""
    report(
        context.world,
        sweep.registered,
        options,
        _sentence,
        as_json=as_json,
        several=True,
    )
    report_findings(sweep.findings)
    code = report_failed(sweep.failed, as_json=as_json)
    if not as_json:
        counts = (len(sweep.registered), len(sweep.unchanged), len(sweep.failed))
        say("{} registered, {} unchanged, {} refused".format(*counts))
    sys.stdout.flush()
    if code:
        click.get_current_context().exit(code)


def _sentence(written: Written) -> str:
    event = written.event
    name = f"{event.artifact}@{written.version}"
    if not written.new:
        return f"{name} is registered at commit {event.commit[:10]} already; nothing was written"
    return f"registered {name} at commit {event.commit[:10]}"
