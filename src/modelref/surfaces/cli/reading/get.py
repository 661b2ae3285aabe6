"""``modelref get``."""

from pathlib import Path

import click

from modelref.api.shapes.versions import resolved_shape
from modelref.domain.ref import Ref
from modelref.surfaces.cli import completion
from modelref.surfaces.cli.app import Context
from modelref.surfaces.cli.options import as_json, at_option
from modelref.surfaces.cli.output import progress, report_findings, say, say_json
from modelref.usecases.get import get as get_files
from modelref.usecases.resolve import resolve


@click.command(short_help="The files of a version, verified, without a checkout.")
@click.argument("ref", shell_complete=completion.refs)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where to; ./NAME-VERSION/ unless given.",
)
@click.option("--deep", is_flag=True, help="Hash every file, even if it was checked before.")
@as_json
@at_option
@click.pass_obj
def get(
    context: Context,
    ref: str,
    paths: tuple[str, ...],
    output: Path | None,
    deep: bool,
    as_json: bool,
    at: int | None,
) -> None:
    """Bring the files of a version to a folder, verified, without a checkout.

    \b
    modelref get recommender@v1.2.0
    modelref get 'recommender#prod' model.json -o /tmp/prod
    """
    resolved = resolve(context.world, Ref.parse(ref), at=at)
    report_findings(resolved.findings)
    folder = output or Path(
        f"{resolved.target.artifact.name}-{resolved.version or resolved.commit[:10]}"
    )
    with progress("bringing") as told:
        got = get_files(context.world, resolved, folder, paths, deep=deep, progress=told)
    if as_json:
        files = {path: str(place.absolute()) for path, place in got.files.items()}
        say_json(resolved_shape(resolved) | {"folder": str(got.folder.absolute()), "files": files})
        return
    count = len(got.files)
    already = ", already there" if got.already else ""
    say(f"{resolved.target}: {count} file{'s' if count != 1 else ''} in {got.folder}/{already}")
