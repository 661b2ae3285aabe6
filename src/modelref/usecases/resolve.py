"""Resolve a ref: which version, commit and tag it means now, or meant at a time."""

from dataclasses import dataclass

from modelref.domain.event import Event
from modelref.domain.finding import Finding
from modelref.domain.names import Artifact
from modelref.domain.outs import Out
from modelref.domain.ref import Ref, quoted
from modelref.domain.registry import Model, VersionState
from modelref.domain.version import Version
from modelref.errors import UnknownRef
from modelref.ports import World
from modelref.usecases.reading import read_model


@dataclass(frozen=True, slots=True)
class Target:
    """What a ref means.

    Attributes:
        artifact: the model.
        version: the version; None where a stage holds a bare commit.
        commit: the commit.
        event: the registration, or the assignment for a stage.
    """

    artifact: Artifact
    version: Version | None
    commit: str
    event: Event

    def __str__(self) -> str:
        return f"{self.artifact}@{self.version}" if self.version else f"{self.artifact} at {self.commit[:10]}"


@dataclass(frozen=True, slots=True)
class Resolved:
    """A version with its files.

    Attributes:
        target: what the ref means.
        path: repository path of the model's files.
        outs: its outs.
        cached: for each out, whether all its bytes are in this clone's cache.
        findings: what was odd about the model's tags.
    """

    target: Target
    path: str
    outs: tuple[Out, ...]
    cached: tuple[bool, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def name(self) -> str:
        """The model, ``name`` or ``dir:name``."""
        return str(self.target.artifact)

    @property
    def version(self) -> str | None:
        """The version, ``v1.2.3``; None where a stage holds a bare commit."""
        return str(self.target.version) if self.target.version else None

    @property
    def commit(self) -> str:
        """Full id of the commit."""
        return self.target.commit

    @property
    def tag(self) -> str:
        """Tag of the registration, or of the assignment for a stage."""
        return self.target.event.tag


def resolve(world: World, ref: Ref, *, at: int | None = None) -> Resolved:
    """Resolve a ref to a version and its outs.

    Raises:
        UnknownRef: the model, version or stage is not there.
    """
    model, findings = read_model(world, ref.artifact, at=at)
    target = find(model, ref)
    snapshot = world.pipeline.snapshot(ref.artifact, target.commit)
    return Resolved(
        target,
        snapshot.annotation.path,
        snapshot.outs,
        tuple(world.outputs.cached(out) for out in snapshot.outs),
        findings,
    )


def find(model: Model, ref: Ref) -> Target:
    """Find what a ref means in a model.

    Raises:
        UnknownRef: the version or the stage is not there, or the version is withdrawn.
    """
    if ref.stage is not None:
        event = model.current(ref.stage)
        if event is None:
            raise _empty_stage(model, ref)
        return target_of(model, event)
    state = model.versions.get(ref.version) if ref.version else model.latest
    if state is None:
        raise _no_version(model, ref)
    if not state.active:
        raise UnknownRef(
            f"{model.artifact}@{state.version} was withdrawn",
            kind="withdrawn-version",
            hint=f"modelref history {model.artifact} says by whom and why",
        )
    return Target(model.artifact, state.version, state.commit, state.event)


def target_of(model: Model, event: Event) -> Target:
    """The version that an assignment put into its stage."""
    state = model.at_commit(event.commit)
    return Target(model.artifact, state.version if state else None, event.commit, event)


def version_name(model: Model, commit: str) -> str:
    """A commit's version, or the commit itself in short where it has none."""
    state: VersionState | None = model.at_commit(commit)
    return str(state.version) if state else commit[:10]


def _empty_stage(model: Model, ref: Ref) -> UnknownRef:
    held = sorted(name for name in model.stages if model.current(name) is not None)
    known = ", ".join(quoted(f"{model.artifact}#{name}") for name in held)
    return UnknownRef(
        f"stage {ref.stage} of {model.artifact} holds no version",
        kind="empty-stage",
        hint=f"stages that do: {known}" if known else f"modelref promote {model.artifact}@latest {ref.stage}",
    )


def _no_version(model: Model, ref: Ref) -> UnknownRef:
    latest = model.latest
    if latest is None:
        return UnknownRef(
            f"{model.artifact} has no active version",
            kind="unknown-version",
            hint=f"modelref register {model.artifact}",
        )
    return UnknownRef(
        f"{model.artifact} has no version {ref.version}",
        kind="unknown-version",
        hint=f"its latest is {latest.version}; modelref show {model.artifact} lists all",
    )
