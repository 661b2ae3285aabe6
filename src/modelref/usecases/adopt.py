"""Adopt: make an existing DVC repository ready, without moving or renaming anything."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelref.domain.names import Artifact
from modelref.domain.snapshot import Candidate

if TYPE_CHECKING:
    from modelref.ports import World


@dataclass(frozen=True, slots=True)
class Adoption:
    """What was found and done.

    Attributes:
        declared: models that ``dvc.yaml`` files declared before.
        added: models that were declared now.
        written: files that were changed or made.
        remote: the remote that events go to from now; ``""`` where nothing was written of it.
    """

    declared: tuple[Artifact, ...]
    added: tuple[Candidate, ...]
    written: tuple[str, ...]
    remote: str = ""


def adopt(world: "World", *, dry_run: bool) -> Adoption:
    """Declare the models that are not declared yet; where there is a remote, let events go there.

    Raises:
        BadInput: a DVC file cannot be read.
        OutOfReach: a ``dvc.yaml`` cannot be written.
    """
    with world.journal.exclusive():
        declared = tuple(world.pipeline.declared(None))
        added = tuple(world.pipeline.undeclared())
        written = () if dry_run else tuple(world.pipeline.declare(added))
        remote = _remote(world)
        if remote and not dry_run:
            written += (world.settings.add_remote(remote),)
    return Adoption(declared, added, written, remote)


def _remote(world: "World") -> str:
    """The remote to let events go to; ``""`` where there is none, or one was chosen already."""
    if world.config.remote is not None or not world.commits.remotes():
        return ""
    return world.remote().name
