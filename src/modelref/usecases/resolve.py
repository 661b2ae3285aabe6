"""Resolve a ref: which version, commit and files it means now, or meant at a time."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelref.domain.finding import Finding
from modelref.domain.gates.recorded.forced import forced_stages
from modelref.domain.names import StageName
from modelref.domain.outs import Out
from modelref.domain.ref import Ref
from modelref.domain.registry import Model
from modelref.domain.target import Target, find
from modelref.usecases.reading import read_model
from modelref.usecases.signatures import check_ref, unknown_rules

if TYPE_CHECKING:
    from modelref.ports import World


@dataclass(frozen=True, slots=True)
class Resolved:
    """A version with its files.

    Attributes:
        target: what the ref means.
        path: repository path of the model's files.
        outs: its outs.
        cached: for each out, whether all its bytes are in this clone's cache.
        findings: what was odd about the model's tags, or is not known of them.
        forced: stages that hold it now though it did not pass their gate.
    """

    target: Target
    path: str
    outs: tuple[Out, ...]
    cached: tuple[bool, ...]
    findings: tuple[Finding, ...] = ()
    forced: tuple[StageName, ...] = ()

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


def resolve(world: "World", ref: Ref, *, at: int | None = None) -> Resolved:
    """Resolve a ref to a version and its outs.

    Raises:
        UnknownRef: the model, version or stage is not there.
        Refused: what it means rests on an event that is not signed as the default branch requires.
    """
    model, findings = read_model(world, ref.artifact, at=at)
    # A tag that is no event has no time: it says nothing of how the registry stood.
    return resolve_in(world, model, ref, findings if at is None else ())


def resolve_in(
    world: "World", model: Model, ref: Ref, findings: tuple[Finding, ...] = ()
) -> Resolved:
    """Resolve a ref of a model that was read already.

    Raises:
        UnknownRef: the version or stage is not there.
        Refused: what it means rests on an event that is not signed as the default branch requires.
    """
    check_ref(world, model, ref, findings)
    target = find(model, ref)
    made = world.pipeline.made(ref.artifact, target.commit)
    return Resolved(
        target,
        made.annotation.path,
        made.outs,
        tuple(world.outputs.cached(out) for out in made.outs),
        (*findings, *unknown_rules(world)),
        forced_stages(model, target.commit),
    )
