"""``modelref resolve``."""

import click

from modelref.api.numbers import size
from modelref.api.shapes.versions import resolved_shape
from modelref.domain.ref import Ref
from modelref.surfaces.cli import completion
from modelref.surfaces.cli.app import Context
from modelref.surfaces.cli.options import as_json, at_option
from modelref.surfaces.cli.output import facts, report_findings, say, say_json, table
from modelref.usecases.resolve import resolve as resolve_ref


@click.command(short_help="Which version, commit and files a ref means.")
@click.argument("ref", shell_complete=completion.refs)
@as_json
@at_option
@click.pass_obj
def resolve(context: Context, ref: str, as_json: bool, at: int | None) -> None:
    """Say which version, commit, tag and files a ref means.

    \b
    modelref resolve 'recommender#prod'
    modelref resolve 'recommender#prod' --at 2026-11-03
    """
    resolved = resolve_ref(context.world, Ref.parse(ref), at=at)
    report_findings(resolved.findings)
    if as_json:
        say_json(resolved_shape(resolved))
        return
    facts(
        {
            "model": resolved.name,
            "version": resolved.version or "- (a bare commit)",
            "commit": resolved.commit,
            "tag": resolved.tag,
        }
    )
    say()
    table(
        ["Output", "Size", "Files", "Algorithm", "Hash", "Cached"],
        [
            [
                out.path,
                size(out.size),
                str(out.files or 1),
                out.algorithm,
                out.hash,
                "yes" if cached else "no",
            ]
            for out, cached in zip(resolved.outs, resolved.cached, strict=True)
        ],
        numbers=[1, 2],
    )
