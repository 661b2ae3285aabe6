"""What the gate `weights: finite` counts."""

import modelref
from modelref.domain.ref import Ref
from modelref.usecases.comparing.sides import Side
from modelref.usecases.weights.nonfinite import nonfinite
from support.project import Project


def count(project: Project, ref: str) -> int:
    """Values of a version's weights that are no numbers."""
    world = modelref.open(project.root)._world
    target = modelref.open(project.root).resolve(ref)
    artifact = Ref.parse(ref).artifact
    return nonfinite(world, artifact, Side(None, world.pipeline.snapshot(artifact, target.commit)))
