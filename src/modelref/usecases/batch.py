"""Batches: one verb on several models, and one push of all the events that it makes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelref.domain.names import Artifact
from modelref.errors import ModelRefError
from modelref.usecases.writing import Job, Options, Written, run_all

if TYPE_CHECKING:
    from modelref.ports import World


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of several writes.

    Attributes:
        done: what was written.
        failed: models of which it was not, and why; they keep no other back.
    """

    done: tuple[Written, ...]
    failed: tuple[tuple[Artifact, ModelRefError], ...]


def run_each(
    world: "World", makers: Sequence[tuple[Artifact, Callable[[], Job]]], options: Options
) -> Batch:
    """Prepare jobs, each of which may be refused at once, and run the others together.

    Args:
        world: the ports.
        makers: models, and what makes the job of each.
        options: what the person asked for.

    Raises:
        OutOfReach: the remote does not answer.
    """
    jobs: list[Job] = []
    failed: list[tuple[Artifact, ModelRefError]] = []
    for artifact, make in makers:
        try:
            jobs.append(make())
        except ModelRefError as error:
            failed.append((artifact, error))
    done: list[Written] = []
    for job, outcome in zip(jobs, run_all(world, jobs, options) if jobs else (), strict=True):
        if isinstance(outcome, ModelRefError):
            failed.append((job.artifact, outcome))
        else:
            done += outcome
    return Batch(tuple(done), tuple(failed))
