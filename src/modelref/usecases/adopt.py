"""Adopt: make an existing DVC repository ready, without moving or renaming anything."""

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from modelref.domain.config import FILE
from modelref.domain.finding import Finding
from modelref.domain.gates.starter import starter
from modelref.domain.names import Artifact
from modelref.domain.snapshot import Candidate, Values
from modelref.errors import ModelRefError, Refused, UnknownRef
from modelref.usecases.reading import read_registry

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
        misnamed: which models are declared under names that no tag can have.
        unversioned: models that no version is registered of, those that were found now included.
        committed: whether the repository has a commit already.
    """

    declared: tuple[Artifact, ...]
    added: tuple[Candidate, ...]
    written: tuple[str, ...]
    remote: str = ""
    misnamed: tuple[Finding, ...] = ()
    unversioned: tuple[Artifact, ...] = ()
    committed: bool = True


class Extra(NamedTuple):
    """A file to write beside: that of a CI job.

    Attributes:
        path: repository path.
        text: what is to stand in it.
    """

    path: str
    text: str


def adopt(world: "World", *, dry_run: bool, extra: Extra | None = None) -> Adoption:
    """Declare the models that are not declared yet, and say in ``modelref.yaml`` how to go on.

    It gets rules to start from, switched off, and where there is a remote, that events go there.

    Args:
        world: the ports.
        dry_run: say what would be done; write nothing.
        extra: a file to write beside.

    Raises:
        BadInput: a DVC file cannot be read.
        Refused: the file to write beside is there, and is another; nothing was written.
        OutOfReach: a file cannot be written.
    """
    with nullcontext() if dry_run else world.journal.exclusive():
        wanted = _wanted(world, extra)
        declared = tuple(world.pipeline.declared(None))
        misnamed = tuple(world.pipeline.misnamed(None))
        added = tuple(world.pipeline.undeclared())
        written = () if dry_run else tuple(world.pipeline.declare(added))
        models = [*declared, *(candidate.artifact for candidate in added)]
        if models and not dry_run and world.settings.start(starter(_metrics(world, models[0]))):
            written += (FILE,)
        remote = _remote(world)
        if remote and not dry_run:
            written += (world.settings.add_remote(remote),)
        if wanted and not dry_run:
            world.settings.add_file(*wanted)
            written += (wanted.path,)
    known = read_registry(world).models
    return Adoption(
        declared,
        added,
        tuple(dict.fromkeys(written)),
        remote,
        misnamed,
        tuple(model for model in models if model not in known or not known[model].versions),
        _has_commit(world),
    )


def _wanted(world: "World", extra: Extra | None) -> Extra | None:
    """The file to write beside; None where it is there already, as it would be written."""
    there = world.settings.read_file(extra.path) if extra else None
    if extra is None or there == extra.text:
        return None
    if there is not None:
        raise Refused(
            f"{extra.path} is there already, and is not what init would write; nothing was written",
            kind="file-exists",
            hint=f"move it away, run init again, and compare: git diff -- {extra.path}",
        )
    return extra


def _metrics(world: "World", artifact: Artifact) -> Values:
    """What a model scores in the workspace; nothing where it cannot be read yet."""
    try:
        return world.pipeline.snapshot(artifact, None).metrics
    except ModelRefError:
        return {}


def _has_commit(world: "World") -> bool:
    try:
        world.commits.resolve("HEAD")
    except UnknownRef:
        return False
    return True


def _remote(world: "World") -> str:
    """The remote to let events go to; ``""`` where there is none, or one was chosen already."""
    if world.config.remote is not None or not world.commits.remotes():
        return ""
    return world.remote().name
