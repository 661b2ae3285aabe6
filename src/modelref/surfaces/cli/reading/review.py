"""``modelref review``."""

import sys

import click

from modelref.api.review.comment import nothing, review_markdown
from modelref.api.review.facts import facts, reason, title
from modelref.api.review.shape import review_shape
from modelref.domain.reviewing import Shipping
from modelref.errors import BadInput
from modelref.surfaces.cli.app import Context
from modelref.surfaces.cli.options import as_json, at_option
from modelref.surfaces.cli.output import facts as say_facts
from modelref.surfaces.cli.output import note, progress, say, say_json
from modelref.usecases.review import Review
from modelref.usecases.review import review as look


@click.command(short_help="What a pull request does to each model.")
@click.argument("span", metavar="[BASE..HEAD]", default="")
@click.option("--md", is_flag=True, help="Markdown, ready to post as one comment.")
@click.option("--fetch", is_flag=True, help="First bring what is compared from DVC remotes.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if a gate says no.")
@as_json
@at_option
@click.pass_obj
def review(
    context: Context,
    span: str,
    md: bool,
    fetch: bool,
    exit_code: bool,
    as_json: bool,
    at: int | None,
) -> None:
    """Say what a range of commits does to each model: better or not, may it ship.

    Compared are HEAD and the commit where it left BASE, the default branch
    unless given; neither need be a registered version. The gate is the
    first that modelref.yaml of the default branch has for the model.

    \b
    modelref review                        this branch
    modelref review main..HEAD --md        as a comment
    modelref review origin/main...HEAD --fetch --exit-code
    """
    if as_json and md:
        raise BadInput("--json and --md exclude each other", kind="usage", hint="choose one")
    with progress("bringing") as tell:
        found = look(context.world, span, at=at, fetch=fetch, progress=tell)
    if as_json:
        say_json(review_shape(found))
    elif md:
        sys.stdout.write(review_markdown(found))
    else:
        _say(found)
    if exit_code and any(model.shipping is Shipping.NO for model in found.models):
        click.get_current_context().exit(1)


def _say(found: Review) -> None:
    for absent in found.absent:
        note(f"warning: {reason(absent)}")
    if not found.models:
        say(nothing(found))
        return
    for model in found.models:
        say(title(model))
        told = {str(fact.question): "\n".join(fact.lines) for fact in facts(model)}
        if told:
            say_facts(told)
        say()
    say(f"{found.span}; --md has the tables, --json all")
