"""Register whatever changed: the nightly retrain of many models, in one command."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from modelref.domain.finding import Finding, Severity
from modelref.domain.message import OUTS
from modelref.domain.names import Artifact
from modelref.domain.ref import quoted
from modelref.domain.registry import Model, VersionState
from modelref.errors import ModelRefError
from modelref.usecases.batch import run_each
from modelref.usecases.digest import outs_digest
from modelref.usecases.reading import read_registry
from modelref.usecases.register import (
    Registration,
    command_of,
    refuse_uncommitted,
    registering,
)
from modelref.usecases.writing import Job, Options, Written

if TYPE_CHECKING:
    from modelref.ports import World

_MOST_READ = 50
"""Versions that GTO registered, whose outs are read from their commits: the newest."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """What became of the models.

    Attributes:
        registered: one for each model whose outs no version has.
        unchanged: models whose outs a version has, which nearly always is the latest.
        failed: models that could not be registered, and why; they keep no other back.
        findings: which models are declared under names that no tag can have, and which have the
            outs of another version than the latest, or of a withdrawn one only.
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
    """Register every declared model whose outs no version of it has.

    What an older version has is not registered as the newest: a branch that has not got the newest
    outs, because they lie on a commit beside it, would take ``@latest`` back. Nor is what only a
    withdrawn version has: somebody said that it must not be.

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
    findings: list[Finding] = [] if only else [*world.pipeline.misnamed(commit)]
    for artifact in only or world.pipeline.declared(commit):
        try:
            registration = asked(artifact)
            model = models.get(artifact)
            known = _known(world, registration, model, commit) if model else None
            if model and known and not _untold(world, registration, known, commit):
                _refuse_forgotten(world, registration, commit)
                unchanged.append(artifact)
                again = _again(registration, known, commit)
                findings += (
                    _behind(model, known, again)
                    if known.active
                    else [_withdrawn(artifact, known, again)]
                )
                continue
            makers.append((artifact, partial(registering, world, registration, options)))
        except ModelRefError as error:
            failed.append((artifact, error))
    batch = run_each(world, makers, options)
    return Sweep(batch.done, tuple(unchanged), (*failed, *batch.failed), tuple(findings))


def _known(world: "World", asked: Registration, model: Model, commit: str) -> VersionState | None:
    """The highest version that has the model's outs, a withdrawn one if no other has; or None."""
    outs = outs_digest(world.pipeline.made(asked.artifact, None if asked.carry else commit).outs)
    newest = list(model.versions.values())[::-1]
    by_gto = [state for state in newest if state.event.trailer(OUTS) is None][:_MOST_READ]
    for state in sorted(newest, key=lambda state: not state.active):
        promised = state.event.trailer(OUTS)
        if state in by_gto:
            promised = outs_digest(world.pipeline.made(asked.artifact, state.commit).outs)
        if promised == outs:
            return state
    return None


def _untold(world: "World", asked: Registration, known: VersionState, commit: str) -> bool:
    """Whether a registration was made, and stopped before anybody was told."""
    at = known.commit if asked.carry else commit
    return known.active and world.journal.pending(command_of(world, asked, at))


def _refuse_forgotten(world: "World", asked: Registration, commit: str) -> None:
    """Refuse to call a model unchanged of which the workspace holds another.

    Raises:
        Refused: it does.
    """
    if asked.rev is None:
        outs = world.pipeline.made(asked.artifact, None if asked.carry else commit).outs
        refuse_uncommitted(world, asked.artifact, outs, commit)


def _again(asked: Registration, known: VersionState, commit: str) -> str:
    """The command that registers a model once more, whatever has its outs already."""
    if asked.carry:
        return f"modelref register {asked.artifact} --commit"
    first = "git commit --allow-empty, then " if known.commit == commit else ""
    return f"{first}modelref register {asked.artifact}"


def _withdrawn(artifact: Artifact, known: VersionState, again: str) -> Finding:
    """What to say of a model whose outs only a withdrawn version has."""
    return Finding(
        Severity.WARNING,
        "withdrawn-outs",
        "",
        f"{artifact} has the files of {known.version} here, which was withdrawn: not registered "
        "again",
        f"modelref history {artifact} says why; if they shall be a version all the same: {again}",
    )


def _behind(model: Model, known: VersionState, again: str) -> Iterator[Finding]:
    """What to say of a model whose outs are those of another version than the latest."""
    latest = model.latest
    if latest is not None and latest.version != known.version:
        yield Finding(
            Severity.WARNING,
            "behind-latest",
            "",
            f"{model.artifact} has the files of {known.version} here, and {latest.version} is the "
            "latest: not registered again",
            f"git cherry-pick {quoted(latest.event.tag)} brings the latest; if these shall be the "
            f"latest: {again}",
        )
