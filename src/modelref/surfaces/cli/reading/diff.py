"""``modelref diff``."""

import sys
from collections.abc import Collection
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

import click

from modelref.api.kinds.all import ALL, examples_of, sections
from modelref.api.kinds.metrics import headline
from modelref.api.kinds.section import Section
from modelref.api.markdown import diff_markdown
from modelref.api.shapes.diff import diff_shape
from modelref.domain.diff.kind import DiffKind
from modelref.domain.ref import Ref, quoted
from modelref.errors import BadInput, OutOfReach
from modelref.surfaces.cli import completion
from modelref.surfaces.cli.app import Context
from modelref.surfaces.cli.files import write_whole
from modelref.surfaces.cli.options import as_json, at_option
from modelref.surfaces.cli.output import note, say, say_json, table
from modelref.usecases.compare import ModelDiff, compare
from modelref.usecases.gating.guard import asked_metrics

if TYPE_CHECKING:
    from modelref.ports import World
    from modelref.usecases.reviewing.shipping import Tried

_WIDTH = 80
_EVERY_KIND = ",".join(DiffKind)


@click.command(short_help="What changed between two versions, or since one.")
@click.argument("a", metavar="REF", shell_complete=completion.refs)
@click.argument("b", metavar="[REF]", required=False, shell_complete=completion.refs)
@click.option(
    "--only",
    metavar="KIND,...",
    default=_EVERY_KIND,
    show_default=True,
    help="What to compare.",
)
@click.option("--md", is_flag=True, help="Markdown, for a review comment.")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    metavar="FILE",
    help="Write a page with plots, for a browser; - for the standard output.",
)
@click.option("--patch", is_flag=True, help="Show code that differs line by line.")
@click.option("--examples", is_flag=True, help="Show all lists that change most, no one's id.")
@click.option(
    "--exit-code", is_flag=True, help="Exit with 1 if anything differs, 5 if that cannot be told."
)
@as_json
@at_option
@click.pass_obj
def diff(
    context: Context,
    a: str,
    b: str | None,
    only: str,
    md: bool,
    html: Path | None,
    patch: bool,
    examples: bool,
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
    if as_json + md + (html is not None) > 1:
        raise BadInput(
            "--json, --md and --html exclude each other", kind="usage", hint="choose one"
        )
    _refuse_range(a)
    kinds = [DiffKind.parse(kind.strip()) for kind in only.split(",")]
    other = Ref.parse(b) if b else None
    first = Ref.parse(a)
    found = compare(context.world, first, other, kinds, at=at, patch=patch)
    if as_json:
        say_json(diff_shape(found))
    elif html is not None:
        asked = asked_metrics(context.world, first.artifact)
        tried = _tried(context.world, found, at)
        _write_page(found, html, asked, tried, ALL if examples else None)
    elif md:
        sys.stdout.write(diff_markdown(found, examples=examples))
    else:
        _say_diff(found, ALL if examples else 1)
    if exit_code:
        click.get_current_context().exit(_exit_code(found, wholly=only != _EVERY_KIND))


def _refuse_range(text: str) -> None:
    """Refuse two refs in one word, as git has them."""
    first, dots, second = text.partition("..")
    if dots:
        raise BadInput(
            f"{text!r} names two refs at once",
            kind="usage",
            hint=f"modelref diff {quoted(first)} {quoted(second.lstrip('.'))}",
        )


def _exit_code(found: ModelDiff, *, wholly: bool) -> int:
    """1 where anything differs, 5 where that cannot be told.

    Args:
        found: the diff.
        wholly: the person asked for its kinds; else a model may do without lists to compare.
    """
    if found:
        return 1
    needless = set() if wholly else {DiffKind.BEHAVIOUR} - found.edited
    unknown = set(found.absent) - needless
    return OutOfReach.exit_code if unknown else 0


def _tried(world: "World", found: ModelDiff, at: int | None) -> "Tried | None":
    """What the gate says of the second side, where that is committed and its metrics are shown."""
    from modelref.usecases.reviewing.shipping import may_ship

    if found.b.target is None or DiffKind.METRICS not in found.kinds:
        return None
    return may_ship(world, found.b.target, found.a.target, at=at)


def _write_page(
    found: ModelDiff, path: Path, asked: Collection[str], tried: "Tried | None", most: int | None
) -> None:
    from modelref.surfaces.report.diffpage import FEW, diff_page

    text = diff_page(found, asked=asked, tried=tried, examples=most or FEW)
    if str(path) == "-":
        sys.stdout.write(text)
        return
    write_whole(path, text)
    say(f"the diff {found.a} -> {found.b} is in {path}")


def _say_diff(found: ModelDiff, most: int) -> None:
    say(f"{found.a} -> {found.b}")
    if headline(found):
        say(headline(found))
    for section in [*sections(found), *examples_of(found, most)]:
        _say_section(section)
    if found.stale:
        note(f"warning: the workspace is not what its pipeline makes: {'; '.join(found.stale)}")
        note("hint: dvc repro; until then its metrics are those of an older model")


def _say_section(section: Section) -> None:
    say()
    if section.title:
        say(section.title)
    if section.rows:
        table(section.head, section.rows, numbers=section.numbers)
    elif section.nothing:
        say(section.nothing)
    if section.patch:
        say(section.patch.rstrip("\n"))
    for sentence in section.notes:
        say(fill(sentence, _WIDTH, break_long_words=False, break_on_hyphens=False))
