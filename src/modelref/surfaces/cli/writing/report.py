"""How a write is reported, and acknowledged once it was."""

import sys
from collections.abc import Callable, Sequence

from modelref.api.shapes.writes import written_shape
from modelref.domain.ref import quoted
from modelref.errors import ModelRefError
from modelref.ports import World
from modelref.surfaces.cli.output import say, say_json
from modelref.usecases.writing import Options, Written


def report_each(
    world: World,
    jobs: Sequence[Callable[[], Written]],
    options: Options,
    sentence: Callable[[Written], str],
    *,
    as_json: bool,
) -> None:
    """Run several writes and tell what each did, those before a failing one included."""
    done: list[Written] = []
    try:
        for job in jobs:
            done.append(job())  # noqa: PERF401  # what was done before a failure is told
    except ModelRefError:
        if done:
            report(world, done, options, sentence, as_json=as_json)
        raise
    report(world, done, options, sentence, as_json=as_json)


def _only_here(world: World, tags: Sequence[str]) -> str:
    remotes = world.commits.remotes()
    if not remotes:
        return "only this clone knows: it has no remote"
    remote = "origin" if "origin" in remotes else remotes[0]
    return f"only this clone knows; tell the others: git push {remote} {' '.join(tags)}"


def report(
    world: World,
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
        tags = [quoted(written.event.tag) for written in done if written.new]
        if tags and not options.dry_run:
            say(_only_here(world, tags))
    sys.stdout.flush()
    if not options.dry_run:
        for written in done:
            world.journal.acknowledge(written.command)
