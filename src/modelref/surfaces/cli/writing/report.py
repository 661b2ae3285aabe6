"""How a write is reported, and acknowledged once it was."""

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from modelref.api.shapes.writes import written_shape
from modelref.domain.names import Artifact
from modelref.errors import ModelRefError
from modelref.surfaces.cli.output import report_error, report_findings, say, say_json
from modelref.surfaces.cli.sharing.leases import warn_alone
from modelref.usecases.batch import Batch
from modelref.usecases.reading import read_registry
from modelref.usecases.writing import Options, Written

if TYPE_CHECKING:
    from modelref.ports import World


def report_batch(
    world: "World",
    batch: Batch,
    options: Options,
    sentence: Callable[[Written], str],
    *,
    as_json: bool,
) -> None:
    """Tell what several writes did, then what failed; the exit code is that of the worst.

    Raises:
        ModelRefError: a single one failed.
    """
    if batch.done:
        report(world, batch.done, options, sentence, as_json=as_json)
    if len(batch.failed) == 1:
        raise batch.failed[0][1]
    code = report_failed(batch.failed, as_json=as_json)
    if code:
        click.get_current_context().exit(code)


def report_failed(failed: Sequence[tuple[Artifact, ModelRefError]], *, as_json: bool) -> int:
    """Say of which models something could not be written; return the exit code."""
    for artifact, error in failed:
        report_error(error.kind, f"{artifact}: {error.message}", error.hint, as_json=as_json)
    return max((error.exit_code for _, error in failed), default=0)


def _who_knows(world: "World", written: Sequence[Written]) -> str:
    """Who has been told of events."""
    if all(one.pushed for one in written):
        return f"pushed to {world.config.remote}"
    if not world.commits.remotes():
        return "only this clone knows: it has no remote"
    return "only this clone knows; tell the others: modelref push"


def report(
    world: "World",
    done: Sequence[Written],
    options: Options,
    sentence: Callable[[Written], str],
    *,
    as_json: bool,
    nothing: str = "",
    several: bool = False,
) -> None:
    """Tell the person what was written, and only then forget what they set out to do.

    A command killed before this point and repeated finds its event instead of making another.
    What is odd about the models' tags is said last, on standard error.
    """
    if as_json:
        say_json(written_shape(done, several=several))
    else:
        if not done and nothing:
            say(nothing)
        for written in done:
            dry = "(dry run) " if options.dry_run and written.new else ""
            say(f"{dry}{sentence(written)}")
            if written.note:
                say(f"note: {written.note}")
        untold = [one for one in done if one.new or one.pushed is False]
        if untold and not options.dry_run:
            say(_who_knows(world, untold))
    sys.stdout.flush()
    if not options.dry_run:
        for written in done:
            world.journal.acknowledge(written.command)
    warn_alone(world.config.remote, next((one.alone for one in done if one.alone), ""))
    for artifact in dict.fromkeys(written.event.artifact for written in done):
        report_findings(read_registry(world, artifact).findings)
