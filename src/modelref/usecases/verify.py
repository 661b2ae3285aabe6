"""Verify: prove that every event is sound and that every live version still loads."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelref.domain.audit import audit
from modelref.domain.finding import Finding, Severity, untold
from modelref.domain.message import OUTS
from modelref.domain.names import Artifact
from modelref.domain.outs import Out
from modelref.domain.registry import Model, VersionState
from modelref.domain.snapshot import Made
from modelref.errors import ModelRefError, OutOfReach
from modelref.usecases.digest import outs_digest
from modelref.usecases.gating.approving import audit_approvals
from modelref.usecases.gating.audit import audit_promotions
from modelref.usecases.links import refuse_unloadable
from modelref.usecases.reading import read_registry, unknown_model
from modelref.usecases.sharing.beside import beside_remote
from modelref.usecases.signatures import signature_findings, unknown_rules

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
    at: int | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Verification:
    """Check every event, chain and signature, and that each live version is as registered.

    Args:
        world: the ports.
        artifact: only this model.
        deep: also hash every byte of the live versions.
        at: seconds since 1970-01-01 UTC: only the events up to then, as the registry stood.
        progress: called with the name of each version before it is looked into.

    Raises:
        UnknownRef: the model has no event.
        OutOfReach: the program that checks signatures, or the list of signers, is missing.
    """
    registry = read_registry(world, artifact, at=at, bodies=True)
    if artifact is not None and artifact not in registry.models and not registry.findings:
        raise unknown_model(world, artifact, at)
    # The remote is only known as it is now.
    beside = tuple(beside_remote(world, artifact)) if at is None else ()
    findings = [*untold(registry.findings, beside), *beside, *unknown_rules(world)]
    remotes = _Remotes(world)
    versions = hashed = 0
    for model in registry.models.values():
        findings += [*audit(model), *audit_promotions(model)]
        progress(f"{model.artifact}: signatures")
        findings += [
            *signature_findings(world, model),
            *audit_approvals(world, model),
        ]
        live = [state for state in model.versions.values() if state.active]
        findings += _metrics(world, model, live)
        for state in live:
            versions += 1
            progress(f"{model.artifact}@{state.version}")
            try:
                made = world.pipeline.made(model.artifact, state.commit)
                findings += _version(world, model, state, made.outs, remotes)
                count, damaged = _bytes(world, state, made) if deep else (0, [])
            except ModelRefError as error:
                findings.append(_unreadable(state, error))
                continue
            hashed += count
            findings += damaged
    findings.sort(key=lambda finding: finding.severity is not Severity.ERROR)
    events = sum(len(model.events) for model in registry.models.values())
    return Verification(events, versions, hashed, tuple(findings))


def _version(
    world: "World", model: Model, state: VersionState, outs: tuple[Out, ...], remotes: "_Remotes"
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
    absent = [out for out in outs if not world.outputs.cached(out)]
    if absent:
        held = model.stages_of(state.commit)
        where = f", and {' and '.join(held)} holds it" if held else ""
        names = [out.path for out in absent]
        severity, whereabouts, mend = remotes.tell(model.artifact, state, absent)
        yield Finding(
            severity,
            "missing-bytes",
            state.event.tag,
            f"has files that are not in the cache here{whereabouts} ({', '.join(names)}){where}",
            mend,
        )


def _metrics(world: "World", model: Model, live: Sequence[VersionState]) -> Iterator[Finding]:
    """Metrics that are there, but say nothing: gates and diffs go without them."""
    refused = world.pipeline.unreadable(model.artifact, [state.commit for state in live])
    for state in live:
        for error in refused.get(state.commit, ()):
            lost = isinstance(error, OutOfReach)
            yield Finding(
                Severity.ERROR if lost else Severity.WARNING,
                error.kind,
                state.event.tag,
                f"has metrics that cannot be read: {error.message}",
                error.hint,
            )


@dataclass(slots=True)
class _Remotes:
    """Says what DVC remotes have of what is missing here; one silence is enough of an answer."""

    world: "World"
    silence: str = ""

    def tell(
        self, artifact: Artifact, state: VersionState, absent: Sequence[Out]
    ) -> tuple[Severity, str, str]:
        """How bad it is that outs are missing, where else they are, and what mends it."""
        if not self.silence:
            try:
                there = set(self.world.outputs.on_remote(absent).values())
            except OutOfReach as error:
                self.silence = error.message
        names = [out.path for out in absent]
        fetch = self.world.outputs.mending(*names, version=f"{artifact}@{state.version}")
        if self.silence:
            return Severity.WARNING, f", and it is not known who has them: {self.silence}", fetch
        if False in there:
            push = f"in a clone that has them: {self.world.outputs.pushing(state.commit, absent)}"
            return Severity.ERROR, ", nor on their DVC remote", push
        elsewhere = "" if None in there else ", but on their DVC remote"
        return Severity.WARNING, elsewhere, fetch


def _bytes(world: "World", state: VersionState, made: Made) -> tuple[int, list[Finding]]:
    refuse_unloadable(world, state.commit, made.annotation.path, made.outs)
    count = 0
    found: list[Finding] = []
    for out in made.outs:
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
