"""Count the values of a version's weights that are no numbers."""

from contextlib import ExitStack
from typing import TYPE_CHECKING

from modelref.domain.names import Artifact
from modelref.errors import OutOfReach
from modelref.usecases.comparing.sides import Side
from modelref.usecases.sidefiles import SideFiles

if TYPE_CHECKING:
    from modelref.ports import World


def nonfinite(world: "World", artifact: Artifact, side: Side) -> int:
    """Count the values of all tensors of a model that are NaN or infinite.

    Args:
        world: the ports.
        artifact: the model.
        side: one version of it, or the workspace.

    Raises:
        BadInput: a file is not what its format asks for.
        OutOfReach: bytes or a library are not here, or no file holds tensors.
    """
    total, told = 0, False
    with ExitStack() as stack:
        files = SideFiles(world, artifact, side, stack)
        for file in files.own().values():
            tensors = world.tensors.read(file.path, files.open(file))
            told = told or tensors is not None
            total += sum(world.tensors.nonfinite(tensor).total for tensor in tensors or ())
    if not told:
        raise OutOfReach(
            f"no file of {artifact} holds tensors that can be read",
            kind="no-tensors",
            hint="write weights as safetensors or npz",
        )
    return total
