"""Verify: prove that every event is sound and that every live version still loads."""

import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelref.domain.audit import audit
from modelref.domain.finding import Finding, Severity
from modelref.domain.message import OUTS
from modelref.domain.names import Artifact
from modelref.domain.outs import Out
from modelref.domain.registry import Model, VersionState
from modelref.errors import ModelRefError, OutOfReach
from modelref.usecases.digest import outs_digest
from modelref.usecases.reading import read_registry, unknown_model
from modelref.usecases.sharing.beside import beside_remote

if TYPE_CHECKING:
    from modelref.ports import World


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at, and what was found.

    Attributes:
        events: events read.
        versions: live versions looked into.
        bytes: bytes hashed.
        findings: errors first.
    """

    events: int
    versions: int
    bytes: int
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong; warnings do not count."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)


def verify(
    world: "World",
    artifact: Artifact | None = None,
    *,
    deep: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Verification:
    """Check every event, every chain, and that every live version is what it was registered as.

    Args:
        world: the ports.
        artifact: only this model.
        deep: also hash every byte of the live versions.
        progress: called with the name of each version before it is looked into.

    Raises:
        UnknownRef: the model has no event.
    """
    registry = read_registry(world, artifact)
    if artifact is not None and artifact not in registry.models and not registry.findings:
        raise unknown_model(world, artifact)
    findings = [*registry.findings, *beside_remote(world, artifact)]
    versions = hashed = 0
    for model in registry.models.values():
        findings += audit(model)
        for state in model.versions.values():
            if not state.active:
                continue
            versions += 1
            progress(f"{model.artifact}@{state.version}")
            try:
                outs = world.pipeline.made(model.artifact, state.commit).outs
            except ModelRefError as error:
                findings.append(_unreadable(state, error))
                continue
            findings += _version(world, model, state, outs)
            if deep:
                count, damaged = _bytes(world, state, outs)
                hashed += count
                findings += damaged
    findings.sort(key=lambda finding: finding.severity is not Severity.ERROR)
    events = sum(len(model.events) for model in registry.models.values())
    return Verification(events, versions, hashed, tuple(findings))


def _version(
    world: "World", model: Model, state: VersionState, outs: tuple[Out, ...]
) -> Iterator[Finding]:
    promised = state.event.trailer(OUTS)
    if promised is not None and promised != outs_digest(outs):
        yield Finding(
            Severity.ERROR,
            "other-outs",
            state.event.tag,
            "does not have the outs that it was registered with",
            f"git show {state.commit[:10]}:dvc.lock",
        )
    if not outs:
        yield Finding(Severity.ERROR, "no-outs", state.event.tag, "has no files at its commit")
    absent = [out.path for out in outs if not world.outputs.cached(out)]
    if absent:
        held = model.stages_of(state.commit)
        where = f", and {' and '.join(held)} holds it" if held else ""
        yield Finding(
            Severity.WARNING,
            "missing-bytes",
            state.event.tag,
            f"has files that are not in this clone's cache ({', '.join(absent)}){where}",
            f"dvc fetch --all-tags {shlex.join(absent)}",
        )


def _bytes(world: "World", state: VersionState, outs: tuple[Out, ...]) -> tuple[int, list[Finding]]:
    count = 0
    found: list[Finding] = []
    for out in outs:
        if not world.outputs.cached(out):
            continue  # said already
        try:
            for file in world.outputs.files(out):
                count += world.outputs.check(file)
        except OutOfReach as error:
            found.append(
                Finding(
                    Severity.ERROR,
                    error.kind,
                    state.event.tag,
                    f"is damaged: {error.message}",
                    error.hint,
                )
            )
    return count, found


def _unreadable(state: VersionState, error: ModelRefError) -> Finding:
    return Finding(
        Severity.ERROR,
        error.kind,
        state.event.tag,
        f"cannot be loaded: {error.message}",
        error.hint,
    )
