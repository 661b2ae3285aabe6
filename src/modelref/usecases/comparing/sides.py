"""The two sides of a diff."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelref.domain.names import Artifact
from modelref.domain.ref import Ref
from modelref.domain.snapshot import Snapshot
from modelref.domain.target import Revision, find
from modelref.errors import BadInput
from modelref.usecases.reading import read_model, read_registry

if TYPE_CHECKING:
    from modelref.ports import World


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a diff.

    Attributes:
        target: the version, or the commit without one; None for the workspace.
        snapshot: its facts.
        cached: for each out, whether all its bytes are in this clone's cache.
    """

    target: Revision | None
    snapshot: Snapshot
    cached: tuple[bool, ...] = ()

    def __str__(self) -> str:
        return str(self.target) if self.target else "workspace"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sides of one model.

    Attributes:
        artifact: the model.
        a: where the diff comes from.
        b: where it goes to.
    """

    artifact: Artifact
    a: Side
    b: Side


def read_pair(world: "World", a: Ref, b: Ref | None, at: int | None) -> Pair:
    """Read both sides; ``b`` None is the workspace.

    Raises:
        UnknownRef: one is not there.
        BadInput: the refs name two different models.
    """
    if b is not None and a.artifact != b.artifact:
        _refuse_revisions(world, a, b)
        raise BadInput(
            f"{a} and {b} are versions of different models",
            kind="invalid-ref",
            hint="compare two versions of one model",
        )
    before = _version(world, a, at)
    after = _version(world, b, at) if b else _side(world, a.artifact, None)
    return Pair(a.artifact, before, after)


def _refuse_revisions(world: "World", a: Ref, b: Ref) -> None:
    """Refuse two branches where versions are meant: a review compares them."""
    bare = all(ref == Ref(ref.artifact) for ref in (a, b))
    known = read_registry(world).models if bare else {}
    strange = next((ref for ref in (a, b) if ref.artifact not in known), None)
    if bare and strange is not None:
        raise BadInput(
            f"{strange} is no version of a model",
            kind="invalid-ref",
            hint=f"to compare revisions: modelref review {a}..{b}",
        )


def read_revisions(world: "World", a: Revision, b: Revision) -> Pair:
    """Read a model at two commits, which need be no versions.

    Raises:
        UnknownRef: no ``dvc.yaml`` there declares the model.
        BadInput: a file there cannot be read.
    """
    return Pair(a.artifact, _side(world, a.artifact, a), _side(world, a.artifact, b))


def _version(world: "World", ref: Ref, at: int | None) -> Side:
    model, _ = read_model(world, ref.artifact, at=at)
    return _side(world, ref.artifact, find(model, ref))


def _side(world: "World", artifact: Artifact, target: Revision | None) -> Side:
    snapshot = world.pipeline.snapshot(artifact, target.commit if target else None)
    return Side(target, snapshot, tuple(world.outputs.cached(out) for out in snapshot.outs))
