"""``modelref verify``."""

from dataclasses import asdict

import click

from modelref.domain.names import Artifact
from modelref.domain.ref import quoted
from modelref.surfaces.cli import completion
from modelref.surfaces.cli.app import Context
from modelref.surfaces.cli.options import as_json, at_option
from modelref.surfaces.cli.output import progress, say, say_json
from modelref.usecases.verify import Verification
from modelref.usecases.verify import verify as verify_registry


@click.command(short_help="Prove that every event is sound and every version loads.")
@click.argument("model", required=False, shell_complete=completion.models)
@click.option("--deep", is_flag=True, help="Also hash every byte of the live versions.")
@as_json
@at_option
@click.pass_obj
def verify(context: Context, model: str | None, deep: bool, as_json: bool, at: int | None) -> None:
    """Prove that every event is sound and that every live version loads.

    Exit code 1 if something is wrong; warnings alone leave it 0.

    \b
    modelref verify
    modelref verify recommender --deep
    """
    with progress("checking") as told:
        found = verify_registry(
            context.world, Artifact.parse(model) if model else None, deep=deep, at=at, progress=told
        )
    if as_json:
        say_json(
            {
                "ok": found.ok,
                "checked": {
                    "events": found.events,
                    "versions": found.versions,
                    "bytes": found.bytes,
                },
                "findings": [asdict(finding) for finding in found.findings],
            }
        )
    else:
        _say(found, deep)
    if not found.ok:
        click.get_current_context().exit(1)


def _say(found: Verification, deep: bool) -> None:
    for finding in found.findings:
        subject = f"the tag {quoted(finding.tag)} " if finding.tag else ""
        say(f"{finding.severity.value}: {subject}{finding.what}")
        if finding.hint:
            say(f"  hint: {finding.hint}")
    hashed = f", {found.bytes:,} bytes hashed" if deep else ""
    wrong = sum(finding.severity.value == "error" for finding in found.findings)
    verdict = "sound" if found.ok else f"{wrong} wrong"
    say(f"{found.events} events and {found.versions} live versions checked{hashed}: {verdict}")
