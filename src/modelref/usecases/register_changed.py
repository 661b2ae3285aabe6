"""Register whatever changed: the nightly retrain of many models, in one command."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from modelref.domain.finding import Finding
from modelref.domain.message import OUTS
from modelref.domain.names import Artifact
from modelref.domain.registry import Model, VersionState
from modelref.errors import ModelRefError
from modelref.usecases.batch import run_each
from modelref.usecases.digest import outs_digest
from modelref.usecases.reading import read_registry
from modelref.usecases.register import Registration, command_of, registering
from modelref.usecases.writing import Job, Options, Written

if TYPE_CHECKING:
    from modelref.ports import World


@dataclass(frozen=True, slots=True)
class Sweep:
    """What became of the models.

    Attributes:
        registered: one for each model whose outs differ from its latest version.
        unchanged: models whose outs are those of their latest version.
        failed: models that could not be registered, and why; they keep no other back.
        findings: which models are declared under names that no tag can have.
    """

    registered: tuple[Written, ...]
    unchanged: tuple[Artifact, ...]
    failed: tuple[tuple[Artifact, ModelRefError], ...]
    findings: tuple[Finding, ...] = ()


def register_changed(
    world: "World",
    asked: Callable[[Artifact], Registration],
    only: Collection[Artifact],
    rev: str | None,
    options: Options,
) -> Sweep:
    """Register every declared model whose outs differ from its latest version.

    Args:
        world: the ports.
        asked: how to register a model.
        only: the models to look at; empty for all that are declared at the commit.
        rev: the commit, as a revision; None for HEAD.
        options: what the person asked for.

    Raises:
        UnknownRef: the commit is not there.
    """
    commit = world.commits.resolve("HEAD" if rev is None else rev)
    models = read_registry(world).models
    makers: list[tuple[Artifact, Callable[[], Job]]] = []
    unchanged: list[Artifact] = []
    failed: list[tuple[Artifact, ModelRefError]] = []
    for artifact in only or world.pipeline.declared(commit):
        try:
            registration = asked(artifact)
            if _settled(world, registration, models.get(artifact), commit):
                unchanged.append(artifact)
                continue
            makers.append((artifact, partial(registering, world, registration, options)))
        except ModelRefError as error:
            failed.append((artifact, error))
    batch = run_each(world, makers, options)
    findings = () if only else tuple(world.pipeline.misnamed(commit))
    return Sweep(batch.done, tuple(unchanged), (*failed, *batch.failed), findings)


def _settled(world: "World", asked: Registration, model: Model | None, commit: str) -> bool:
    """Whether the latest version has the model's outs, and the person was told of it."""
    latest = model.latest if model else None
    if latest is None or not _same(world, asked, latest, commit):
        return False
    at = latest.commit if asked.carry else commit
    return not world.journal.pending(command_of(world, asked, at))


def _same(world: "World", asked: Registration, latest: VersionState, commit: str) -> bool:
    outs = world.pipeline.made(asked.artifact, None if asked.carry else commit).outs
    promised = latest.event.trailer(OUTS)
    if promised is None:  # GTO registered it
        promised = outs_digest(world.pipeline.made(asked.artifact, latest.commit).outs)
    return promised == outs_digest(outs)
