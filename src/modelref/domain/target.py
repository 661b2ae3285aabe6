"""What a ref means in a model, now."""

from dataclasses import dataclass

from modelref.domain.event import Event
from modelref.domain.names import Artifact
from modelref.domain.ref import Ref, quoted
from modelref.domain.registry import Model
from modelref.domain.version import Version
from modelref.errors import UnknownRef


@dataclass(frozen=True, slots=True)
class Revision:
    """A model at a commit, whether anybody registered it or not.

    Attributes:
        artifact: the model.
        version: the version; None where the commit carries none.
        commit: full id of the commit.
    """

    artifact: Artifact
    version: Version | None
    commit: str

    def __str__(self) -> str:
        return (
            f"{self.artifact}@{self.version}"
            if self.version
            else f"{self.artifact} at {self.commit[:10]}"
        )


@dataclass(frozen=True, slots=True)
class Target(Revision):
    """What a ref means: a version, or the bare commit that a stage holds.

    Attributes:
        event: the registration, or the assignment for a stage.
    """

    event: Event


def revision_at(model: Model, commit: str) -> Revision:
    """A model at a commit, under the version that the commit carries, if it does."""
    state = model.at_commit(commit)
    return Revision(model.artifact, state.version if state and state.active else None, commit)


def find(model: Model, ref: Ref) -> Target:
    """Find what a ref means in a model.

    Raises:
        UnknownRef: the version or the stage is not there, or the version is withdrawn.
    """
    if ref.stage is not None:
        event = model.current(ref.stage)
        if event is None:
            raise empty_stage(model, ref)
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


def empty_stage(model: Model, ref: Ref) -> UnknownRef:
    """The error for a stage that holds nothing, with the stages that do."""
    held = sorted(name for name in model.stages if model.current(name) is not None)
    known = ", ".join(quoted(f"{model.artifact}#{name}") for name in held)
    return UnknownRef(
        f"stage {ref.stage} of {model.artifact} holds no version",
        kind="empty-stage",
        hint=f"stages that do: {known}"
        if known
        else f"no stage of it holds anything: modelref show {model.artifact}",
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
